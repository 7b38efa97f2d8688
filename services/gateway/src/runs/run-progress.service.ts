import { Injectable } from '@nestjs/common';
import type { FrameSteps, Stage } from '@propago/contracts';
import { Database, frameStepsJson, Prisma } from '@propago/database';

const STEPS = frameStepsJson(Prisma.sql`"FrameTable"."videoSha256"`);

/** Frames that a stage has done of a run, and the seconds of work in them. */
export interface StageWork {
  frames: number;
  seconds: number;
}

/** How far a run is, by what each stage has stored. */
export interface RunProgress extends Record<Stage, StageWork> {
  runId: string;
  /** Frames of the video; null until it has been decoded to its end. */
  frames: number | null;
  firstMaskAt: Date | null;
  /** Segments of soft labels that are stored, by the key of their pass. */
  labels: Record<string, number>;
  /** Null until the video has been decoded to its end. */
  steps: FrameSteps | null;
}

/** Sums over what each stage has stored, in one query: runs are looked at several times a second, and may be long. */
@Injectable()
export class RunProgressService {
  constructor(private readonly database: Database) {}

  /** @param runIds UUIDs of runs that exist */
  async of(runIds: string[]): Promise<Map<string, RunProgress>> {
    const rows = await this.database.$queryRaw<RunProgress[]>`
      SELECT run.id AS "runId", "FrameTable"."frameCount" AS frames,
        (SELECT json_build_object('frames', coalesce(sum("frameCount"), 0), 'seconds', coalesce(sum("decodeSeconds"), 0))
           FROM "FrameSegment" WHERE "frameSetId" = "set"."frameSetId") AS ingest,
        (SELECT json_build_object('frames', coalesce(sum("frameCount"), 0), 'seconds', coalesce(sum("encoderSeconds"), 0))
           FROM "FeatureSegment" feature JOIN "FrameSegment" frame
             ON frame."frameSetId" = "set"."frameSetId" AND frame.index = feature.index
           WHERE feature."featureSetId" = "set".id) AS features,
        -- Frames that any pass has reached: with corrections several passes reach the same ones.
        (SELECT json_build_object('frames', coalesce(sum(frames), 0), 'seconds', coalesce(sum(seconds), 0))
           FROM (SELECT max("frameCount") AS frames, sum("kernelSeconds") AS seconds
             FROM "LabelSegment" WHERE "runId" = run.id GROUP BY index) AS segments) AS propagation,
        (SELECT coalesce(json_object_agg(pass, segments), '{}') FROM
          (SELECT pass, count(*) AS segments FROM "LabelSegment" WHERE "runId" = run.id GROUP BY pass) AS passes) AS labels,
        (SELECT json_build_object('frames', coalesce(sum("frameCount") FILTER (WHERE recipe IS NOT NULL), 0),
             'seconds', coalesce(sum(seconds), 0))
           FROM "ResultSegment" WHERE "runId" = run.id) AS results,
        (SELECT min("storedAt") FROM "ResultSegment" WHERE "runId" = run.id) AS "firstMaskAt",
        CASE WHEN "FrameTable"."videoSha256" IS NOT NULL THEN ${STEPS} END AS steps
      FROM "Run" run JOIN "FeatureSet" "set" ON "set".id = run."featureSetId"
        LEFT JOIN "FrameTable" ON "FrameTable"."videoSha256" = "set"."videoSha256"
      WHERE run.id = ANY(${runIds}::uuid[])`;
    return new Map(rows.map((row) => [row.runId, row]));
  }
}
