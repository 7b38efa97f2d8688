import { Injectable } from '@nestjs/common';
import { CodedError, type AnswerOf } from '@propago/contracts';
import { Database, LONG_TRANSACTION, type Prisma } from '@propago/database';
import { suggest, type ObjectState } from '@propago/passes';
import { planOf } from '@propago/pipeline';
import type { Caller } from '../access/caller';
import { RunViewService } from '../runs/run-view.service';

interface StateRow {
  frame: number;
  pts: bigint;
  ids: number[];
  areas: number[];
  confidences: (number | null)[];
  /** Empty of masks of an earlier version. */
  drifts: number[];
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
      { isolationLevel: 'RepeatableRead', timeout: LONG_TRANSACTION.timeout },
    );
    const pts = new Map(states.map((state) => [state.frame, Number(state.pts)]));
    const frames = states.map((state) => ({ frame: state.frame, objects: objectsOf(state) }));
    const items = suggest(plan.rows.prompts, frames, count).map((suggestion) => ({
      ...suggestion,
      seconds: (pts.get(suggestion.frame)! * timeBase.num) / timeBase.den,
    }));
    return { revision: plan.revision, frames: states.length, items };
  }
}

function objectsOf({ ids, areas, confidences, drifts }: StateRow): ObjectState[] {
  return ids.map((id, i) => ({ id, area: areas[i]!, drift: drifts[i] ?? 1 - (confidences[i] ?? 0) }));
}

/** The frames whose masks are of the present prompts. Without the run lengths: those of a long video are many megabytes. */
function statesOf(transaction: Prisma.TransactionClient, runId: string, segmentFrames: number): Promise<StateRow[]> {
  return transaction.$queryRaw<StateRow[]>`
    SELECT result.frame, result.pts,
      jsonb_path_query_array(result.classes, '$[*].id') AS ids,
      jsonb_path_query_array(result.classes, '$[*].area') AS areas,
      jsonb_path_query_array(result.classes, '$[*].confidence') AS confidences,
      jsonb_path_query_array(result.classes, '$[*].drift') AS drifts
    FROM "FrameResult" result
      JOIN "ResultSegment" segment ON segment."runId" = result."runId"
        AND segment.index = result.frame / ${segmentFrames}::int AND segment.recipe IS NOT NULL
    WHERE result."runId" = ${runId}::uuid
    ORDER BY result.frame`;
}
