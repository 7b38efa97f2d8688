import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blobKeys } from '@propago/contracts';
import { CARD_METADATA_KEY } from '@propago/encoder';
import { BAD_MODELS } from '../libs/model-inspection/testing/bad-models.fixture';
import { patchEncoder } from './support/model-files';
import { Registry, SMALL_MODELS, type VersionView } from './support/model-registry';
import { startPlatform, until, type Platform, type Problem } from './support/platform';

const MODEL = 'patches';
/** Two good encoders: mean colours of the quarters of a patch, of three of them for the first one. */
const FIRST = patchEncoder({ dim: 9 });
const SECOND = patchEncoder({ dim: 12 });

let platform: Platform;
let registry: Registry;
let first: VersionView;

jest.setTimeout(900_000);

beforeAll(async () => {
  platform = await startPlatform(SMALL_MODELS, { restart: true, services: [{ name: 'gateway' }, { name: 'models' }] });
  registry = new Registry(platform);
  const { version } = await registry.register(MODEL, FIRST, { provenance: { note: 'the first one' } });
  first = await registry.validated(MODEL, version);
});
afterAll(() => platform?.stop());

describe('a version', () => {
  it('is READY with its measurements when it has passed validation, and the first one is the champion', () => {
    expect(first).toMatchObject({
      version: 1,
      state: 'READY',
      reasons: [],
      aliases: ['champion'],
      card: { patchSize: 16, dim: 9, layout: 'map' },
      provenance: { note: 'the first one' },
      createdBy: 'anybody',
      report: { probe: { secondsPerFrame: expect.any(Number) }, quality: { quality: expect.any(Number) } },
    });
    expect(first.sha256).toBe(createHash('sha256').update(FIRST).digest('hex'));
  });

  it('is downloaded as it was sent', async () => {
    expect(await platform.bytes(`/v1/admin/models/${MODEL}/versions/1/file`)).toEqual(FIRST);
  });

  it('is the same one when the same file is registered again, with the answer repeated for one Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'register-1' };
    const answers = [await registry.send(MODEL, FIRST, { headers }), await registry.send(MODEL, FIRST, { headers })];
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    expect(answers.map((answer) => answer.headers.get('location'))).toEqual(
      Array(2).fill(`/v1/admin/models/${MODEL}/versions/1`),
    );
    expect(answers[1]!.headers.get('idempotency-replayed')).toBe('true');
    const other = await registry.send(MODEL, SECOND, { headers });
    expect([other.status, ((await other.json()) as Problem).code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('is refused with another digest than stated, another card than the same file has, a reserved name, and no bytes', async () => {
    const codeOf = async (answer: Response) => ((await answer.json()) as Problem).code;
    const wrong = { sha256: '0'.repeat(64) };
    expect(await codeOf(await registry.send('other', SECOND, wrong))).toBe('MODEL_DIGEST_MISMATCH');
    const contrary = { facts: { mean: [0, 0, 0] } };
    expect(await codeOf(await registry.send('other', FIRST, contrary))).toBe('MODEL_CARD_CONFLICT');
    expect(await codeOf(await registry.send('index', FIRST))).toBe('REQUEST_INVALID');
    expect(await codeOf(await registry.send('other', Buffer.alloc(0)))).toBe('MODEL_NOT_ONNX');
  });

  it('is refused when its file is too large, and leaves nothing behind', async () => {
    const answer = await registry.send('large', Buffer.alloc(1_000_001));
    expect([answer.status, ((await answer.json()) as Problem).code]).toEqual([413, 'UPLOAD_TOO_LARGE']);
    expect(await platform.blobs('uploads')).toEqual([]);
    expect((await platform.get('/v1/admin/models/large')).status).toBe(404);
    expect((await platform.get('/v1/admin/models/large/traffic')).status).toBe(404);
  });

  it('may be a file that lies in storage already', async () => {
    await platform.store.put('training/some-run/encoder.onnx', FIRST);
    const answer = await registry.send(MODEL, undefined, { source: 'training/some-run/encoder.onnx' });
    expect(((await answer.json()) as VersionView).version).toBe(1);
    expect(await platform.store.get('training/some-run/encoder.onnx')).toEqual(FIRST);
    const missing = await registry.send(MODEL, undefined, { source: '../etc/passwd' });
    expect(((await missing.json()) as Problem).code).toBe('MODEL_SOURCE_NOT_FOUND');
  });
});

describe('a broken candidate', () => {
  it('is REJECTED with its reason, also when the service that validates it is killed', async () => {
    const card = JSON.stringify({ patchSize: 8 });
    const broken: [string, string, Buffer][] = [
      ['NaN output', 'MODEL_NOT_FINITE', patchEncoder({ weight: () => 3e38 })],
      ['a wrong grid', 'MODEL_SHAPE', patchEncoder({ metadata: { [CARD_METADATA_KEY]: card } })],
      ['ten times the time', 'MODEL_TOO_SLOW', patchEncoder({ idle: 4 })],
      [
        'worse J&F',
        'MODEL_QUALITY',
        patchEncoder({ weight: ({ out, row, col }) => Math.sin(out + row * 3 + col * 7) }),
      ],
    ];
    const sent: VersionView[] = [];
    for (const [, , bytes] of broken) sent.push(await registry.register(MODEL, bytes));
    await until('one is being validated', async () => (await registry.states(MODEL)).includes('VALIDATING'));
    await platform.stack.services.kill('models');
    for (const [i, [what, code]] of broken.entries()) {
      const { state, reasons } = await registry.validated(MODEL, sent[i]!.version);
      expect([what, state, ...new Set(reasons.map((reason) => reason.code))]).toEqual([what, 'REJECTED', code]);
    }
    const alias = await registry.put(`/${MODEL}/aliases/canary`, { version: sent[0]!.version });
    expect([alias.status, ((await alias.json()) as Problem).code]).toEqual([409, 'MODEL_VERSION_NOT_READY']);
    const index = await platform.json<{ items: { version: string; reason: string }[] }>('/v1/admin/models/index');
    expect(index.items.find(({ version }) => version === String(sent[0]!.version))!.reason).toContain(
      'MODEL_NOT_FINITE',
    );
  });

  const hostile = ['MODEL_NOT_ONNX', 'MODEL_EXTERNAL_DATA', 'MODEL_CONTROL_FLOW', 'MODEL_SHAPE_BOMB', 'MODEL_SPARSE'];
  it.each(hostile)('is REJECTED with %s before anything loads it, and its file goes with it', async (code) => {
    const folder = await mkdtemp(join(tmpdir(), 'propago-bad-'));
    const bad = BAD_MODELS.find((each) => each.code === code && each.name !== 'an empty file')!;
    const bytes = await readFile(await bad.write(folder));
    await rm(folder, { recursive: true });
    const { version, sha256 } = await registry.register('hostile', bytes);
    const { state, reasons } = await registry.validated('hostile', version);
    expect([state, reasons[0]!.code]).toEqual(['REJECTED', code]);
    expect((await registry.remove(`/hostile/versions/${version}`)).status).toBe(204);
    expect(await platform.store.stat(blobKeys.encoderModel(sha256))).toBeNull();
  });
});
