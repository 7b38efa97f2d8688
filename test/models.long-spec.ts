import { lstat, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TrafficSplit } from '@propago/contracts';
import { ONE_OF_EACH } from '@propago/local-stack';
import { BAD_MODELS } from '../libs/model-inspection/testing/bad-models.fixture';
import { bytesField } from '../libs/model-inspection/testing/wire.fixture';
import { aliasOf } from '../services/models/src/traffic';
import { patchEncoder } from './support/model-files';
import { Registry, SMALL_MODELS, type ModelView, type VersionView } from './support/model-registry';
import { startPlatform, until, type Platform, type Problem, type RunResource } from './support/platform';
import { smallClip, type SmallClip } from './support/small-clip';

jest.setTimeout(900_000);

const MODEL = 'patches';
const PARAMETERS = { inputSize: { kind: 'native', multipleOf: 16, rounding: 'floor' } };
/** Two good encoders: mean colours of the quarters of a patch, of three of them for the first one. */
const FIRST = patchEncoder({ dim: 9 });
const SECOND = patchEncoder({ dim: 12 });
const FRAMES = 4;
const CANARY_SPLIT: TrafficSplit = [
  { alias: 'champion', percent: 80 },
  { alias: 'canary', percent: 20 },
];

let platform: Platform;
let registry: Registry;

beforeAll(async () => {
  platform = await startPlatform(SMALL_MODELS, {
    restart: true,
    // A heap that is collected early, so that what a service keeps is not lost among what it has not collected yet.
    services: ONE_OF_EACH.map((plan) =>
      plan.name === 'models' ? { ...plan, env: { NODE_OPTIONS: '--max-old-space-size=128' } } : plan,
    ),
  });
  registry = new Registry(platform);
});
afterAll(() => platform?.stop());

describe('bad files, one after the other', () => {
  const FILES = 200;
  /** A file is filled up to so much, so that one that is kept shows. */
  const FILE_BYTES = 900_000;
  /** About half of the bytes of one half of the files; what the collector leaves lying about is a quarter of it. */
  const MOST_GROWTH = 48 * 2 ** 20;

  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'propago-bad-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Each kind of bad file that may be sent, with a field at its end that readers pass over. */
  async function corpus(): Promise<Buffer[]> {
    const files: Buffer[] = [];
    for (const [i, bad] of BAD_MODELS.entries()) {
      const own = join(folder, String(i));
      await mkdir(own);
      const file = await bad.write(own);
      // What is wrong with a link is lost on the way, and the large ones are refused for their size.
      const found = await lstat(file).catch(() => undefined);
      if (!found?.isFile() || found.nlink > 1 || found.size > FILE_BYTES) continue;
      const bytes = await readFile(file);
      files.push(Buffer.concat([bytes, bytesField(50, Buffer.alloc(FILE_BYTES - bytes.length, i))]));
    }
    return files;
  }

  /** Sends some files under a name of their own and waits until each is refused. */
  async function refuse(name: string, files: Buffer[]): Promise<void> {
    const queue = files.slice();
    const sender = async () => {
      for (let file = queue.pop(); file; file = queue.pop()) await registry.register(name, file);
    };
    await Promise.all([sender(), sender()]);
    const states = async () => {
      const rows = await platform.query<{ state: string }>('SELECT state FROM "ModelVersion" WHERE name = $1', [name]);
      return rows.map(({ state }) => state);
    };
    const isOpen = (state: string) => state !== 'REJECTED' && state !== 'READY';
    await until(`${name} are validated`, async () => !(await states()).some(isOpen), 300_000);
    expect(await states()).toEqual(files.map(() => 'REJECTED'));
  }

  it('leave neither a process nor their bytes in the service', async () => {
    const models = platform.stack.services.pid('models');
    const resident = async () => {
      const status = await readFile(`/proc/${models}/status`, 'latin1');
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) * 1024;
    };
    const files = await corpus();
    expect(files.length).toBeGreaterThan(40);
    // One of each half is found out only when it is run, in a process of its own.
    const half = (which: number) => [
      patchEncoder({ dim: 20 + which, weight: () => 3e38 }),
      ...Array.from({ length: FILES / 2 - 1 }, (_, i) => files[(which * (FILES / 2 - 1) + i) % files.length]!).map(
        // Another last byte is another file, also where a kind comes again.
        (bytes, i) => Buffer.concat([bytes.subarray(0, -2), Buffer.from([which, i])]),
      ),
    ];
    await refuse('first-half', half(0));
    const before = await resident();
    await refuse('second-half', half(1));
    const after = await resident();
    expect(after - before).toBeLessThan(MOST_GROWTH);

    // The same process has done all of it.
    expect(platform.stack.services.pid('models')).toBe(models);
    const children = (await readdir(`/proc/${models}/task`)).map((task) =>
      readFile(`/proc/${models}/task/${task}/children`, 'latin1').catch(() => ''),
    );
    expect((await Promise.all(children)).join('').trim()).toBe('');
  });
});

describe('canary, promotion and rollback', () => {
  let clips: SmallClip[];
  let first: VersionView;
  let second: VersionView;

  beforeAll(async () => {
    first = await registry.validated(MODEL, (await registry.register(MODEL, FIRST)).version);
    const seeds = [1, 2, 3];
    clips = await Promise.all(
      seeds.map((seed) => smallClip({ width: 96, height: 64, frames: FRAMES, objects: 1, seed })),
    );
    second = await registry.validated(MODEL, (await registry.register(MODEL, SECOND)).version);
  });

  const request = (clip: SmallClip, encoder = MODEL) => ({ ...clip, options: { encoder, parameters: PARAMETERS } });
  const versionOf = (run: RunResource) => run.encoder as { version: number; sha256: string; chosenBy: string };

  const masksOf = (id: string): Promise<string> => platform.digestOfMasks(id, FRAMES);

  it('let every one of 50 runs succeed on the version that its id stands for, with exactly the masks of that version', async () => {
    expect(second).toMatchObject({ state: 'READY', aliases: [], report: { champion: { version: 1 } } });
    await registry.mustPut(`/${MODEL}/aliases/canary`, { version: second.version });
    await registry.mustPut(`/${MODEL}/traffic`, { split: CANARY_SPLIT });

    const flow: { id: string; clip: number; phase: string | undefined }[] = [];
    let phase = 'canary';
    const send = async (n: number): Promise<void> => {
      const [clip, before] = [n % clips.length, phase];
      const id = await platform.acceptedRun(request(clips[clip]!));
      // A run that was sent while something changed may have either version.
      flow.push({ id, clip, phase: before === phase ? phase : undefined });
    };
    let next = 0;
    let sending = true;
    const sender = async (): Promise<void> => {
      while (sending) {
        await send(next++);
        await sleep(100);
      }
    };
    const more = async (count: number, isEnough = () => true): Promise<void> => {
      const goal = flow.length + count;
      await until(`${goal} runs are accepted`, async () => flow.length >= goal && isEnough());
    };
    const change = async (to: string, act: () => Promise<unknown>): Promise<void> => {
      phase = `before ${to}`;
      await act();
      phase = to;
    };
    const aliasesOfRuns = () => new Set(flow.map(({ id }) => aliasOf(id, CANARY_SPLIT)));
    await Promise.all([
      sender(),
      sender(),
      (async () => {
        // 20 runs may all be the champion's, one time in 100; then there are more.
        await more(20, () => aliasesOfRuns().size === 2);
        await change('promoted', () =>
          Promise.all([registry.mustPost(`/${MODEL}:promote`), platform.stack.services.kill('features')]),
        );
        await more(15);
        await change('rolled back', () => registry.mustPost(`/${MODEL}:rollback`));
        await more(15);
      })().finally(() => (sending = false)),
    ]);

    const runs = await Promise.all(flow.map(({ id }) => platform.waitForEnd(id)));
    expect(runs.filter(({ state }) => state !== 'succeeded').map(({ error }) => error)).toEqual([]);
    expect(runs.length).toBeGreaterThanOrEqual(50);
    for (const [i, run] of runs.entries()) {
      const { version, sha256, chosenBy } = versionOf(run);
      expect([first.sha256, second.sha256][[1, second.version].indexOf(version)]).toBe(sha256);
      if (flow[i]!.phase === 'canary') {
        const alias = aliasOf(run.id, CANARY_SPLIT);
        expect([version, chosenBy]).toEqual([alias === 'canary' ? second.version : 1, `traffic:${alias}`]);
      }
      if (flow[i]!.phase === 'promoted') expect([version, chosenBy]).toEqual([second.version, 'traffic:champion']);
      if (flow[i]!.phase === 'rolled back') expect([version, chosenBy]).toEqual([1, 'traffic:champion']);
    }
    const phases = flow.map((each) => each.phase);
    for (const each of ['canary', 'promoted', 'rolled back']) expect(phases).toContain(each);

    const masks = await Promise.all(flow.map(({ id }) => masksOf(id)));
    // Without their runs the features are gone too: what comes now is computed anew.
    await Promise.all(flow.map(({ id }) => platform.removeRun(id)));
    for (const version of [1, second.version]) {
      for (const [c, clip] of clips.entries()) {
        const { id } = await platform.succeededRun(request(clip, `${MODEL}:${version}`));
        const own = await masksOf(id);
        const same = flow.flatMap((each, i) =>
          each.clip === c && versionOf(runs[i]!).version === version ? [masks[i]] : [],
        );
        expect(same).toEqual(same.map(() => own));
      }
    }
  });

  it('leave behind who did what, and the champion of before with the other one as its previous version', async () => {
    const model = await platform.json<ModelView>(`/v1/admin/models/${MODEL}`);
    expect(model.traffic.split).toEqual([{ alias: 'champion', percent: 100 }]);
    expect(model.aliases).toEqual([
      expect.objectContaining({ alias: 'champion', version: 1, previousVersion: second.version }),
    ]);
    const audit = await platform.json<{ items: { action: string; actor: string; version: number }[] }>(
      `/v1/admin/models/audit?name=${MODEL}&limit=3`,
    );
    const [traffic, rollback] = audit.items;
    expect(traffic).toMatchObject({ action: 'traffic', actor: 'anybody' });
    expect(rollback).toMatchObject({ action: 'rollback', actor: 'anybody', version: 1 });
  });

  it('refuse to remove a version that an alias names or would return to', async () => {
    for (const version of [1, second.version]) {
      const answer = await registry.remove(`/${MODEL}/versions/${version}`);
      expect([answer.status, ((await answer.json()) as Problem).code]).toEqual([409, 'MODEL_IN_USE']);
    }
  });

  it('are compared and swapped: a change made for another state is refused', async () => {
    const path = `/${MODEL}/aliases/champion`;
    const etag = (await platform.get(`/v1/admin/models${path}`)).headers.get('etag')!;
    const swapped = await registry.put(path, { version: second.version }, { 'if-match': etag });
    expect(swapped.status).toBe(200);
    const late = await registry.put(path, { version: 1 }, { 'if-match': etag });
    expect([late.status, ((await late.json()) as Problem).code]).toEqual([409, 'ALIAS_CONFLICT']);
    const twice = await registry.put(`/${MODEL}/aliases/mine`, { version: 1, expectedRevision: 0 });
    expect(twice.status).toBe(200);
    expect((await registry.put(`/${MODEL}/aliases/mine`, { version: 1, expectedRevision: 0 })).status).toBe(409);
  });
});
