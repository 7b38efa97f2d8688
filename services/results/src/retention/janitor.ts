import { blobFolders } from '@propago/contracts';
import { activeRun, lockVideo, type Database, type Prisma } from '@propago/database';
import type { NextSteps } from '@propago/pipeline';
import type { BlobStore } from '@propago/storage';
import { orphans } from './orphans';

/** What is kept for how long. */
export interface RetentionPolicy {
  /** Ended runs older than this are removed with everything that belongs to them; 0 keeps them. */
  runDays: number;
  /** Features and overlays, which can be made again, stay for so long after the last run that used them has ended. */
  cacheHours: number;
  /** Bytes of features that may be kept for later runs; above that the least recently used go first. 0 is without limit. */
  cacheBytes: number;
  /** A blob that no row knows may be on its way in: younger ones are left alone. */
  orphanMs: number;
}

/** Blobs of one kind. */
export interface Removed {
  blobs: number;
  bytes: number;
}

export interface JanitorReport {
  /** Whether everything was only counted. */
  dryRun: boolean;
  /** Ids of the runs whose time has come. */
  expiredRuns: string[];
  /** Features of runs that have ended. */
  features: Removed;
  overlays: Removed;
  /** What no row of the database keeps, by the first part of its key. */
  orphans: Record<string, Removed>;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/**
 * Removes what nobody will ask for any more, in this order: expired runs, caches by age and by size, and blobs that a
 * process left when it died. Every step can be cut off and repeated, and several janitors at once do no harm.
 */
export class Janitor {
  constructor(
    private readonly database: Database,
    private readonly storage: BlobStore,
    private readonly next: NextSteps,
    private readonly policy: RetentionPolicy,
  ) {}

  /** @param dryRun only says what would be removed */
  async clean(dryRun = false): Promise<JanitorReport> {
    const expiredRuns = await this.expiredRuns();
    if (!dryRun) for (const id of expiredRuns) await this.next.runDeleted(id);
    return {
      dryRun,
      expiredRuns,
      features: await this.cleanFeatures(dryRun),
      overlays: await this.cleanOverlays(dryRun),
      orphans: await this.cleanOrphans(dryRun),
    };
  }

  private async expiredRuns(): Promise<string[]> {
    if (this.policy.runDays === 0) return [];
    const finishedAt = { lt: new Date(Date.now() - this.policy.runDays * DAY_MS) };
    const runs = await this.database.run.findMany({ where: { outcome: { finishedAt } }, select: { id: true } });
    return runs.map(({ id }) => id);
  }

  private async cleanFeatures(dryRun: boolean): Promise<Removed> {
    const total: Removed = { blobs: 0, bytes: 0 };
    const oldest = Date.now() - this.policy.cacheHours * HOUR_MS;
    let kept = 0;
    // Most recently used first: what lies beyond the budget is what was not used for longest.
    for (const set of await this.idleFeatureSets()) {
      const size = await this.sizeOf(blobFolders.features(set.id));
      kept += size.bytes;
      const beyondBudget = this.policy.cacheBytes > 0 && kept > this.policy.cacheBytes;
      if (set.lastUsed.getTime() >= oldest && !beyondBudget) continue;
      if (!dryRun && !(await this.evict(set.id, set.videoSha256))) continue;
      kept -= size.bytes;
      total.blobs += size.blobs;
      total.bytes += size.bytes;
    }
    return total;
  }

  /** Feature sets with features that no unfinished run wants, and when a run that used them ended last. */
  private async idleFeatureSets(): Promise<{ id: string; videoSha256: string; lastUsed: Date }[]> {
    const sets = await this.database.featureSet.findMany({
      where: { featureSegments: { some: {} }, runs: { none: activeRun } },
      select: {
        id: true,
        videoSha256: true,
        createdAt: true,
        runs: { select: { createdAt: true, outcome: { select: { finishedAt: true } } } },
      },
    });
    const used = sets.map(({ id, videoSha256, createdAt, runs }) => {
      const times = runs.map((run) => run.outcome?.finishedAt ?? run.createdAt);
      return { id, videoSha256, lastUsed: new Date(Math.max(createdAt.getTime(), ...times.map(Number))) };
    });
    return used.sort((a, b) => b.lastUsed.getTime() - a.lastUsed.getTime());
  }

  /**
   * Under the video's lock: a new run on it waits, and then decodes and encodes it again. When this is cut off before its
   * rows are gone for certain, propagation finds that blobs are missing, and has them made again.
   * @returns false when a new run wants the features after all
   */
  private async evict(featureSetId: string, videoSha256: string): Promise<boolean> {
    return this.database.$transaction(
      async (transaction: Prisma.TransactionClient) => {
        await lockVideo(transaction, videoSha256);
        if (await transaction.run.count({ where: { featureSetId, ...activeRun } })) return false;
        await transaction.featureSegment.deleteMany({ where: { featureSetId } });
        await this.storage.deletePrefix(blobFolders.features(featureSetId));
        return true;
      },
      { timeout: 60_000, maxWait: 60_000 },
    );
  }

  private async cleanOverlays(dryRun: boolean): Promise<Removed> {
    const total: Removed = { blobs: 0, bytes: 0 };
    const oldest = Date.now() - this.policy.cacheHours * HOUR_MS;
    for await (const { key, bytes, modified } of this.storage.list('exports/')) {
      if (modified.getTime() >= oldest) continue;
      if (!dryRun) await this.storage.delete(key);
      total.blobs++;
      total.bytes += bytes;
    }
    return total;
  }

  private async cleanOrphans(dryRun: boolean): Promise<Record<string, Removed>> {
    const removed: Record<string, Removed> = {};
    for await (const { key, bytes } of orphans(this.storage, this.database, this.policy.orphanMs)) {
      if (!dryRun) await this.storage.delete(key);
      const total = (removed[key.split('/')[0]!] ??= { blobs: 0, bytes: 0 });
      total.blobs++;
      total.bytes += bytes;
    }
    return removed;
  }

  private async sizeOf(prefix: string): Promise<Removed> {
    const total: Removed = { blobs: 0, bytes: 0 };
    for await (const { bytes } of this.storage.list(prefix)) {
      total.blobs++;
      total.bytes += bytes;
    }
    return total;
  }
}
