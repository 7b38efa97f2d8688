import { Injectable } from '@nestjs/common';
import { CodedError, type AnswerOf } from '@propago/contracts';
import { Database, type Prisma } from '@propago/database';
import { suggest, type ObjectState } from '@propago/passes';
import { planOf } from '@propago/pipeline';
import type { Caller } from '../access/caller';
import { RunViewService } from '../runs/run-view.service';

interface StateRow {
  frame: number;
  pts: bigint;
  objects: ObjectState[];
}

/** Which frames of a run a person should look at, from what its masks and prompts say. */
@Injectable()
export class SuggestionsService {
  constructor(
    private readonly database: Database,
    private readonly view: RunViewService,
  ) {}

  /** @throws CodedError RUN_NOT_FOUND */
  async of(runId: string, caller: Caller, count: number): Promise<AnswerOf<'SuggestionList'>> {
    const { timeBase } = (await this.view.get(runId, caller)).video;
    const { plan, states } = await this.database.$transaction(
      async (transaction) => {
        const plan = await planOf(transaction, runId);
        if (!plan) throw new CodedError('RUN_NOT_FOUND', `There is no run ${runId}.`);
        return { plan, states: await statesOf(transaction, runId, plan.rows.segmentFrames) };
      },
      { isolationLevel: 'RepeatableRead' },
    );
    const pts = new Map(states.map((state) => [state.frame, Number(state.pts)]));
    const items = suggest(plan.rows.prompts, states, count).map((suggestion) => ({
      ...suggestion,
      seconds: (pts.get(suggestion.frame)! * timeBase.num) / timeBase.den,
    }));
    return { revision: plan.revision, frames: states.length, items };
  }
}

/** The frames whose masks are of the present prompts. Without the run lengths: those of a long video are many megabytes. */
function statesOf(transaction: Prisma.TransactionClient, runId: string, segmentFrames: number): Promise<StateRow[]> {
  return transaction.$queryRaw<StateRow[]>`
    SELECT result.frame, result.pts,
      (SELECT coalesce(json_agg(json_build_object('id', object->'id', 'area', object->'area',
          -- Masks of an earlier version have no drift.
          'drift', coalesce((object->>'drift')::float8, 1 - (object->>'confidence')::float8))), '[]')
        FROM jsonb_array_elements(result.classes) AS object) AS objects
    FROM "FrameResult" result
      JOIN "ResultSegment" segment ON segment."runId" = result."runId"
        AND segment.index = result.frame / ${segmentFrames}::int AND segment.recipe IS NOT NULL
    WHERE result."runId" = ${runId}::uuid
    ORDER BY result.frame`;
}
