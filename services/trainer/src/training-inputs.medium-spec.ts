import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { pino } from 'pino';
import { Database } from '@propago/database';
import { startServers, type Servers } from '@propago/local-stack';
import type { ConfigOf } from '@propago/runtime';
import { createBlobStore } from '@propago/storage';
import { Artifacts } from './artifacts.service';
import { ClaimedRun } from './claimed-run';
import { TrainingInputs } from './training-inputs.service';

describe('TrainingInputs', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'propago-training-inputs-'));
  const storage = createBlobStore(pathToFileURL(path.join(folder, 'blobs')).href);
  let servers: Servers;
  let database: Database;
  beforeAll(async () => {
    servers = await startServers({ need: { postgres: true } });
    database = new Database(servers.databaseUrl);
  });
  afterAll(async () => {
    await database?.$disconnect();
    await servers?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('gives a run that goes on elsewhere its checkpoint and all the metrics of before', async () => {
    const id = randomUUID();
    const configuration = { settings: {}, data: { source: 'generated' }, weights: 'fp32' };
    await database.trainingRun.create({ data: { id, name: 'x', state: 'queued', configuration, createdBy: 'test' } });
    const run = (await ClaimedRun.claim(database, id))!;
    const values = (step: number) => ({ loss: 10 / step, parts: { walk: 1 }, lr: 0.001 });
    await run.report(
      [1, 2, 3].map((step) => ({ kind: 'train' as const, step, values: values(step) })),
      { step: 3, phase: null },
    );
    const artifacts = new Artifacts(storage, pino({ level: 'silent' }), database);
    writeFileSync(path.join(folder, 'step.pt'), 'weights');
    await artifacts.storeCheckpoint(id, 2, path.join(folder, 'step.pt'));

    const sut = new TrainingInputs({} as ConfigOf<'trainer'>, storage, database, artifacts);
    const work = { path: path.join(folder, 'work'), out: path.join(folder, 'work', 'out') };
    await sut.prepare(run.row, work);
    expect(readFileSync(path.join(work.out, 'step-00000002.pt'), 'utf8')).toBe('weights');
    const lines = readFileSync(path.join(work.out, 'metrics.jsonl'), 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      [1, 2, 3].map((step) => ({ event: 'step', step, ...values(step) })),
    );
  });
});
