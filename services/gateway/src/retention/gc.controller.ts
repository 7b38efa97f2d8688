import { Body, Controller, HttpCode, Post, Query } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CodedError, SUBJECTS, type AnswerOf, type CollectQuestion } from '@propago/contracts';
import { Answers, News } from '@propago/runtime';
import { RequireScope } from '../access/require-scope';

const request = z.strictObject({ dryRun: z.boolean().default(false) });

/** Listing a large storage takes its time. */
const COLLECT_TIMEOUT_MS = 15 * 60_000;

/** Removal of what is expired, cached for too long, or left behind. */
@ApiTags('operations')
@Controller('v1/admin/gc')
@RequireScope('admin')
export class GcController {
  constructor(private readonly news: News) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Remove expired runs, caches by age and size, and orphaned blobs now; or only count them' })
  @Answers('GarbageCollection')
  @ApiBody({ required: false, schema: { type: 'object', properties: { dryRun: { type: 'boolean', default: false } } } })
  async collect(@Body() body: unknown, @Query() query: Record<string, string>): Promise<AnswerOf<'GarbageCollection'>> {
    const parsed = request.safeParse(body ?? {});
    // Whoever means to try it out must not remove anything by saying so in the wrong place.
    const isMisplaced = Object.keys(query).length > 0;
    if (!parsed.success || isMisplaced)
      throw new CodedError('REQUEST_INVALID', 'Expected the body {"dryRun": true} or {"dryRun": false}.');
    return this.news.ask<CollectQuestion, AnswerOf<'GarbageCollection'>>(
      SUBJECTS.collect,
      parsed.data,
      COLLECT_TIMEOUT_MS,
    );
  }
}
