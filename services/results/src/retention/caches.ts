import { blobFolders, blobKeys } from '@propago/contracts';
import { activeRun, lockVideo, type Database, type Prisma } from '@propago/database';
import type { BlobStore } from '@propago/storage';

/** Blobs of one kind. */
export interface Removed {
  blobs: number;
  bytes: number;
}

/** What was made for runs, is wanted by none now, and can be made again. */
export interface CacheEntry {
  kind: 'features' | 'frames';
  /** When a run that used it ended last. */
  lastUsed: Date;
  /** Of all that goes with it. */
  size: Removed;
  /** Of what lies under the name of its kind. */
  ownSize: Removed;
  /** @returns false when a run wants it after all */
  evict(): Promise<boolean>;
}

const LIMITS = { timeout: 60_000, maxWait: 60_000 };

/** The features that no unfinished run wants, with the soft labels that were made from them. */
export async function idleFeatures(database: Database, storage: BlobStore): Promise<CacheEntry[]> {
  const sets = await database.featureSet.findMany({
    where: { featureSegments: { some: {} }, runs: { none: activeRun } },
    select: { id: true, videoSha256: true, createdAt: true, runs: { select: USE } },
  });
  const entries: CacheEntry[] = [];
  for (const { id, videoSha256, createdAt, runs } of sets) {
    const ownSize = await sizeOf(storage, [blobFolders.features(id)]);
    const labels = await sizeOf(
      storage,
      runs.map((run) => blobFolders.labels(run.id)),
    );
    // A new run on the video waits for its lock, and then decodes and encodes it again, and so does a correction. When this
    // is cut off before the rows are gone for certain, the stages find that blobs are missing, and have them made again.
    const evict = () =>
      underLock(database, videoSha256, async (transaction) => {
        if (await transaction.run.count({ where: { featureSetId: id, ...activeRun } })) return false;
        await transaction.featureSegment.deleteMany({ where: { featureSetId: id } });
        await storage.deletePrefix(blobFolders.features(id));
        // Their rows say what was done; a correction that needs them finds that they are gone.
        for (const run of runs) await storage.deletePrefix(blobFolders.labels(run.id));
        return true;
      });
    const size = { blobs: ownSize.blobs + labels.blobs, bytes: ownSize.bytes + labels.bytes };
    entries.push({ kind: 'features', lastUsed: lastUseOf(runs, createdAt), size, ownSize, evict });
  }
  return entries;
}

/**
 * Decoded frames, except for segments that an encoder has yet to see for an unfinished run. The rows stay: who needs the
 * pixels finds that they are gone, and has them decoded again.
 */
export async function idleFrames(database: Database, storage: BlobStore): Promise<CacheEntry[]> {
  const sets = await database.frameSet.findMany({
    where: { segments: { some: {} } },
    select: { id: true, videoSha256: true, createdAt: true, featureSets: { select: { runs: { select: USE } } } },
  });
  const entries: CacheEntry[] = [];
  for (const { id, videoSha256, createdAt, featureSets } of sets) {
    const size: Removed = { blobs: 0, bytes: 0 };
    const awaited = await awaitedSegments(database, id);
    for await (const { key, bytes } of storage.list(blobFolders.frames(id))) {
      if (awaited.has(key)) continue;
      size.blobs++;
      size.bytes += bytes;
    }
    if (size.blobs === 0) continue;
    const evict = () =>
      underLock(database, videoSha256, async (transaction) => {
        const kept = await awaitedSegments(transaction, id);
        for await (const { key } of storage.list(blobFolders.frames(id))) if (!kept.has(key)) await storage.delete(key);
        return true;
      });
    const runs = featureSets.flatMap((set) => set.runs);
    entries.push({ kind: 'frames', lastUsed: lastUseOf(runs, createdAt), size, ownSize: size, evict });
  }
  return entries;
}

/** Blob keys of the segments that an encoder has yet to see for an unfinished run. */
async function awaitedSegments(database: Prisma.TransactionClient, frameSetId: string): Promise<Set<string>> {
  const waiting = await database.featureSet.findMany({
    where: { frameSetId, runs: { some: activeRun } },
    select: { featureSegments: { select: { index: true } } },
  });
  if (waiting.length === 0) return new Set();
  const segments = await database.frameSegment.findMany({ where: { frameSetId }, select: { index: true } });
  const encoded = waiting.map(({ featureSegments }) => new Set(featureSegments.map(({ index }) => index)));
  const awaited = segments.filter(({ index }) => encoded.some((known) => !known.has(index)));
  return new Set(awaited.map(({ index }) => blobKeys.frames(frameSetId, index)));
}

/** What tells when a run used something. */
const USE = { id: true, createdAt: true, outcome: { select: { finishedAt: true } } } as const;

type Use = { createdAt: Date; outcome: { finishedAt: Date } | null };

function lastUseOf(runs: readonly Use[], madeAt: Date): Date {
  const times = runs.map(({ outcome, createdAt }) => Number(outcome?.finishedAt ?? createdAt));
  return new Date(Math.max(madeAt.getTime(), ...times));
}

export async function sizeOf(storage: BlobStore, prefixes: readonly string[]): Promise<Removed> {
  const total: Removed = { blobs: 0, bytes: 0 };
  for (const prefix of prefixes) {
    for await (const { bytes } of storage.list(prefix)) {
      total.blobs++;
      total.bytes += bytes;
    }
  }
  return total;
}

function underLock(
  database: Database,
  videoSha256: string,
  evict: (transaction: Prisma.TransactionClient) => Promise<boolean>,
): Promise<boolean> {
  return database.$transaction(async (transaction) => {
    await lockVideo(transaction, videoSha256);
    return evict(transaction);
  }, LIMITS);
}
