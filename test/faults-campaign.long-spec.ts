import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { campaignNumber, History, ONE_THREAD_EACH, QUICK_RECOVERY, twoWorkersPerStage } from './support/campaign';
import { disturb } from './support/faults';
import { emptyQueues, leftOnMachine, missingBlobs, removeOrphans } from './support/leftovers';
import { heldBy } from './support/load';
import { noise } from './support/noise';
import { withoutFrames } from './support/odd-files';
import { PatientClient } from './support/patient-client';
import { type Platform, startPlatform, until } from './support/platform';
import { randomFrom } from './support/random-corrections';
import type { OpenApiDocument } from './support/random-requests';
import { nothingIsLeft, removeEverything, sharedPlatform } from './support/shared-platform';
import { smallClip } from './support/small-clip';
import { SmallDisk } from './support/small-disk';
import { KINDS, type Scene, scenesOf, StreamOfRuns } from './support/stream-of-runs';
import { Undisturbed } from './support/undisturbed';

/** `npm run campaign:faults -- --runs 200 --seed 7` sets these. */
const RUNS = campaignNumber('RUNS', KINDS.length);
const SEED = campaignNumber('SEED', 1);
/** `npm run campaign:soak -- --minutes 60` sets this: no number of runs, and damaged requests beside them. */
const MINUTES = campaignNumber('MINUTES', 0);
const IS_SOAK = MINUTES > 0;

const FRAMES = 28;
/** Runs at a time. */
const CLIENTS = 4;
const STORAGE_MB = 512;
const LIMIT_MS = 180_000 + (IS_SOAK ? MINUTES * 120_000 : RUNS * 60_000);

let sut: Platform;
let undisturbed: Platform;
let disk: SmallDisk | null;
let temporary: string;
let scenes: Scene[];
const history = new History();

beforeAll(async () => {
  temporary = mkdtempSync(join(tmpdir(), 'propago-campaign-'));
  disk = SmallDisk.mount(STORAGE_MB);
  const clips = await Promise.all([21, 22].map((seed) => smallClip({ frames: FRAMES, objects: 3, seed })));
  scenes = scenesOf(clips, IS_SOAK || RUNS > 20 ? 4 : 1, SEED);
  undisturbed = await sharedPlatform();
  sut = await startPlatform(
    { ...QUICK_RECOVERY, ...ONE_THREAD_EACH, TMPDIR: temporary },
    {
      services: twoWorkersPerStage([{ name: 'gateway' }]),
      storageUrl: disk ? pathToFileURL(join(disk.path, 'blobs')).href : undefined,
      onLost: (problem) => history.note(problem.message),
    },
  );
}, 240_000);
afterAll(async () => {
  await sut?.stop();
  await undisturbed?.stop();
  disk?.unmount();
  rmSync(temporary, { recursive: true, force: true });
});

/** A line of figures a minute. */
async function figures(of: StreamOfRuns, problems: string[], isOver: () => boolean): Promise<void> {
  for (let minute = 1; ; minute++) {
    for (const end = Date.now() + 60_000; Date.now() < end; await sleep(500)) if (isOver()) return;
    const held = sut.stack.services.processes.filter(({ running }) => running).map(heldBy);
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
    const memory = sum(held.map((each) => each.memory)).toFixed(0);
    const handles = sum(held.map((each) => each.handles));
    const line = `minute ${minute}: ${of.accepted.length} runs, ${memory} MiB, ${handles} handles, ${problems.length} problems`;
    process.stderr.write(`${line}\n`);
    history.note(line);
  }
}

/** Everything that is wrong after the campaign, nothing when all is well. */
async function campaign(): Promise<string[]> {
  const client = new PatientClient(sut.url, history);
  const judge = new Undisturbed(undisturbed, client);
  const stream = new StreamOfRuns(client, scenes, await withoutFrames(), history);
  const document = await sut.json<OpenApiDocument>('/docs/json');
  const problems: string[] = [];
  const endsAt = Date.now() + MINUTES * 60_000;
  let [started, isOver] = [0, false];
  const isMore = () => (IS_SOAK ? Date.now() < endsAt : started < RUNS);
  const oneRun = async (seed: number): Promise<void> => {
    const run = await stream.one(seed);
    problems.push(...(await judge.wrongWith(run)));
    // Otherwise the disk is full for good.
    if (IS_SOAK) await client.send(`/v1/runs/${run.id}`, () => ({ method: 'DELETE' }));
  };
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (isMore()) {
      const seed = SEED * 1_000_003 + started++;
      await oneRun(seed).catch((error: Error) => {
        history.note(`run of seed ${seed}: ${error.message}`);
        problems.push(error.message);
      });
    }
  });
  const beside = [
    disturb({ platform: sut, disk, history, next: randomFrom(SEED) }, () => isOver),
    IS_SOAK ? noise(client, document, randomFrom(SEED + 1), () => isOver) : {},
    figures(stream, problems, () => isOver),
  ] as const;
  await Promise.all(clients);
  isOver = true;
  const [faults, answers] = await Promise.all(beside);
  problems.push(...client.faults, ...(await wrongAtRest(stream)));
  const counts = Object.entries(faults).map(([name, count]) => `${count} x ${name}`);
  process.stderr.write(`faults, seed ${SEED}: ${stream.accepted.length} runs accepted, ${counts.join(', ')}\n`);
  if (IS_SOAK) process.stderr.write(`answers to damaged requests: ${JSON.stringify(answers)}\n`);
  return problems;
}

async function everythingIsReady(): Promise<void> {
  for (const { name, index, url } of sut.stack.services.processes) {
    const isReady = async () => (await fetch(`${url}/v2/health/ready`).catch(() => undefined))?.ok ?? false;
    await until(`${name} ${index} is ready`, isReady);
  }
}

/** What is wrong when nobody wants anything any more: with runs, and with what is left behind. */
async function wrongAtRest({ accepted }: StreamOfRuns): Promise<string[]> {
  const problems: string[] = [];
  const note = (error: Error) => problems.push(error.message);
  await everythingIsReady().catch(note);
  await emptyQueues(sut).catch(note);
  const kept = new Set((await sut.query<{ id: string }>('select id from "Run"')).map(({ id }) => id));
  const lost = accepted.filter(({ id, kind }) => kept.has(id) === (IS_SOAK || kind === 'deleted'));
  problems.push(...lost.map(({ id, kind }) => `${id} (${kind}) ${kept.has(id) ? 'is still there' : 'is lost'}`));
  const orphans = await removeOrphans(sut);
  history.note(`${orphans} blobs of killed processes were removed`);
  problems.push(...(await missingBlobs(sut)).map((key) => `the blob ${key} is missing`));
  await removeEverything(sut);
  await nothingIsLeft(sut).catch(note);
  await sut.stop();
  problems.push(...(await leftOnMachine(temporary)).map((what) => `${what} is left`));
  return problems;
}

describe('runs of a platform to which something happens every few seconds', () => {
  it(
    'come to exactly one end each, with the masks of undisturbed ones, and leave nothing behind',
    async () => {
      const problems = await campaign().catch((error: Error) => [error.stack ?? error.message]);
      const file = history.save(`faults-${SEED}`);
      if (problems.length > 0) {
        throw new Error(`seed ${SEED}, history in ${file}:\n${problems.join('\n')}\n\nIts end:\n${history.tail()}`);
      }
    },
    LIMIT_MS,
  );
});
