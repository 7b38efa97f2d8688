import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { AnswerOf } from '@propago/contracts';
import { Database } from '@propago/database';
import { Answers } from '@propago/runtime';
import { CurrentCaller, type Caller } from '../access/caller';
import { RequireScope } from '../access/require-scope';
import { RunParameter } from '../http/open-api/parameters';
import { Refuses } from '../http/open-api/refuses';
import { RunViewService } from './run-view.service';

interface FrameRow {
  frame: number;
  revision: number;
  ids: number[];
  areas: number[];
  confidences: (number | null)[];
}

/** Confidences are drawn, and 20,000 frames of several objects are millions of digits else. */
const rounded = (confidence: number | null): number | null =>
  confidence === null ? null : Math.round(confidence * 1e4) / 1e4;

/** What a page draws of a whole run at once. */
@ApiTags('runs')
@RequireScope('runs:read')
@RunParameter()
@Controller('v1/runs/:id/timeline')
export class TimelineController {
  constructor(
    private readonly database: Database,
    private readonly view: RunViewService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Area and confidence of each object on every frame that has a mask, without the masks' })
  @Answers('Timeline')
  @Refuses('RUN_NOT_FOUND')
  async getTimeline(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<AnswerOf<'Timeline'>> {
    await this.view.mustExist(id, caller);
    // Read before the frames: a frame that is newer than this is no harm, one that only seems to be new would be.
    const run = await this.database.run.findUnique({
      where: { id },
      select: { revision: true, objects: { select: { id: true }, orderBy: { id: 'asc' } } },
    });
    // Run lengths stay in Postgres: they are nearly all of a row.
    const rows = await this.database.$queryRaw<FrameRow[]>`
      SELECT frame, revision, jsonb_path_query_array(classes, '$[*].id') AS ids,
        jsonb_path_query_array(classes, '$[*].area') AS areas,
        jsonb_path_query_array(classes, '$[*].confidence') AS confidences
      FROM "FrameResult" WHERE "runId" = ${id}::uuid ORDER BY frame`;
    return {
      revision: run?.revision ?? 1,
      frames: rows.map(({ frame }) => frame),
      revisions: rows.map(({ revision }) => revision),
      objects: (run?.objects ?? []).map(({ id: object }) => {
        const places = rows.map(({ ids }) => ids.indexOf(object));
        return {
          id: object,
          areas: rows.map(({ areas }, i) => areas[places[i]!] ?? 0),
          confidences: rows.map(({ confidences }, i) => rounded(confidences[places[i]!] ?? null)),
        };
      }),
    };
  }
}
