import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ONE_OF_EACH } from '@propago/local-stack';
import { Registry } from './support/model-registry';
import { startPlatform, until, type Platform } from './support/platform';
import { Propago } from './support/propago-command';
import { smallClip } from './support/small-clip';
import { nothingIsLeftIn, problemOf, TINY, trainerPython, trainingProcesses, TrainingRuns } from './support/training';

const python = trainerPython();
const MODEL = 'tiny';

/** A run that is not over before the test has done with it. */
const ENDLESS = { ...TINY, steps: 1_000_000 };

jest.setTimeout(1_800_000);

if (python === null) {
  console.log('training: skipped, the Python environment of the trainer is not there (npm run test:trainer makes it)');
}

(python === null ? describe.skip : describe)('a training run', () => {
  let platform: Platform;
  let runs: TrainingRuns;
  const folder = mkdtempSync(path.join(tmpdir(), 'propago-training-test-'));
  const data = path.join(folder, 'data');
  const work = path.join(folder, 'work');

  beforeAll(async () => {
    for (const each of [data, work, path.join(data, 'empty')]) mkdirSync(each);
    platform = await startPlatform(
      {
        TRAINER_PYTHON: python!,
        TRAINING_DATA: data,
        TRAINER_WORK: work,
        RECONCILE_SECONDS: '1',
        QUEUE_LOCK_SECONDS: '5',
        // After a few steps an encoder is no better than an untrained one, which the floor refuses.
        VALIDATION_MIN_QUALITY: '0',
      },
      { services: [...ONE_OF_EACH, { name: 'trainer' }], restart: true },
    );
    runs = new TrainingRuns(platform);
  });
  afterAll(async () => {
    await platform?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const expectNothingLeft = () => nothingIsLeftIn(work);
  const checkpointed = (id: string) =>
    until('a checkpoint is stored', async () => (await runs.artifacts(id)).some(({ kind }) => kind === 'checkpoint'));

  it('outlives its process and its supervisor, and its encoder serves runs', async () => {
    const { id } = await runs.start({ name: 'tiny', settings: { ...TINY, steps: 150 }, model: MODEL });
    const events = fetch(`${platform.url}/v1/admin/training-runs/${id}/events`).then((answer) => answer.text());

    expect((await runs.get(id)).warnings).toEqual([expect.stringContaining('The learning rate is at most 1.2e-06')]);
    await checkpointed(id);
    for (const pid of trainingProcesses(work)) process.kill(pid, 'SIGKILL');
    await runs.reaches(id, 'is started again', ({ starts }) => starts === 2);

    const before = await runs.get(id);
    await platform.stack.services.kill('trainer');
    await until('the process of the killed supervisor is gone', async () => trainingProcesses(work).length === 0);
    const exports = () => trainingProcesses(work, 'export');
    await until('its export has begun', async () => exports().length > 0, 600_000);
    for (const pid of exports()) process.kill(pid, 'SIGKILL');
    const end = await runs.ends(id);
    expect(end).toMatchObject({ state: 'succeeded', step: 150, error: null, registered: { name: MODEL, version: 1 } });
    expect(end.starts).toBeGreaterThan(before.starts);
    expect(end.phase).toBeNull();
    await expectNothingLeft();

    // Every step once, whatever was killed in between.
    const table = (await platform.bytes(`/v1/admin/training-runs/${id}/metrics.csv`)).toString().trim().split('\n');
    expect(table[0]).toMatch(/^step,(.+,)?loss,/);
    expect(table.slice(1).map((line) => Number(line.split(',')[0]))).toEqual(
      Array.from({ length: 150 }, (_, i) => i + 1),
    );

    const artifacts = await runs.artifacts(id);
    expect(artifacts.map(({ name }) => name)).toEqual(expect.arrayContaining(['encoder.onnx', 'curves.png']));
    expect(artifacts.filter(({ kind }) => kind === 'checkpoint')).toHaveLength(2);
    const encoder = await platform.bytes(`/v1/admin/training-runs/${id}/artifacts/encoder.onnx`);
    expect(encoder.length).toBe(artifacts.find(({ name }) => name === 'encoder.onnx')!.bytes);

    const stream = await events;
    const seen = [...stream.matchAll(/"kind":"train","step":(\d+)/g)].map(([, step]) => Number(step));
    expect(seen).toEqual(Array.from({ length: 150 }, (_, i) => i + 1));
    for (const phase of ['starting PyTorch', 'exporting the encoder', 'scoring and drawing pictures']) {
      expect(stream).toContain(`"phase":"${phase}"`);
    }
    const lastId = [...stream.matchAll(/^id: (.+)$/gm)].at(-1)![1]!;
    const again = await platform.get(`/v1/admin/training-runs/${id}/events`, { 'last-event-id': lastId });
    expect(again.status).toBe(204);

    const figures = path.join(folder, 'probe');
    const probe = new Propago(['train', 'probe', id, '--server', platform.url, '-o', figures, '--json'], {
      TRAINER_PYTHON: python!,
    });
    const { checkpoint, scores, files } = JSON.parse(await probe.output()) as Record<string, unknown>;
    expect(checkpoint).toMatch(/^checkpoint-0*150\.pt$/);
    expect(scores).toEqual({ generated: expect.any(Number) });
    expect(files).toEqual([path.join(figures, 'features.png')]);

    const version = await new Registry(platform).validated(MODEL, 1);
    expect(version).toMatchObject({ state: expect.stringMatching(/READY|REJECTED/), provenance: { trainingRun: id } });
    expect(version.reasons).toEqual([]);
    const { video, mask } = await smallClip({ frames: 3 });
    await platform.succeededRun({ video, mask, options: { encoder: MODEL } });
  });

  it('is saved when it is cancelled, goes on where it was, and a child starts from it', async () => {
    const { id } = await runs.start({ settings: ENDLESS });
    await runs.reaches(id, 'trains', ({ step }) => step > 3);
    expect((await runs.remove(id)).status).toBe(409);
    await runs.act(id, 'cancel');
    const cancelled = await runs.ends(id);
    expect(cancelled.state).toBe('cancelled');
    await expectNothingLeft();
    const saved = (await runs.artifacts(id)).filter(({ kind }) => kind === 'checkpoint').map(({ step }) => step);
    expect(Math.max(...saved.map(Number))).toBe(cancelled.step);

    await runs.act(id, 'resume');
    const resumed = await runs.reaches(id, 'goes on', ({ step }) => step > cancelled.step);
    expect(resumed.starts).toBe(2);
    // The curves are drawn from this file: it has the steps of before too.
    const [folderOfRun] = readdirSync(work);
    const metrics = readFileSync(path.join(work, folderOfRun!, 'out/metrics.jsonl'), 'utf8').split('\n');
    const logged = metrics
      .flatMap((line) => /"event": ?"step", ?"step": ?(\d+)/.exec(line)?.slice(1) ?? [])
      .map(Number);
    expect(logged.slice(0, cancelled.step)).toEqual(Array.from({ length: cancelled.step }, (_, i) => i + 1));
    await runs.act(id, 'cancel');
    await runs.ends(id);

    const child = await runs.start({ settings: ENDLESS, parent: id });
    await runs.reaches(child.id, 'trains', ({ step }) => step > 0);
    await runs.act(child.id, 'cancel');
    await runs.ends(child.id);

    expect((await runs.remove(id)).status).toBe(204);
    expect((await platform.get(`/v1/admin/training-runs/${id}`)).status).toBe(404);
    expect(await platform.blobs(`training/${id}`)).toEqual([]);
  });

  it('goes to another trainer when its own is shut down', async () => {
    const { id } = await runs.start({ settings: ENDLESS });
    const { starts } = await runs.reaches(id, 'trains', ({ step }) => step > 3);
    await platform.stack.services.restart('trainer');
    const moved = await runs.reaches(id, 'goes on', (run) => run.starts > starts && run.state === 'running');
    expect(moved.step).toBeGreaterThan(0);
    await runs.act(id, 'cancel');
    await runs.ends(id);
    await expectNothingLeft();
  });

  it.each([
    ['unknown settings', { settings: { wings: 2 } }, 422, 'TRAINING_CONFIG_INVALID'],
    ['settings that do not fit', { settings: { batch: 10, micro_batch: 3 } }, 422, 'TRAINING_CONFIG_INVALID'],
    ['settings that are the platform’s', { settings: { out: '/etc' } }, 400, 'REQUEST_INVALID'],
    ['no videos to train on', { data: { source: 'videos' } }, 400, 'REQUEST_INVALID'],
    ['a folder that is not there', { data: { folder: 'nowhere' } }, 422, 'TRAINING_DATA_MISSING'],
    ['a folder elsewhere', { data: { folder: '../work' } }, 422, 'TRAINING_DATA_MISSING'],
    ['an empty prefix', { data: { storage: 'nothing/here' } }, 422, 'TRAINING_DATA_MISSING'],
    ['an unknown parent', { parent: '00000000-0000-4000-8000-000000000000' }, 422, 'TRAINING_PARENT_MISSING'],
  ])('is refused with %s', async (_, body, status, code) => {
    expect(await problemOf(await runs.post(body))).toEqual([status, code]);
  });

  it('is accepted once for one Idempotency-Key', async () => {
    const body = { settings: ENDLESS };
    const [first, second] = [
      await runs.post(body, { 'idempotency-key': 'once' }),
      await runs.post(body, { 'idempotency-key': 'once' }),
    ];
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    const id = first.headers.get('location')!.split('/').at(-1)!;
    await runs.act(id, 'cancel');
    expect((await runs.ends(id)).state).toBe('cancelled');
  });

  it.each([
    [
      'has no videos',
      { data: { source: 'videos', folder: 'empty' }, settings: videoSettings() },
      'TRAINING_DATA_MISSING',
    ],
    ['diverges', { settings: { ...TINY, steps: 50, lr: 1e30, bf16: false } }, 'TRAINING_NOT_FINITE'],
  ])('that %s fails with a code', async (_, body, code) => {
    const { id } = await runs.start(body);
    const end = await runs.ends(id);
    expect([end.state, end.error?.code]).toEqual(['failed', code]);
    await expectNothingLeft();
  });
});

/** Pairs of frames need the paper's objective. */
function videoSettings() {
  return {
    ...TINY,
    // Of generated clips only.
    textures: undefined,
    frames: undefined,
    arch: 'vit',
    siammae: 1,
    correspondence: 0,
    dim: 16,
    depth: 1,
    heads: 1,
    decoder_dim: 16,
    decoder_depth: 1,
    decoder_heads: 1,
  };
}
