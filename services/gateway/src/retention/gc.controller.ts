import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { SUBJECTS, type AnswerOf, type CollectQuestion } from '@propago/contracts';
import { Answers, News } from '@propago/runtime';
import { RequireScope } from '../access/require-scope';
import { parseBody, schemaOf } from '../http/parse-body';

const request = z.strictObject({ dryRun: z.boolean().default(false) });

/** Listing a large storage takes its time. */
const COLLECT_TIMEOUT_MS = 15 * 60_000;

/** Removal of what is expired, cached for too long, or left behind. */
@ApiTags('admin')
@Controller('v1/admin/gc')
@RequireScope('admin')
export class GcController {
  constructor(private readonly news: News) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Remove expired runs, caches by age and size, and orphaned blobs now; or only count them' })
  @Answers('GarbageCollection')
  @ApiBody({ required: false, schema: schemaOf(request) })
  async collectGarbage(@Body() body: unknown): Promise<AnswerOf<'GarbageCollection'>> {
    return this.news.ask<CollectQuestion, AnswerOf<'GarbageCollection'>>(
      SUBJECTS.collect,
      parseBody(request, body),
      COLLECT_TIMEOUT_MS,
    );
  }
}
