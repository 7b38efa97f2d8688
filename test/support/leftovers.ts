import { readdirSync, readFileSync } from 'node:fs';
import { blobKeys } from '@propago/contracts';
import { Database } from '@propago/database';
import { NextSteps, Queues } from '@propago/pipeline';
import { sweepScratchFolders } from '@propago/storage';
import { Janitor } from '../../services/results/src/retention/janitor';
import { QUICK_RECOVERY } from './campaign';
import { type Platform, until } from './platform';

const KEPT = { runDays: 0, videoDays: 0, cacheHours: 1e6, cacheBytes: 0, minFreeBytes: 0 };

/** Waits until no job is in any queue. @throws Error with the jobs that stay */
export async function emptyQueues(platform: Platform): Promise<void> {
  const lockSeconds = Number(QUICK_RECOVERY.QUEUE_LOCK_SECONDS);
  const queues = new Queues({ redisUrl: platform.stack.servers.redisUrl, prefix: 'bull', lockSeconds });
  const jobs = async (): Promise<string[]> =>
    Object.entries(await queues.counts()).flatMap(([queue, counts]) =>
      Object.entries(counts).flatMap(([state, count]) => (count > 0 ? [`${count} ${state} in ${queue}`] : [])),
    );
  try {
    await until('the queues are empty', async () => (await jobs()).length === 0).catch(async (error) => {
      throw new Error(`${(error as Error).message}: ${(await jobs()).join(', ')}`);
    });
  } finally {
    await queues.close();
  }
}

/** The janitor's work, as it is done an hour later. @returns how many blobs no row knew: what killed processes left */
export async function removeOrphans(platform: Platform): Promise<number> {
  const { databaseUrl, redisUrl } = platform.stack.servers;
  const database = new Database(databaseUrl);
  const queues = new Queues({ redisUrl, prefix: 'bull', lockSeconds: 2 });
  try {
    const janitor = new Janitor(database, platform.store, new NextSteps(database, queues), { ...KEPT, orphanMs: 0 });
    const { orphans } = await janitor.clean();
    // Those of a gateway that was killed are its own to sweep.
    const uploads = await platform.blobs('uploads');
    for (const key of uploads) await platform.store.delete(key);
    await platform.store.sweep(0);
    return Object.values(orphans).reduce((sum, { blobs }) => sum + blobs, uploads.length);
  } finally {
    await queues.close();
    await database.$disconnect();
  }
}

/** What Postgres says is stored of runs, and is not. */
export async function missingBlobs(platform: Platform): Promise<string[]> {
  const stored = new Set(await platform.blobs(''));
  const masks = await platform.query<{ key: string }>(
    `select "maskKey" as key from "FrameResult" where "maskKey" is not null
     union select "maskKey" from "Prompt" union select "blobKey" from "Video"`,
  );
  const exports = await platform.query<{ runId: string; id: string }>(
    `select "runId", id from "Export" join "ExportWork" on "exportId" = id where state = 'ready'`,
  );
  const labels = await platform.query<{ runId: string; pass: string; index: number }>(
    'select "runId", pass, index from "LabelSegment"',
  );
  const wanted = [
    ...masks.map(({ key }) => key),
    ...exports.map(({ runId, id }) => blobKeys.export(runId, id)),
    ...labels.map(({ runId, pass, index }) => blobKeys.labels(runId, pass, index)),
  ];
  return wanted.filter((key) => !stored.has(key));
}

/** Temporary files and processes of a platform that has ended, whose processes had this temporary folder. */
export async function leftOnMachine(temporary: string): Promise<string[]> {
  await sweepScratchFolders(temporary);
  const marked = `TMPDIR=${temporary}\0`;
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => readable(`/proc/${pid}/environ`).includes(marked))
    .map((pid) => `process ${pid}: ${readable(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`);
  return [...readdirSync(temporary), ...processes];
}

/** Empty for a process that is gone meanwhile, or of somebody else. */
function readable(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
