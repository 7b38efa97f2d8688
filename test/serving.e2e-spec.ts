import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blobKeys, type AnswerOf } from '@propago/contracts';
import { encodeIndexedPng, VOC_PALETTE } from '@propago/labels';
import { Queues } from '@propago/pipeline';
import { QUICK_RECOVERY } from './support/campaign';
import { patchEncoder } from './support/model-files';
import { NATIVE_SIZE, type Platform, type Problem, type RunRequest, startPlatform, until } from './support/platform';
import { smallClip, type SmallClip } from './support/small-clip';
import { documentedFetch } from './support/documented-fetch';

const MODEL = 'patches';
const OPTIONS = { encoder: MODEL, parameters: NATIVE_SIZE };
/** A dead worker's jobs go to another one quickly, and a model that changed is looked at again quickly. */
const QUICK = { ...QUICK_RECOVERY, MODELS_LOOK_SECONDS: '1', WARMUP_SIZES: '192x128' };
const PATIENCE_MS = 300_000;

interface Version {
  version: number;
  sha256: string;
}

interface Comparison {
  shadowRunId: string;
  runId: string;
  version: number;
  baseVersion: number;
  state: string | null;
  error: { code: string } | null;
  comparison: {
    frames: number;
    meanJaccard: number;
    secondsPerFrame: number | null;
    baseSecondsPerFrame: number | null;
  } | null;
}

let folder: string;
let clip: SmallClip;
let platform: Platform;
/** Version 1, 2 and 3 of the model, in this order. */
let versions: Version[];

jest.setTimeout(PATIENCE_MS);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'propago-serving-'));
  const files = await Promise.all(
    // Other weights each; what they find differs, the shapes do not.
    [1, 2, 3].map(async (seed) => {
      const file = join(folder, `${seed}.onnx`);
      const weight = ({ out, channel, row, col }: Record<'out' | 'channel' | 'row' | 'col', number>) =>
        Math.sin(seed * (1 + out * 7 + channel * 3 + row * 0.7 + col * 0.3));
      await writeFile(file, patchEncoder({ weight, metadata: { 'propago.card': JSON.stringify({ name: MODEL }) } }));
      return file;
    }),
  );
  clip = await smallClip({ frames: 12 });
  platform = await startPlatform(
    { ...QUICK, ENCODERS: files.join(',') },
    {
      services: [
        ...(['gateway', 'models', 'ingest', 'propagation', 'results'] as const).map((name) => ({ name })),
        { name: 'features', replicas: 2 },
      ],
    },
  );
  const model = await platform.json<{ versions: Version[] }>(`/v1/admin/models/${MODEL}`);
  versions = model.versions.sort((a, b) => a.version - b.version);
  expect(versions.map(({ version }) => version)).toEqual([1, 2, 3]);
}, PATIENCE_MS);

afterAll(async () => {
  await platform?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function admin(method: string, path: string, body?: object): Promise<void> {
  const answer = await documentedFetch(`${platform.url}/v1/admin/models/${MODEL}${path}`, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
}

const setAlias = (alias: string, version: number) => admin('PUT', `/aliases/${alias}`, { version });
const ready = (version: number) => platform.get(`/v2/models/${MODEL}/versions/${version}/ready`);
const isReady = async (version: number) => (await ready(version)).status === 200;
const request = (options: object = {}): RunRequest => ({
  video: clip.video,
  mask: clip.mask,
  options: { ...OPTIONS, ...options },
});

/** How far every live worker is with a version. */
async function statesOf({ sha256 }: Version): Promise<string[]> {
  const rows = await platform.query<{ state: string }>('SELECT state FROM "EncoderInstance" WHERE sha256 = $1', [
    sha256,
  ]);
  return rows.map(({ state }) => state);
}

const allHave = async (version: Version, state: string, workers = 2) => {
  const states = await statesOf(version);
  return states.length === workers && states.every((other) => other === state);
};

/** Processes of a worker's encoders. */
const childrenOf = (pid: number) =>
  readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').trim().split(' ').filter(Boolean).map(Number),
  );

const digestOfMasks = (id: string): Promise<string> => platform.digestOfMasks(id, clip.frames.length);

describe('a model', () => {
  it('is ready when workers have its champion loaded, and shows what goes in and out', async () => {
    await setAlias('champion', 1);
    await until('the champion is loaded everywhere', () => allHave(versions[0]!, 'LOADED'));
    expect(await platform.json(`/v2/models/${MODEL}/ready`)).toEqual({ name: MODEL, version: '1', ready: true });
    expect(await platform.json(`/v2/models/${MODEL}`)).toEqual({
      name: MODEL,
      versions: ['1', '2', '3'],
      platform: 'onnxruntime_onnx',
      inputs: [{ name: 'image', datatype: 'FP32', shape: [-1, 3, -1, -1] }],
      outputs: [{ name: 'features', datatype: 'FP32', shape: [-1, 12, -1, -1] }],
    });
  });

  it('that nobody has loaded is not ready, which says so', async () => {
    await until('version 2 is let go of', async () => (await statesOf(versions[1]!)).length === 0);
    const answer = await ready(2);
    expect(answer.status).toBe(503);
    expect(answer.headers.has('retry-after')).toBe(true);
    const problem = (await answer.json()) as Problem;
    expect(problem).toMatchObject({ code: 'MODEL_NOT_LOADED', detail: `${MODEL}:2: no worker has it.` });
    expect((await platform.get(`/v2/models/${MODEL}/versions/2`)).status).toBe(200);
  });

  it.each([
    '/v2/models/nobody',
    '/v2/models/nobody/ready',
    `/v2/models/${MODEL}/versions/9`,
    `/v2/models/${MODEL}/versions/x/ready`,
  ])('of which there is none is unknown at %s', async (path) => {
    const answer = await platform.get(path);
    expect([answer.status, ((await answer.json()) as Problem).code]).toEqual([404, 'MODEL_NOT_FOUND']);
  });
});

describe('a version that was refused', () => {
  it('is known, and not served', async () => {
    await platform.query(
      `INSERT INTO "ModelVersion" (name, version, sha256, bytes, state, "createdBy")
       VALUES ($1, 4, $2, 1, 'REJECTED', 'test')`,
      [MODEL, '0'.repeat(64)],
    );
    for (const path of ['', '/ready']) {
      const answer = await platform.get(`/v2/models/${MODEL}/versions/4${path}`);
      const { code, detail } = (await answer.json()) as Problem;
      expect([answer.status, code, detail]).toEqual([409, 'MODEL_VERSION_NOT_READY', `${MODEL}:4 is REJECTED.`]);
    }
    expect(await platform.json(`/v2/models/${MODEL}`)).toMatchObject({ versions: ['1', '2', '3'] });
  });
});

describe('a promotion', () => {
  it('in which a worker is killed leaves every run on its own version, and the version loaded in the end', async () => {
    await setAlias('champion', 1);
    await until('the champion is loaded everywhere', () => allHave(versions[0]!, 'LOADED'));
    const before = [await platform.acceptedRun(request()), await platform.acceptedRun(request())];
    await setAlias('canary', 2);
    await admin('POST', ':promote');
    const orphans = childrenOf(platform.stack.services.pid('features', 0));
    expect(orphans).not.toEqual([]);
    await platform.stack.services.kill('features', 0);
    const after = [await platform.acceptedRun(request()), await platform.acceptedRun(request())];
    await platform.stack.services.restart('features', 0);

    const masks: string[][] = [];
    for (const [ids, { version, sha256 }] of [
      [before, versions[0]!],
      [after, versions[1]!],
    ] as const) {
      for (const id of ids) {
        const run = await platform.waitForEnd(id);
        expect({ state: run.state, error: run.error }).toEqual({ state: 'succeeded', error: null });
        expect(run.encoder).toMatchObject({ name: MODEL, version, sha256 });
      }
      masks.push(await Promise.all(ids.map(digestOfMasks)));
    }
    // Each version's own masks: the same within a version, others between two.
    expect(new Set(masks[0]).size).toBe(1);
    expect(new Set(masks[1]).size).toBe(1);
    expect(masks[0]![0]).not.toBe(masks[1]![0]);
    await until('the new champion is ready', () => isReady(2));
    expect(orphans.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
    // What a rollback returns to stays loaded.
    await until('the old champion is ready', () => isReady(1));
  });
});

describe('a worker that is told to end', () => {
  it('leaves no row and no encoder process behind', async () => {
    const { services } = platform.stack;
    const pid = services.pid('features', 1);
    const encoders = childrenOf(pid);
    const rows = () => platform.query('SELECT 1 FROM "EncoderInstance" WHERE worker LIKE $1', [`%-${pid}-%`]);
    expect([encoders.length, (await rows()).length]).not.toContain(0);
    await services.restart('features', 1);
    expect(await rows()).toEqual([]);
    expect(encoders.filter((encoder) => existsSync(`/proc/${encoder}`))).toEqual([]);
  });
});

describe('a version that cannot be loaded', () => {
  it('leaves the serving version alone, and says why it is not ready', async () => {
    await setAlias('champion', 1);
    await until('the champion is ready', () => isReady(1));
    const { sha256 } = versions[2]!;
    await platform.store.put(blobKeys.encoderModel(sha256), Buffer.from('damaged'));
    await setAlias('champion', 3);
    let problem!: Problem;
    // Two live workers: what the killed one had is not counted.
    await until('both workers have failed to load it', async () => {
      problem = (await (await ready(3)).json()) as Problem;
      return /^patches:3: 2 FAILED/.test(problem.detail);
    });
    expect(problem.code).toBe('MODEL_NOT_LOADED');
    expect(problem.detail).toMatch(/^patches:3: 2 FAILED \(ENCODER_INVALID: .*changed/);
    // A busy worker may say late what it has.
    await until('the version before is ready all the same', () => isReady(1));
    await admin('POST', ':rollback');
    const run = await platform.succeededRun(request());
    expect(run.encoder).toMatchObject({ version: 1 });
  });
});

describe('a shadow', () => {
  const comparisons = async () =>
    (await platform.json<{ items: Comparison[] }>(`/v1/admin/models/${MODEL}/shadow-comparisons`)).items;

  async function comparisonOf(runId: string): Promise<Comparison> {
    let found: Comparison | undefined;
    await until('the shadow run is compared', async () => {
      found = (await comparisons()).find((item) => item.runId === runId);
      return found?.comparison != null || found?.state === 'failed';
    });
    return found!;
  }

  beforeAll(() => setAlias('champion', 1));

  it('that fails does not touch the run', async () => {
    // Its file is damaged.
    await setAlias('shadow', 3);
    const run = await platform.succeededRun(request());
    const shadow = await comparisonOf(run.id);
    expect(shadow).toMatchObject({ state: 'failed', error: { code: 'ENCODER_INVALID' }, comparison: null });
    expect(await platform.run(run.id)).toMatchObject({ state: 'succeeded', error: null });
  });

  it('repeats a run unseen; its difference is stored, and goes with the run, all blobs with it', async () => {
    await setAlias('shadow', 2);
    // Another video: no features of before.
    clip = await smallClip({ frames: 12, seed: 7 });
    const run = await platform.succeededRun(request());
    expect(run.encoder).toMatchObject({ version: 1 });
    const shadow = await comparisonOf(run.id);
    expect(shadow).toMatchObject({ version: 2, baseVersion: 1, state: 'succeeded', error: null });
    const { frames, meanJaccard, secondsPerFrame, baseSecondsPerFrame } = shadow.comparison!;
    expect(frames).toBe(11);
    expect(meanJaccard).toBeGreaterThan(0);
    expect(meanJaccard).toBeLessThan(1);
    expect(secondsPerFrame).toBeGreaterThan(0);
    expect(baseSecondsPerFrame).toBeGreaterThan(0);

    // Once more: the features of both versions are there by now, and the figures are the same work.
    const again = await comparisonOf((await platform.succeededRun(request())).id);
    expect(again.comparison).toEqual({ ...shadow.comparison, comparedAt: expect.any(String) });

    // Of what is not wanted there is none.
    const alone = await platform.succeededRun(request({ shadow: false }));
    expect((await comparisons()).map(({ runId }) => runId)).not.toContain(alone.id);

    const report = await platform.json<AnswerOf<'ModelReport'>>(`/v1/admin/models/${MODEL}/report`);
    const pair = report.shadows.find(({ version, baseVersion }) => version === 2 && baseVersion === 1)!;
    expect(pair).toMatchObject({ runs: 2, compared: 2, succeeded: 2, failed: 0, failures: [] });
    expect(pair.meanAgreement).toBeCloseTo(meanJaccard, 9);
    expect(pair.secondsPerFrame).toBeCloseTo(secondsPerFrame!, 9);
    expect(pair.baseSecondsPerFrame).toBeCloseTo(baseSecondsPerFrame!, 9);
    expect(pair.worst.map(({ runId }) => runId).sort()).toEqual([run.id, again.runId].sort());
    const broken = report.shadows.find(({ version }) => version === 3)!;
    expect(broken).toMatchObject({ compared: 0, meanAgreement: null, secondsPerFrame: null, worst: [] });
    expect(broken.failures).toEqual([{ code: 'ENCODER_INVALID', runs: 1 }]);
    const [part] = report.traffic.parts;
    expect(part).toMatchObject({ alias: 'champion', version: 1, failed: 0, confidence: expect.any(Number) });
    expect(part!.succeeded).toBe(part!.runs);

    for (const path of ['', '/frames', '/frames/1/mask.png', '/masks.zip', '/overlay.mp4', '/events']) {
      expect((await platform.get(`/v1/runs/${shadow.shadowRunId}${path}`)).status).toBe(404);
    }
    const framesOf = (id: string) => `/v1/admin/models/${MODEL}/shadow-comparisons/${id}/frames?limit=5`;
    const table = await platform.json<AnswerOf<'FramePage'>>(framesOf(shadow.shadowRunId));
    expect(table).toMatchObject({ items: [0, 1, 2, 3, 4].map((index) => ({ index })), next: '4' });
    expect((await platform.get(framesOf(run.id))).status).toBe(404);
    const { items } = await platform.json<{ items: { id: string }[] }>('/v1/runs');
    expect(items.map(({ id }) => id)).not.toContain(shadow.shadowRunId);
    expect(items.map(({ id }) => id)).toContain(run.id);

    expect(await platform.blobs(`masks/${shadow.shadowRunId}/`)).not.toEqual([]);
    const [{ featureSetId }] = (await platform.query<{ featureSetId: string }>(
      'SELECT "featureSetId" FROM "Run" WHERE id = $1',
      [shadow.shadowRunId],
    )) as [{ featureSetId: string }];
    expect(await platform.blobs(`features/${featureSetId}/`)).not.toEqual([]);
    for (const id of [run.id, again.runId, alone.id]) await platform.removeRun(id);
    expect(await platform.query('SELECT 1 FROM "Run" WHERE id = $1', [shadow.shadowRunId])).toEqual([]);
    expect(await platform.blobs(`masks/${shadow.shadowRunId}/`, `features/${featureSetId}/`)).toEqual([]);
  });

  it('repeats all prompts of a run that was corrected before they were compared', async () => {
    await setAlias('shadow', 2);
    const queues = new Queues({ redisUrl: platform.stack.servers.redisUrl, prefix: 'bull', lockSeconds: 2 });
    await queues.of('housekeeping').pause();
    const { id } = await platform.succeededRun(request());
    const prompt = encodeIndexedPng({ ...clip, indices: clip.truth[6]!, palette: VOC_PALETTE });
    const headers = { 'content-type': 'image/png' };
    const body = new Uint8Array(prompt);
    const answer = await documentedFetch(`${platform.url}/v1/runs/${id}/prompts/6`, { method: 'PUT', headers, body });
    expect(answer.status).toBe(202);
    await platform.waitForEnd(id);
    await queues.of('housekeeping').resume();
    await queues.close();
    const { shadowRunId, comparison } = await comparisonOf(id);
    // What is said about frames 0 and 6 is no difference of the versions.
    expect(comparison).toMatchObject({ frames: 10, meanJaccard: expect.any(Number) });
    const promptsOf = (run: string) =>
      platform.query('SELECT frame, objects, digest FROM "Prompt" WHERE "runId" = $1 ORDER BY frame', [run]);
    expect(await promptsOf(shadowRunId)).toEqual(await promptsOf(id));
    await platform.removeRun(id);
  });
});
