import type { PropagationParameters } from '@propago/contracts';
import type { Database } from '@propago/database';
import { plan, type Plan, type Prompt, type RunRows, type TrackedObject } from '@propago/passes';

/** The rows of one run, each stage's in one value; segments by number. */
interface PlanRow {
  revision: number;
  parameters: PropagationParameters;
  segmentFrames: number;
  frameCount: number | null;
  frames: number[];
  features: number[];
  labels: Record<string, number[]>;
  masks: Record<string, string>;
  objects: TrackedObject[];
  prompts: Prompt[];
}

/** A run's plan, and what it was made from. */
export interface RunPlan extends Plan {
  rows: RunRows;
  revision: number;
}

/** The work that a run can do next, from what Postgres knows at this moment; undefined for a run that is not there. */
export async function planOf(database: Pick<Database, '$queryRaw'>, runId: string): Promise<RunPlan | undefined> {
  const found = await database.$queryRaw<PlanRow[]>`
    SELECT run.revision, run.parameters, "frames"."segmentFrames", "FrameTable"."frameCount",
      ARRAY(SELECT index FROM "FrameSegment" WHERE "frameSetId" = "frames".id) AS frames,
      ARRAY(SELECT index FROM "FeatureSegment" WHERE "featureSetId" = "set".id) AS features,
      (SELECT coalesce(json_object_agg(pass, indexes), '{}') FROM
        (SELECT pass, json_agg(index) AS indexes FROM "LabelSegment" WHERE "runId" = run.id GROUP BY pass) AS passes
      ) AS labels,
      (SELECT coalesce(json_object_agg(index, recipe), '{}') FROM "ResultSegment"
        WHERE "runId" = run.id AND recipe IS NOT NULL) AS masks,
      (SELECT coalesce(json_agg(json_build_object('id', id, 'kind', kind, 'isTracedBack', "isTracedBack") ORDER BY id), '[]')
        FROM "RunObject" WHERE "runId" = run.id) AS objects,
      (SELECT coalesce(json_agg(json_build_object('frame', frame, 'objects', objects, 'digest', digest) ORDER BY frame), '[]')
        FROM (SELECT "runId", frame, objects, digest FROM "Prompt" UNION ALL
          SELECT "runId", frame, objects, digest FROM "KeypointPrompt") AS said WHERE "runId" = run.id) AS prompts
    FROM "Run" run JOIN "FeatureSet" "set" ON "set".id = run."featureSetId"
      JOIN "FrameSet" "frames" ON "frames".id = "set"."frameSetId"
      LEFT JOIN "FrameTable" ON "FrameTable"."videoSha256" = "frames"."videoSha256"
    WHERE run.id = ${runId}::uuid`;
  const [row] = found;
  if (!row) return undefined;
  const rows = rowsOf(row);
  return { ...plan(rows), rows, revision: row.revision };
}

function rowsOf(row: PlanRow): RunRows {
  return {
    prompts: { objects: row.objects, prompts: row.prompts },
    segmentFrames: row.segmentFrames,
    contextFrames: row.parameters.contextLength,
    frameCount: row.frameCount,
    frames: new Set(row.frames),
    features: new Set(row.features),
    labels: new Map(Object.entries(row.labels).map(([pass, segments]) => [pass, new Set(segments)])),
    masks: new Map(Object.entries(row.masks).map(([segment, recipe]) => [Number(segment), recipe])),
  };
}
