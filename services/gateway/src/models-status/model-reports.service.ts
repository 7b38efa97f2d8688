import { Injectable } from '@nestjs/common';
import { CHAMPION, CodedError, type AnswerOf } from '@propago/contracts';
import { Database, Prisma } from '@propago/database';

type Report = AnswerOf<'ModelReport'>;
type ShadowPair = Report['shadows'][number];
type TrafficPart = Report['traffic']['parts'][number];

/** Of the runs that agree least, so many are named. */
const WORST = 5;

/** What can be said of the versions of a model from the runs that they did: for users, and as shadows. */
@Injectable()
export class ModelReports {
  constructor(private readonly database: Database) {}

  /** @throws CodedError MODEL_NOT_FOUND */
  async of(name: string): Promise<Report> {
    if (!(await this.database.modelVersion.count({ where: { name, deletedAt: null } }))) {
      throw new CodedError('MODEL_NOT_FOUND', `There is no model ${name}.`);
    }
    const since = await this.splitSince(name);
    const [parts, shadows] = await Promise.all([this.trafficParts(name, since), this.shadowPairs(name)]);
    return { name, traffic: { since: since?.toISOString() ?? null, parts }, shadows };
  }

  /** Since when runs have gone as they do now: since the split, or, without one, since the champion was appointed. */
  private async splitSince(name: string): Promise<Date | undefined> {
    const traffic = await this.database.modelTraffic.findUnique({ where: { name } });
    if (traffic) return traffic.updatedAt;
    const champion = await this.database.modelAlias.findUnique({ where: { name_alias: { name, alias: CHAMPION } } });
    return champion?.updatedAt;
  }

  private async trafficParts(name: string, since = new Date(0)): Promise<TrafficPart[]> {
    return this.database.$queryRaw<TrafficPart[]>`
      WITH run AS (
        SELECT id, "featureSetId", "encoderVersion" AS version, substr("encoderChosenBy", 9) AS alias
        FROM "Run"
        WHERE "encoderName" = ${name} AND "encoderChosenBy" LIKE 'traffic:%' AND "createdAt" >= ${since}
          AND "shadowOfId" IS NULL AND "deletedAt" IS NULL)
      SELECT part.alias, part.version,
        ${states(Prisma.sql`run JOIN "RunOutcome" outcome ON outcome."runId" = run.id
          WHERE run.alias = part.alias AND run.version = part.version`)},
        part.runs,
        ${confidence(Prisma.sql`SELECT id FROM run WHERE run.alias = part.alias AND run.version = part.version`)} AS confidence,
        ${pace(Prisma.sql`SELECT "featureSetId" FROM run WHERE run.alias = part.alias AND run.version = part.version`)}
          AS "secondsPerFrame"
      FROM (SELECT alias, version, count(*)::int AS runs FROM run GROUP BY alias, version) part
      ORDER BY part.alias, part.version`;
  }

  private async shadowPairs(name: string): Promise<ShadowPair[]> {
    const ofPair = Prisma.sql`run WHERE run.version = pair.version AND run."baseVersion" = pair."baseVersion"`;
    const compared = Prisma.sql`${ofPair} AND run.agreement IS NOT NULL`;
    return this.database.$queryRaw<ShadowPair[]>`
      WITH run AS (
        SELECT shadow.id, shadow."encoderVersion" AS version, shadow."createdAt",
          base.id AS "baseId", base."encoderVersion" AS "baseVersion",
          comparison."meanJaccard" AS agreement, comparison.seconds, comparison."baseSeconds", "frameCount"
        FROM "Run" shadow JOIN "Run" base ON base.id = shadow."shadowOfId"
          LEFT JOIN "ShadowComparison" comparison ON comparison."shadowRunId" = shadow.id
          JOIN "FeatureSet" "set" ON "set".id = shadow."featureSetId"
          LEFT JOIN "FrameTable" ON "FrameTable"."videoSha256" = "set"."videoSha256"
        WHERE shadow."encoderName" = ${name} AND shadow."deletedAt" IS NULL AND base."deletedAt" IS NULL)
      SELECT pair.version, pair."baseVersion", to_char(pair.since, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS since, pair.runs,
        pair.compared, pair."meanAgreement",
        ${states(Prisma.sql`run JOIN "RunOutcome" outcome ON outcome."runId" = run.id
          WHERE run.version = pair.version AND run."baseVersion" = pair."baseVersion"`)},
        ${confidence(Prisma.sql`SELECT id FROM ${compared}`)} AS confidence,
        ${confidence(Prisma.sql`SELECT "baseId" FROM ${compared}`)} AS "baseConfidence",
        pair.seconds / pair.frames AS "secondsPerFrame", pair."baseSeconds" / pair.frames AS "baseSecondsPerFrame",
        (SELECT coalesce(json_agg(worst), '[]') FROM (
          SELECT "baseId" AS "runId", id AS "shadowRunId", agreement
          FROM ${compared} ORDER BY agreement, id LIMIT ${WORST}) worst) AS worst
      FROM (
        SELECT version, "baseVersion", count(*)::int AS runs, count(agreement)::int AS compared, min("createdAt") AS since,
          avg(agreement) AS "meanAgreement",
          -- Only where both are known: two versions are compared on the same frames.
          sum(seconds) FILTER (WHERE "baseSeconds" IS NOT NULL) AS seconds,
          sum("baseSeconds") FILTER (WHERE seconds IS NOT NULL) AS "baseSeconds",
          sum("frameCount") FILTER (WHERE seconds IS NOT NULL AND "baseSeconds" IS NOT NULL) AS frames
        FROM run GROUP BY version, "baseVersion") pair
      ORDER BY pair.version DESC, pair."baseVersion" DESC`;
  }
}

/** How the runs of a part have ended, and the codes of those that failed. */
function states(from: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    (SELECT count(*)::int FROM ${from} AND outcome.state = 'succeeded') AS succeeded,
    (SELECT count(*)::int FROM ${from} AND outcome.state = 'failed') AS failed,
    (SELECT coalesce(json_agg(failure), '[]') FROM (
      SELECT outcome."errorCode" AS code, count(*)::int AS runs FROM ${from} AND outcome.state = 'failed'
      GROUP BY outcome."errorCode" ORDER BY count(*) DESC, outcome."errorCode") failure) AS failures`;
}

/** Mean over the frames of runs in which anything was found. */
function confidence(runs: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(SELECT avg(frame.confidence) FROM "FrameResult" frame WHERE frame."runId" IN (${runs}))`;
}

/**
 * Seconds of encoder work for each frame whose features are stored, whichever run they were made for: features that a run
 * found there cost the same work when they were made. Null where none are stored any more.
 */
function pace(featureSets: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(
    SELECT sum(feature."encoderSeconds") / nullif(sum(frame."frameCount"), 0)
    FROM "FeatureSegment" feature JOIN "FeatureSet" "set" ON "set".id = feature."featureSetId"
      JOIN "FrameSegment" frame USING ("frameSetId", index)
    WHERE feature."featureSetId" IN (${featureSets}))`;
}
