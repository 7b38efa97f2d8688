import type { Database } from '@propago/database';
import type { BlobEntry, BlobStore } from '@propago/storage';

/** How many owners one query asks for. */
const BATCH = 500;

/** By folder, how to find which rows keep their blobs: the second part of a key names the row, or the whole key does. */
const OWNERS: Record<string, (database: Database, ids: string[]) => Promise<string[]>> = {
  videos: async (database, ids) =>
    (await database.video.findMany({ where: { sha256: { in: ids } } })).map(({ sha256 }) => sha256),
  'first-masks': existingRuns,
  prompts: existingRuns,
  labels: runsWithLabels,
  masks: keysOfMasks,
  exports: existingRuns,
  frames: wantedFeatureSets,
  features: existingFeatureSets,
  encoders: async (database, ids) => {
    const which = { where: { sha256: { in: ids }, deletedAt: null }, select: { sha256: true } };
    const runs = { where: { encoderSha256: { in: ids }, outcome: { is: null } }, select: { encoderSha256: true } };
    const [versions, used] = await Promise.all([database.modelVersion.findMany(which), database.run.findMany(runs)]);
    return [...versions.map(({ sha256 }) => sha256), ...used.map(({ encoderSha256 }) => encoderSha256)];
  },
  training: async (database, keys) =>
    (await database.trainingArtifact.findMany({ where: { blobKey: { in: keys } }, select: { blobKey: true } })).map(
      ({ blobKey }) => blobKey,
    ),
};

/**
 * Blobs older than `ageMs` that no row keeps, as their process died before it could write the row or remove the blob.
 * Uploads are the gateway's.
 */
export async function* orphans(storage: BlobStore, database: Database, ageMs: number): AsyncGenerator<BlobEntry> {
  for (const [folder, keptBy] of Object.entries(OWNERS)) {
    let batch: BlobEntry[] = [];
    const flush = async () => {
      const owners = new Set(batch.map(ownerOf));
      const kept = new Set(await keptBy(database, [...owners]));
      const lost = batch.filter((entry) => !kept.has(ownerOf(entry)));
      batch = [];
      return lost;
    };
    for await (const entry of storage.list(`${folder}/`)) {
      if (Date.now() - entry.modified.getTime() < ageMs) continue;
      batch.push(entry);
      if (batch.length === BATCH) yield* await flush();
    }
    yield* await flush();
  }
}

function ownerOf({ key }: BlobEntry): string {
  return /^(training|masks)\//.test(key) ? key : key.split('/')[1]!.replace(/\.png$/, '');
}

/** Masks that a correction has replaced stay behind when their process dies. */
async function keysOfMasks(database: Database, keys: string[]): Promise<string[]> {
  const runOf = (key: string) => key.split('/')[1]!;
  const ids = [...new Set(keys.map(runOf))].filter(isUuid);
  // A run that is not over stores masks before their rows.
  const runs = await unfinishedRuns(database, ids);
  const where = { runId: { in: ids }, maskKey: { in: keys } };
  const rows = await database.frameResult.findMany({ where, select: { maskKey: true } });
  return [...rows.map(({ maskKey }) => maskKey), ...keys.filter((key) => runs.includes(runOf(key)))];
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

async function existingFeatureSets(database: Database, ids: string[]): Promise<string[]> {
  return (await database.featureSet.findMany({ where: { id: { in: ids } }, select: { id: true } })).map(({ id }) => id);
}

/** Raw frames serve features that an unfinished run wants. */
async function wantedFeatureSets(database: Database, ids: string[]): Promise<string[]> {
  const where = { id: { in: ids }, runs: { some: { outcome: { is: null } } } };
  return (await database.featureSet.findMany({ where, select: { id: true } })).map(({ id }) => id);
}

function isUuid(id: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);
}
