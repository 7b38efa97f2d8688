import { Injectable } from '@nestjs/common';
import { CodedError } from '@propago/contracts';
import { activeRun, Database, lockTenant, type Prisma } from '@propago/database';
import type { Caller, Limits } from './caller';
import { tooMuch, type Refusal } from '../http/refusal';
import { MAX_MASK_BYTES } from '../http/upload-limits';

/** A run takes seconds to minutes, so that this is about when a place may be free. */
const RUNS_RETRY_SECONDS = 10;
/** Bytes become free when somebody deletes runs or videos. */
const BYTES_RETRY_SECONDS = 60;

/** The form's own lines, and the options, which are far smaller. */
const FORM_BYTES = 2 ** 20;
/** Most of a request that is not its video. */
const BESIDES_VIDEO_BYTES = MAX_MASK_BYTES + FORM_BYTES;

/** What is left for a video. */
export interface Room {
  bytes: number;
  /** What is wrong with a video that has more. */
  exceeded: () => CodedError;
}

export const UNLIMITED: Room = {
  bytes: Number.MAX_SAFE_INTEGER,
  exceeded: () => new CodedError('UPLOAD_TOO_LARGE', 'The upload has too many bytes to count.'),
};

/**
 * How many unfinished runs a key and how many bytes a tenant may have. Counted from the runs themselves: there is
 * nothing that could be left behind when a process dies.
 *
 * A run counts with the bytes of its video also when another run has the same one, for it has masks of its own. A video
 * that is kept counts without a run too. Exports count when they are made, uploads in pieces with all their bytes from the
 * beginning on until something is made of them, and soft labels as if each pass of a run were of all its objects: which
 * ones a pass is of is not in its rows.
 */
@Injectable()
export class QuotaService {
  constructor(private readonly database: Database) {}

  /**
   * Refuses a request before its body is read, if its video cannot but be too large; how large it is shows as it comes.
   * @param announcedBytes Content-Length; undefined where the request has none, 0 where it brings no video
   * @param wants a run, or only to keep the video
   * @returns what is left for its video
   * @throws CodedError QUOTA_RUNS, QUOTA_BYTES
   */
  async admit(caller: Caller, announcedBytes: number | undefined, wants: 'run' | 'video'): Promise<Room> {
    const { limits } = caller;
    if (!limits) return UNLIMITED;
    if (wants === 'run') await this.assertRuns(this.database, caller, limits);
    const exceeded = () => tooManyBytes(limits);
    const videoBytes = announcedBytes === 0 ? 0 : Math.max(1, (announcedBytes ?? 0) - BESIDES_VIDEO_BYTES);
    return { bytes: await this.bytesLeft(this.database, caller.tenant, limits, videoBytes), exceeded };
  }

  /**
   * Refuses a run, or a video to keep, that would be one too many. Of requests at once, each sees those before it: they
   * wait for each other until the transaction ends.
   * @param moreBytes that the tenant would have then
   * @throws CodedError QUOTA_RUNS, QUOTA_BYTES
   */
  async assertRoom(
    transaction: Prisma.TransactionClient,
    caller: Caller,
    { moreBytes, wants }: { moreBytes: number; wants: 'run' | 'video' },
  ): Promise<void> {
    const { tenant, limits } = caller;
    if (!limits) return;
    await lockTenant(transaction, tenant);
    if (wants === 'run') await this.assertRuns(transaction, caller, limits);
    await this.bytesLeft(transaction, tenant, limits, moreBytes);
  }

  /**
   * Refuses an export where the tenant stores all that it may, or has as many unfinished ones as a key may have runs.
   * How large a file gets shows only when it is made.
   * @throws CodedError QUOTA_EXPORTS, QUOTA_BYTES
   */
  async admitExport({ tenant, limits }: Caller): Promise<void> {
    if (!limits) return;
    const unfinished = await this.database.export.count({
      where: { run: { tenant, deletedAt: null }, OR: [{ work: { is: null } }, { work: { finishedAt: null } }] },
    });
    if (unfinished >= limits.maxActiveRuns) {
      throw tooMuch(
        'QUOTA_EXPORTS',
        `${unfinished} exports of the tenant are not made yet; it may have ${limits.maxActiveRuns}.`,
        RUNS_RETRY_SECONDS,
      );
    }
    await this.bytesLeft(this.database, tenant, limits, 1);
  }

  private async assertRuns(
    database: Prisma.TransactionClient,
    { tenant, keyId: apiKeyId }: Caller,
    limits: Limits,
  ): Promise<void> {
    const active = await database.run.count({ where: { tenant, apiKeyId, shadowOfId: null, ...activeRun } });
    if (active >= limits.maxActiveRuns) {
      throw tooMuch(
        'QUOTA_RUNS',
        `${active} runs of the key have not ended; it may have ${limits.maxActiveRuns}.`,
        RUNS_RETRY_SECONDS,
      );
    }
  }

  private async bytesLeft(
    database: Prisma.TransactionClient,
    tenant: string,
    limits: Limits,
    wanted: number,
  ): Promise<number> {
    const [{ bytes }] = await database.$queryRaw<[{ bytes: bigint }]>`
      SELECT (
        (SELECT coalesce(sum(content.bytes * greatest(runs, CASE WHEN "isKept" AND "deletedAt" IS NULL THEN 1 ELSE 0 END)), 0)
          FROM (SELECT video.*,
              (SELECT count(*) FROM "Run" run WHERE run."videoId" = video.id AND run."deletedAt" IS NULL) AS runs
            FROM "UploadedVideo" video WHERE video.tenant = ${tenant}) video
          JOIN "Video" content ON content.sha256 = video."videoSha256") +
        (SELECT coalesce(sum(work.bytes), 0)
          FROM "Run" run JOIN "Export" export ON export."runId" = run.id
          JOIN "ExportWork" work ON work."exportId" = export.id
          WHERE run.tenant = ${tenant} AND run."deletedAt" IS NULL) +
        (SELECT coalesce(sum(4 * label.frames * "frames".width * "frames".height / encoder.side ^ 2 * object.channels), 0)
          FROM "Run" run
          JOIN "FeatureSet" "set" ON "set".id = run."featureSetId" JOIN "FrameSet" "frames" ON "frames".id = "set"."frameSetId"
          JOIN LATERAL (SELECT (card->>'patchSize')::int AS side FROM "ModelVersion"
            WHERE sha256 = run."encoderSha256" AND card IS NOT NULL LIMIT 1) encoder ON true
          JOIN LATERAL (SELECT greatest(1 + count(*) FILTER (WHERE kind = 'mask'), sum(cardinality(points))) AS channels
            FROM "RunObject" WHERE "runId" = run.id) object ON true
          JOIN LATERAL (SELECT sum("frameCount") AS frames FROM "LabelSegment" WHERE "runId" = run.id) label ON true
          WHERE run.tenant = ${tenant} AND run."deletedAt" IS NULL AND run."shadowOfId" IS NULL) +
        (SELECT coalesce(sum(bytes), 0) FROM "Upload" WHERE tenant = ${tenant})
      )::bigint AS bytes`;
    const left = limits.maxStoredBytes - Number(bytes);
    if (wanted > left) throw tooManyBytes(limits);
    return left;
  }
}

function tooManyBytes({ maxStoredBytes }: Limits): Refusal {
  const detail = `The tenant may have ${maxStoredBytes} bytes of exports, soft labels, uploads and videos, each of these counted for each run on it: delete exports, uploads, runs or videos first.`;
  return tooMuch('QUOTA_BYTES', detail, BYTES_RETRY_SECONDS);
}
