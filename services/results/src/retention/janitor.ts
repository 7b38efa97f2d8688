import { blobFolders, blobKeys } from '@propago/contracts';
import { activeRun, lockVideo, type Database, type Prisma } from '@propago/database';
import type { NextSteps } from '@propago/pipeline';
import { cacheLimitOf, floorOf, type BlobStore } from '@propago/storage';
import { survey } from './survey';

/** What is kept for how long. */
export interface RetentionPolicy {
  /** Ended runs older than this are removed with everything that belongs to them; 0 keeps them. */
  runDays: number;
  /**
   * Features, soft labels and exports, which can be made again, stay for so long after the last run that used them has
   * ended.
   */
  cacheHours: number;
  /**
   * Bytes of features that may be kept for later runs; above that the least recently used go first. 0 is without limit,
   * absent is that of the disk, see cacheLimitOf.
   */
  cacheBytes?: number;
  /** Bytes of the disk below which features go that nobody needs now; absent is that of the disk, see floorOf. */
  minFreeBytes?: number;
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
  /** Features of runs that have ended, and the soft labels that were made from them. */
  features: Removed;
  exports: Removed;
  /** What no row of the database keeps, by the first part of its key. */
  orphans: Record<string, Removed>;
  kept: Kept[];
}

/** Blobs that stay, and why. */
export interface Kept extends Removed {
  /** Their kind: the first part of their keys. */
  what: string;
  why: string;
}

/** A feature set that no unfinished run wants, with the runs that used it. */
interface IdleSet {
  id: string;
  videoSha256: string;
  runIds: string[];
  lastUsed: Date;
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
    const kept = new KeptBlobs();
    const features = await this.cleanFeatures(dryRun, kept);
    const exports = await this.cleanExports(dryRun, kept);
    const orphans = await this.cleanOrphans(dryRun, kept);
    return { dryRun, expiredRuns, features, exports, orphans, kept: kept.list() };
  }

  /** Removes at once what no run needs now, as far as the disk lacks room for uploads. */
  async makeRoom(): Promise<Removed> {
    return this.cleanFeatures(false, new KeptBlobs());
  }

  private async expiredRuns(): Promise<string[]> {
    if (this.policy.runDays === 0) return [];
    const finishedAt = { lt: new Date(Date.now() - this.policy.runDays * DAY_MS) };
    const runs = await this.database.run.findMany({ where: { outcome: { finishedAt } }, select: { id: true } });
    return runs.map(({ id }) => id);
  }

  private async cleanFeatures(dryRun: boolean, report: KeptBlobs): Promise<Removed> {
    const total: Removed = { blobs: 0, bytes: 0 };
    const oldest = Date.now() - this.policy.cacheHours * HOUR_MS;
    const sets = await this.idleFeatureSets();
    const sizes = new Map<string, Removed>();
    for (const set of sets) sizes.set(set.id, await this.sizeOfSet(set));
    const budget = await this.budgetFor([...sizes.values()].reduce((sum, { bytes }) => sum + bytes, 0));
    const why = `used in the last ${this.policy.cacheHours} hours, for later runs and corrections`;
    let kept = 0;
    // Most recently used first: what lies beyond the budget is what was not used for longest.
    for (const set of sets) {
      const size = sizes.get(set.id)!;
      const isOld = set.lastUsed.getTime() < oldest;
      if (!isOld && kept + size.bytes <= budget) {
        kept += size.bytes;
        // Soft labels are told of by their own kind.
        report.add('features', why, await this.sizeOf(blobFolders.features(set.id)));
      } else if (dryRun || (await this.evict(set))) {
        total.blobs += size.blobs;
        total.bytes += size.bytes;
      }
    }
    for (const id of await this.wantedFeatureSets()) {
      report.add('features', 'of runs that have not ended', await this.sizeOf(blobFolders.features(id)));
    }
    return total;
  }

  /** Bytes of features that may stay of those that no run wants now; fewer where the disk lacks room. */
  private async budgetFor(idleBytes: number): Promise<number> {
    const { cacheBytes, minFreeBytes } = this.policy;
    const space = await this.storage.space();
    const lacking = space ? Math.max(0, floorOf(space, minFreeBytes) - space.free) : 0;
    return Math.min(cacheLimitOf(space, cacheBytes), idleBytes - lacking);
  }

  private async wantedFeatureSets(): Promise<string[]> {
    const where = { featureSegments: { some: {} }, runs: { some: activeRun } };
    return (await this.database.featureSet.findMany({ where, select: { id: true } })).map(({ id }) => id);
  }

  /** Feature sets with features that no unfinished run wants, and when a run that used them ended last. */
  private async idleFeatureSets(): Promise<IdleSet[]> {
    const sets = await this.database.featureSet.findMany({
      where: { featureSegments: { some: {} }, runs: { none: activeRun } },
      select: {
        id: true,
        videoSha256: true,
        createdAt: true,
        runs: { select: { id: true, createdAt: true, outcome: { select: { finishedAt: true } } } },
      },
    });
    const used = sets.map(({ id, videoSha256, createdAt, runs }) => {
      const times = runs.map((run) => run.outcome?.finishedAt ?? run.createdAt);
      const lastUsed = new Date(Math.max(createdAt.getTime(), ...times.map(Number)));
      return { id, videoSha256, runIds: runs.map((run) => run.id), lastUsed };
    });
    return used.sort((a, b) => b.lastUsed.getTime() - a.lastUsed.getTime());
  }

  /**
   * Under the video's lock: a new run on it waits, and then decodes and encodes it again, and so does a correction. When
   * this is cut off before its rows are gone for certain, the stages find that blobs are missing, and have them made again.
   * @returns false when a run wants the features after all
   */
  private async evict({ id: featureSetId, videoSha256, runIds }: IdleSet): Promise<boolean> {
    return this.database.$transaction(
      async (transaction: Prisma.TransactionClient) => {
        await lockVideo(transaction, videoSha256);
        if (await transaction.run.count({ where: { featureSetId, ...activeRun } })) return false;
        await transaction.featureSegment.deleteMany({ where: { featureSetId } });
        await this.storage.deletePrefix(blobFolders.features(featureSetId));
        // Their rows say what was done; a correction that needs them finds that they are gone.
        for (const runId of runIds) await this.storage.deletePrefix(blobFolders.labels(runId));
        return true;
      },
      { timeout: 60_000, maxWait: 60_000 },
    );
  }

  /** Whoever asks for a removed one again has it made again. */
  private async cleanExports(dryRun: boolean, kept: KeptBlobs): Promise<Removed> {
    const total: Removed = { blobs: 0, bytes: 0 };
    const oldest = new Date(Date.now() - this.policy.cacheHours * HOUR_MS);
    const ended = await this.database.exportWork.findMany({
      where: { finishedAt: { not: null } },
      select: { exportId: true, bytes: true, finishedAt: true, export: { select: { runId: true } } },
    });
    for (const {
      exportId: id,
      bytes,
      finishedAt,
      export: { runId },
    } of ended) {
      const size = { blobs: bytes === null ? 0 : 1, bytes: Number(bytes ?? 0) };
      if (finishedAt! >= oldest) {
        kept.add('exports', `made in the last ${this.policy.cacheHours} hours`, size);
        continue;
      }
      if (!dryRun) {
        // Without its row a file is an orphan, and removed as such if this process ends here.
        await this.database.export.deleteMany({ where: { id } });
        await this.storage.delete(blobKeys.export(runId, id));
      }
      total.blobs += size.blobs;
      total.bytes += size.bytes;
    }
    return total;
  }

  private async cleanOrphans(dryRun: boolean, kept: KeptBlobs): Promise<Record<string, Removed>> {
    const removed: Record<string, Removed> = {};
    for await (const { entry, folder, why } of survey(this.storage, this.database, this.policy.orphanMs)) {
      const { key, bytes } = entry;
      if (why !== undefined) {
        // Caches have told already what stays of them, and why.
        if (folder !== 'features' && folder !== 'exports') kept.add(folder, why, { blobs: 1, bytes });
        continue;
      }
      if (!dryRun) await this.storage.delete(key);
      const total = (removed[folder] ??= { blobs: 0, bytes: 0 });
      total.blobs++;
      total.bytes += bytes;
    }
    return removed;
  }

  /** Of the features, and of the soft labels that were made from them. */
  private async sizeOfSet({ id, runIds }: IdleSet): Promise<Removed> {
    const total = await this.sizeOf(blobFolders.features(id));
    for (const runId of runIds) {
      const { blobs, bytes } = await this.sizeOf(blobFolders.labels(runId));
      total.blobs += blobs;
      total.bytes += bytes;
    }
    return total;
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

/** Adds up what stays, by its kind and by why it does. */
class KeptBlobs {
  private readonly rows = new Map<string, Kept>();

  add(what: string, why: string, { blobs, bytes }: Removed): void {
    if (blobs === 0) return;
    const row = this.rows.get(`${what} ${why}`) ?? { what, why, blobs: 0, bytes: 0 };
    this.rows.set(`${what} ${why}`, { what, why, blobs: row.blobs + blobs, bytes: row.bytes + bytes });
  }

  /** The largest first. */
  list(): Kept[] {
    return [...this.rows.values()].sort((a, b) => b.bytes - a.bytes);
  }
}
