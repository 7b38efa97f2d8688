import { blobFolders } from '@propago/contracts';
import { activeRun, type Database } from '@propago/database';
import type { NextSteps } from '@propago/pipeline';
import { cacheLimitOf, floorOf, type BlobStore } from '@propago/storage';
import { idleFeatures, idleFrames, sizeOf, type CacheEntry, type Removed } from './caches';
import { survey } from './survey';

/** What is kept for how long. */
export interface RetentionPolicy {
  /** Ended runs older than this are removed with everything that belongs to them; 0 keeps them. */
  runDays: number;
  /**
   * Frames, features, soft labels and overlays, which can be made again, stay for so long after the last run that used
   * them has ended.
   */
  cacheHours: number;
  /**
   * Bytes of frames and features that may be kept for later runs; above that the least recently used go first. 0 is without limit,
   * absent is that of the disk, see cacheLimitOf.
   */
  cacheBytes?: number;
  /** Bytes of the disk below which frames and features go that nobody needs now; absent is that of the disk, see floorOf. */
  minFreeBytes?: number;
  /** A blob that no row knows may be on its way in: younger ones are left alone. */
  orphanMs: number;
}

export interface JanitorReport {
  /** Whether everything was only counted. */
  dryRun: boolean;
  /** Ids of the runs whose time has come. */
  expiredRuns: string[];
  /** Features of runs that have ended, and the soft labels that were made from them. */
  features: Removed;
  /** Decoded frames that no unfinished run has yet to encode. */
  frames: Removed;
  overlays: Removed;
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
    const { features, frames } = await this.cleanCaches(dryRun, kept);
    const overlays = await this.cleanOverlays(dryRun, kept);
    const orphans = await this.cleanOrphans(dryRun, kept);
    return { dryRun, expiredRuns, features, frames, overlays, orphans, kept: kept.list() };
  }

  /** Removes at once what no run needs now, as far as the disk lacks room for uploads. */
  async makeRoom(): Promise<Record<CacheEntry['kind'], Removed>> {
    return this.cleanCaches(false, new KeptBlobs());
  }

  private async expiredRuns(): Promise<string[]> {
    if (this.policy.runDays === 0) return [];
    const finishedAt = { lt: new Date(Date.now() - this.policy.runDays * DAY_MS) };
    const runs = await this.database.run.findMany({ where: { outcome: { finishedAt } }, select: { id: true } });
    return runs.map(({ id }) => id);
  }

  private async cleanCaches(dryRun: boolean, report: KeptBlobs): Promise<Record<CacheEntry['kind'], Removed>> {
    const removed = { features: { blobs: 0, bytes: 0 }, frames: { blobs: 0, bytes: 0 } };
    const oldest = Date.now() - this.policy.cacheHours * HOUR_MS;
    const entries = [
      ...(await idleFeatures(this.database, this.storage)),
      ...(await idleFrames(this.database, this.storage)),
    ];
    // Most recently used first: what lies beyond the budget is what was not used for longest. Frames go before features of
    // the same age: they cost less to make again.
    entries.sort((a, b) => b.lastUsed.getTime() - a.lastUsed.getTime() || (a.kind < b.kind ? -1 : 1));
    const budget = await this.budgetFor(entries.reduce((sum, { size }) => sum + size.bytes, 0));
    const why = `used in the last ${this.policy.cacheHours} hours, for later runs and corrections`;
    let kept = 0;
    for (const { kind, lastUsed, size, ownSize, evict } of entries) {
      if (lastUsed.getTime() >= oldest && kept + size.bytes <= budget) {
        kept += size.bytes;
        // Soft labels are told of by their own kind.
        report.add(kind, why, ownSize);
      } else if (dryRun || (await evict())) {
        removed[kind].blobs += size.blobs;
        removed[kind].bytes += size.bytes;
      }
    }
    for (const id of await this.wantedFeatureSets()) {
      report.add('features', 'of runs that have not ended', await sizeOf(this.storage, [blobFolders.features(id)]));
    }
    return removed;
  }

  /** Bytes of frames and features that may stay of those that no run wants now; fewer where the disk lacks room. */
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

  private async cleanOverlays(dryRun: boolean, kept: KeptBlobs): Promise<Removed> {
    const total: Removed = { blobs: 0, bytes: 0 };
    const oldest = Date.now() - this.policy.cacheHours * HOUR_MS;
    for await (const { key, bytes, modified } of this.storage.list('exports/')) {
      if (modified.getTime() >= oldest) {
        kept.add('exports', `made in the last ${this.policy.cacheHours} hours`, { blobs: 1, bytes });
        continue;
      }
      if (!dryRun) await this.storage.delete(key);
      total.blobs++;
      total.bytes += bytes;
    }
    return total;
  }

  private async cleanOrphans(dryRun: boolean, kept: KeptBlobs): Promise<Record<string, Removed>> {
    const removed: Record<string, Removed> = {};
    for await (const { entry, folder, why } of survey(this.storage, this.database, this.policy.orphanMs)) {
      const { key, bytes } = entry;
      if (why !== undefined) {
        // Caches have told already what stays of them, and why.
        if (folder !== 'features' && folder !== 'frames' && folder !== 'exports')
          kept.add(folder, why, { blobs: 1, bytes });
        continue;
      }
      if (!dryRun) await this.storage.delete(key);
      const total = (removed[folder] ??= { blobs: 0, bytes: 0 });
      total.blobs++;
      total.bytes += bytes;
    }
    return removed;
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
