import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ANSWERS, blobKeys, type AnswerOf } from '@propago/contracts';
import { Database } from '@propago/database';
import { startServers, type Servers } from '@propago/local-stack';
import { LOGGER, readConfig, type Logger } from '@propago/runtime';
import { createBlobStore, type BlobStore } from '@propago/storage';
import { GatewayModule } from '../gateway.module';
import { AllowedMethods } from '../http/allowed-methods';
import { ProblemFilter } from '../http/problem.filter';

type Export = AnswerOf<'Export'>;

const FRAMES = 40;

describe('the routes of exports', () => {
  let servers: Servers;
  let database: Database;
  let folder: string;
  let store: BlobStore;
  let app: NestFastifyApplication;
  let runId: string;

  beforeAll(async () => {
    const env = { ...process.env, DATABASE_URL: '', REDIS_URL: '', NATS_URL: '' };
    servers = await startServers({ env, need: { postgres: true, redis: true, nats: true } });
    database = new Database(servers.databaseUrl);
    folder = await mkdtemp(path.join(tmpdir(), 'propago-exports-api-'));
    const { databaseUrl: DATABASE_URL, redisUrl: REDIS_URL, natsUrl: NATS_URL } = servers;
    const STORAGE_URL = pathToFileURL(folder).href;
    store = createBlobStore(STORAGE_URL);
    const settings = {
      DATABASE_URL,
      REDIS_URL,
      NATS_URL,
      STORAGE_URL,
      ACCESS: 'off',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'error',
    };
    const config = readConfig('gateway', settings);
    app = await NestFactory.create<NestFastifyApplication>(GatewayModule.forRoot(config), new FastifyAdapter(), {
      logger: false,
      abortOnError: false,
    });
    const allowed = new AllowedMethods(app.getHttpAdapter().getInstance(), () => true);
    app.useGlobalFilters(new ProblemFilter(app.get<Logger>(LOGGER), allowed));
    await app.init();
    runId = await succeededRun();
  });
  afterAll(async () => {
    await app?.close();
    await database?.$disconnect();
    await servers?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  async function succeededRun(): Promise<string> {
    const [sha256, id, videoId] = [randomUUID(), randomUUID(), randomUUID()];
    const probe = { width: 8, height: 8, codec: 'h264', rotation: 0, frameRate: 25, timeBase: { num: 1, den: 25 } };
    await database.video.create({ data: { sha256, bytes: 1, blobKey: blobKeys.video(sha256), probe } });
    const size = { width: 8, height: 8, imageResize: 'bilinear', segmentFrames: 16 };
    await database.frameSet.create({ data: { id: sha256, videoSha256: sha256, ...size } });
    await database.featureSet.create({
      data: { id: sha256, videoSha256: sha256, frameSetId: sha256, encoderSha256: 'e', precision: 'float16' },
    });
    await database.frameTable.create({
      data: { videoSha256: sha256, frameCount: FRAMES, timeBaseNumerator: 1, timeBaseDenominator: 25 },
    });
    await database.uploadedVideo.create({
      data: { id: videoId, tenant: 'default', videoSha256: sha256, fileName: 'clip.mp4', isKept: false },
    });
    const request = { preset: 'dino', parameters: {}, encoderName: 'e', encoderSha256: 'e'.repeat(64) };
    await database.run.create({ data: { id, featureSetId: sha256, videoId, ...request } });
    await database.runObject.create({ data: { runId: id, id: 1 } });
    await database.runOutcome.create({ data: { runId: id, state: 'succeeded' } });
    return id;
  }

  const send = (method: 'GET' | 'POST' | 'DELETE', rest = '', payload?: object, headers = {}) =>
    app.inject({ method, url: `/v1/runs/${runId}/exports${rest}`, payload, headers });

  async function asked(payload: object): Promise<Export> {
    const answer = await send('POST', '', payload);
    expect([answer.statusCode, answer.body]).toEqual([202, expect.stringContaining('"id"')]);
    const found = ANSWERS.Export.parse(answer.json());
    expect(answer.headers.location).toBe(`/v1/runs/${runId}/exports/${found.id}`);
    return found;
  }

  async function make({ id }: Export, state: 'ready' | 'failed', content = 'content'): Promise<void> {
    const failure = state === 'failed' ? { errorCode: 'EXPORT_IMPOSSIBLE', errorDetail: 'Too many.' } : {};
    const file = state === 'ready' ? { bytes: content.length, sha256: 'a'.repeat(64) } : {};
    await database.exportWork.create({ data: { exportId: id, state, finishedAt: new Date(), ...failure, ...file } });
    if (state === 'ready') await store.put(blobKeys.export(runId, id), Buffer.from(content));
  }

  it('give the same export for the same request', async () => {
    const first = await asked({ format: 'coco' });
    expect(first).toMatchObject({ state: 'queued', progress: { done: 0, total: FRAMES }, isExact: true, file: null });
    expect((await asked({ format: 'coco', options: { segmentation: 'rle' } })).id).toBe(first.id);
    expect((await asked({ format: 'coco', options: { tolerance: 1 } })).id).not.toBe(first.id);
    const list = ANSWERS.ExportList.parse((await send('GET')).json());
    expect(list.items.map(({ id }) => id)).toContain(first.id);
  });

  it('make anew what failed, and what the storage has lost', async () => {
    const failed = await asked({ format: 'davis' });
    await make(failed, 'failed');
    expect((await send('GET', `/${failed.id}`)).json()).toMatchObject({ error: { code: 'EXPORT_IMPOSSIBLE' } });
    expect((await send('GET', `/${failed.id}/file`)).json()).toMatchObject({ status: 409, code: 'EXPORT_FAILED' });
    const second = await asked({ format: 'davis' });
    expect(second.id).not.toBe(failed.id);
    await make(second, 'ready');
    expect((await asked({ format: 'davis' })).id).toBe(second.id);
    await store.delete(blobKeys.export(runId, second.id));
    expect((await asked({ format: 'davis' })).id).not.toBe(second.id);
  });

  it('serve a file in parts, once it is ready', async () => {
    const csv = await asked({ format: 'csv' });
    expect((await send('GET', `/${csv.id}/file`)).json()).toMatchObject({ status: 503, code: 'EXPORT_NOT_READY' });
    await make(csv, 'ready', '0123456789');
    const part = await send('GET', `/${csv.id}/file`, undefined, { range: 'bytes=2-4' });
    expect([part.statusCode, part.body, part.headers['content-type']]).toEqual([206, '234', 'text/csv']);
    expect(part.headers['content-disposition']).toBe(`attachment; filename="clip-${runId.slice(0, 8)}-csv.csv"`);
    const known = await send('GET', `/${csv.id}/file`, undefined, { 'if-none-match': part.headers.etag as string });
    expect(known.statusCode).toBe(304);
  });

  it('remove an export', async () => {
    const { id } = await asked({ format: 'sa-v' });
    expect((await send('DELETE', `/${id}`)).statusCode).toBe(204);
    expect((await send('GET', `/${id}`)).json()).toMatchObject({ code: 'EXPORT_NOT_FOUND' });
    expect((await send('GET', '/no-uuid')).json()).toMatchObject({ code: 'EXPORT_NOT_FOUND' });
  });

  it.each([
    [{ format: 'coco', options: { objects: [9] } }, 422, 'OBJECT_UNKNOWN'],
    [{ format: 'coco', options: { tolerance: -1 } }, 400, 'OPTION_OUT_OF_RANGE'],
    [{ format: 'jpeg' }, 400, 'OPTION_OUT_OF_RANGE'],
  ])('refuse %j', async (payload, status, code) => {
    expect((await send('POST', '', payload)).json()).toMatchObject({ status, code });
  });

  it('export what there is of a run that goes on', async () => {
    await database.runOutcome.delete({ where: { runId } });
    expect((await send('POST', '', { format: 'coco' })).json()).toMatchObject({
      status: 409,
      code: 'RUN_NOT_FINISHED',
    });
    const available = { format: 'coco', options: { frames: 'available' } };
    expect((await send('POST', '', available)).json()).toMatchObject({ code: 'RUN_NOT_FINISHED' });
    const segment = (index: number, recipe: string | null) => ({ runId, index, recipe, frameCount: 16, seconds: 1 });
    await database.resultSegment.createMany({ data: [segment(0, 'r'), segment(1, null), segment(2, 'r')] });
    expect((await asked(available)).progress.total).toBe(16);
  });
});
