import type { Database } from '@propago/database';
import type { BlobEntry, BlobStore } from '@propago/storage';

/** How many owners one query asks for. */
const BATCH = 500;

/** Which rows keep the blobs of a folder. */
interface Owners {
  /** Why they are kept, in the words of the report. */
  why: string;
  /** Those of the ids that keep their blobs: the second part of a key, of masks, exports and in training the whole key. */
  of: (database: Database, ids: string[]) => Promise<string[]>;
}

const OF_KEPT_RUNS = { why: 'of runs that are kept', of: existingRuns };

const OWNERS: Record<string, Owners> = {
  videos: { why: 'of videos that are kept', of: existingVideos },
  pictures: { why: 'of videos that are kept', of: existingVideos },
  'first-masks': OF_KEPT_RUNS,
  prompts: OF_KEPT_RUNS,
  labels: { why: 'of runs that go on or may be corrected', of: runsWithLabels },
  masks: { why: OF_KEPT_RUNS.why, of: keysOfMasks },
  exports: { why: OF_KEPT_RUNS.why, of: keysOfExports },
  frames: { why: OF_KEPT_RUNS.why, of: existingFrameSets },
  features: { why: OF_KEPT_RUNS.why, of: existingFeatureSets },
  encoders: {
    why: 'of registered versions, and of runs that have not ended',
    of: async (database, ids) => {
      const which = { where: { sha256: { in: ids }, deletedAt: null }, select: { sha256: true } };
      const runs = { where: { encoderSha256: { in: ids }, outcome: { is: null } }, select: { encoderSha256: true } };
      const [versions, used] = await Promise.all([database.modelVersion.findMany(which), database.run.findMany(runs)]);
      return [...versions.map(({ sha256 }) => sha256), ...used.map(({ encoderSha256 }) => encoderSha256)];
    },
  },
  training: {
    why: 'of training runs',
    of: async (database, keys) =>
      (await database.trainingArtifact.findMany({ where: { blobKey: { in: keys } }, select: { blobKey: true } })).map(
        ({ blobKey }) => blobKey,
      ),
  },
};

/** A blob, and why it is kept; without a reason it is an orphan. */
export interface Surveyed {
  entry: BlobEntry;
  /** First part of its key. */
  folder: string;
  why?: string;
}

/**
 * All blobs but uploads and their parts, which are the gateway's. Orphans are those that no row keeps, as their process died before it
 * could write the row or remove the blob; ones younger than `ageMs` may only be on their way in.
 */
export async function* survey(storage: BlobStore, database: Database, ageMs: number): AsyncGenerator<Surveyed> {
  for (const [folder, owners] of Object.entries(OWNERS)) {
    let batch: BlobEntry[] = [];
    const flush = async (): Promise<Surveyed[]> => {
      const kept = new Set(await owners.of(database, [...new Set(batch.map(ownerOf))]));
      const judged = batch.map((entry) => {
        if (kept.has(ownerOf(entry))) return { entry, folder, why: owners.why };
        const isYoung = Date.now() - entry.modified.getTime() < ageMs;
        return { entry, folder, ...(isYoung && { why: 'on their way in' }) };
      });
      batch = [];
      return judged;
    };
    for await (const entry of storage.list(`${folder}/`)) {
      batch.push(entry);
      if (batch.length === BATCH) yield* await flush();
    }
    yield* await flush();
  }
}

function ownerOf({ key }: BlobEntry): string {
  return /^(training|masks|exports)\//.test(key) ? key : key.split('/')[1]!.replace(/\.png$/, '');
}

/** Masks that a correction has replaced stay behind when their process dies. */
async function keysOfMasks(database: Database, keys: string[]): Promise<string[]> {
  const runOf = (key: string) => key.split('/')[1]!;
  const ids = [...new Set(keys.map(runOf))].filter(isUuid);
  // A run that is not over stores masks before their rows.
  const runs = await unfinishedRuns(database, ids);
  const where = { runId: { in: ids }, maskKey: { in: keys } };
  const rows = await database.frameResult.findMany({ where, select: { maskKey: true } });
  return [...rows.flatMap(({ maskKey }) => maskKey ?? []), ...keys.filter((key) => runs.includes(runOf(key)))];
}

/** Files whose row went while they were made, or whose removal was cut off. */
async function keysOfExports(database: Database, keys: string[]): Promise<string[]> {
  const idOf = (key: string) => key.split('/')[2]!;
  const where = { id: { in: keys.map(idOf).filter(isUuid) } };
  const known = new Set((await database.export.findMany({ where, select: { id: true } })).map(({ id }) => id));
  return keys.filter((key) => known.has(idOf(key)));
}

async function existingRuns(database: Database, ids: string[]): Promise<string[]> {
  const where = { id: { in: ids.filter(isUuid) } };
  return (await database.run.findMany({ where, select: { id: true } })).map(({ id }) => id);
}

/** Soft labels serve unfinished runs, and corrections of those that have succeeded. */
async function runsWithLabels(database: Database, ids: string[]): Promise<string[]> {
  const where = {
    id: { in: ids.filter(isUuid) },
    OR: [{ outcome: { is: null } }, { outcome: { state: 'succeeded' } }],
  };
  return (await database.run.findMany({ where, select: { id: true } })).map(({ id }) => id);
}

async function unfinishedRuns(database: Database, ids: string[]): Promise<string[]> {
  const where = { id: { in: ids.filter(isUuid) }, outcome: { is: null } };
  return (await database.run.findMany({ where, select: { id: true } })).map(({ id }) => id);
}

async function existingVideos(database: Database, ids: string[]): Promise<string[]> {
  const where = { sha256: { in: ids } };
  return (await database.video.findMany({ where, select: { sha256: true } })).map(({ sha256 }) => sha256);
}

async function existingFeatureSets(database: Database, ids: string[]): Promise<string[]> {
  return (await database.featureSet.findMany({ where: { id: { in: ids } }, select: { id: true } })).map(({ id }) => id);
}

async function existingFrameSets(database: Database, ids: string[]): Promise<string[]> {
  return (await database.frameSet.findMany({ where: { id: { in: ids } }, select: { id: true } })).map(({ id }) => id);
}

function isUuid(id: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);
}
