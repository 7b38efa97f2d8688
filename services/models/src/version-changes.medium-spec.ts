import { randomUUID } from 'node:crypto';
import { blobKeys } from '@propago/contracts';
import { holdModelVersion } from '@propago/database';
import { digestOf, RegistryFixture } from './registry.fixture';
import { ValidationQueue } from './validation/validation-queue';
import { VersionChanges } from './version-changes.service';

const by = { actor: 'ann' };
let fixture: RegistryFixture;
let queue: ValidationQueue;
let sut: VersionChanges;
let name: string;
let tests = 0;

beforeAll(async () => {
  fixture = await RegistryFixture.start();
  const { storage, logger, database, files } = fixture;
  queue = new ValidationQueue(fixture.queues);
  sut = new VersionChanges(storage, logger, database, files, queue);
}, 120_000);
afterAll(() => fixture?.stop());
beforeEach(() => (name = `model-${++tests}`));

async function register(text: string, facts: Record<string, unknown> = {}, as = name) {
  const [bytes, upload] = [Buffer.from(text), blobKeys.upload(randomUUID())];
  await fixture.storage.put(upload, bytes);
  const file = { upload, sha256: digestOf(bytes), bytes: bytes.length };
  return sut.register({ what: 'register', name: as, ...file, facts, provenance: {}, ...by });
}
const remove = (version: number, as = name) => sut.remove({ what: 'delete', name: as, version, ...by });
const fileOf = (text: string) => fixture.storage.stat(blobKeys.encoderModel(digestOf(Buffer.from(text))));

describe('registration', () => {
  it('gives many files that come at once a number each, and every one to validation', async () => {
    const versions = await Promise.all(['a', 'b', 'c', 'd'].map((text) => register(`${name} ${text}`)));
    expect(versions.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4]);
    const jobs = (await queue.queue.getWaiting()).filter(({ data }) => data.name === name);
    expect(jobs.map(({ data }) => data.version).sort()).toEqual([1, 2, 3, 4]);
  });

  it('gives one file that comes many times at once one number', async () => {
    const versions = await Promise.all(Array.from({ length: 5 }, () => register(`${name} same`)));
    expect(versions.map(({ version }) => version)).toEqual([1, 1, 1, 1, 1]);
    expect(await fixture.database.modelAudit.count({ where: { name } })).toBe(1);
  });

  it('refuses the same file with another card, under any name', async () => {
    await register(`${name} file`, { patchSize: 8 });
    expect(await fixture.codeOf(register(`${name} file`, { patchSize: 16 }))).toBe('MODEL_CARD_CONFLICT');
    expect(await fixture.codeOf(register(`${name} file`, { patchSize: 16 }, 'another'))).toBe('MODEL_CARD_CONFLICT');
    expect(await fixture.codeOf(register(`${name} file`, { patchSize: 8, dim: 4 }, 'another'))).toBe('done');
  });

  it('has a version validated again with what was not stated of it before, unless it is READY', async () => {
    await register(`${name} file`, { patchSize: 8 });
    const where = { name_version: { name, version: 1 } };
    const refused = { state: 'REJECTED', reasons: [{ code: 'MODEL_CARD_INCOMPLETE', detail: 'mean' }] };
    await fixture.database.modelVersion.update({ where, data: refused });
    expect(await register(`${name} file`, { patchSize: 8 })).toEqual({ name, version: 1 });
    expect(await fixture.database.modelVersion.findUnique({ where })).toMatchObject({ state: 'REJECTED' });

    const mean = [0.5, 0.5, 0.5];
    expect(await register(`${name} file`, { mean })).toEqual({ name, version: 1 });
    const restated = { state: 'REGISTERED', reasons: [], facts: { patchSize: 8, mean } };
    expect(await fixture.database.modelVersion.findUnique({ where })).toMatchObject(restated);
    const audited = await fixture.database.modelAudit.findFirst({ where: { name }, orderBy: { id: 'desc' } });
    expect(audited).toMatchObject({ action: 'restate', actor: 'ann', details: { added: ['mean'] } });

    await fixture.database.modelVersion.update({ where, data: { state: 'READY' } });
    await register(`${name} file`, { dim: 64 });
    expect(await fixture.database.modelVersion.findUnique({ where })).toMatchObject({ state: 'READY' });
  });

  it('leaves nothing behind when the file is not there', async () => {
    const sha256 = digestOf(Buffer.from(name));
    const change = { upload: 'uploads/gone', sha256, bytes: 1, facts: {}, provenance: {}, ...by };
    expect(await fixture.codeOf(sut.register({ what: 'register', name, ...change }))).toBe('BLOB_MISSING');
    expect(await fixture.database.modelVersion.count({ where: { name } })).toBe(0);
  });
});

describe('removal', () => {
  it('takes the file with the last version that has it, and gives no number twice', async () => {
    const text = `${name} file`;
    await register(text);
    await register(text, {}, `${name}-too`);
    await remove(1);
    expect(await fileOf(text)).not.toBeNull();
    await remove(1, `${name}-too`);
    expect(await fileOf(text)).toBeNull();
    expect(await fixture.codeOf(remove(1))).toBe('MODEL_NOT_FOUND');
    expect(await register(text)).toEqual({ name, version: 2 });
  });

  it('keeps the file until the row is gone for certain', async () => {
    const text = `${name} file`;
    await register(text);
    const release = fixture.files.release.bind(fixture.files);
    const rows: unknown[] = [];
    const spy = jest.spyOn(fixture.files, 'release').mockImplementation(async (transaction, sha256) => {
      // As any other process sees it.
      rows.push(await fixture.database.modelVersion.count({ where: { name, deletedAt: null } }));
      await release(transaction, sha256);
    });
    await remove(1);
    spy.mockRestore();
    expect(rows).toEqual([0]);
  });

  it('is refused while an unfinished run uses the version', async () => {
    const sha256 = await fixture.version(name, 1);
    const runId = await fixture.unfinishedRun({ name, version: 1, sha256 });
    expect(await fixture.codeOf(remove(1))).toBe('MODEL_IN_USE');
    await fixture.database.runOutcome.create({ data: { runId, state: 'succeeded' } });
    expect(await fixture.codeOf(remove(1))).toBe('done');
  });

  it('waits for a run that is just being accepted, and then sees it', async () => {
    const sha256 = await fixture.version(name, 1);
    let removal!: Promise<string>;
    await fixture.database.$transaction(
      async (transaction) => {
        expect(await holdModelVersion(transaction, { name, version: 1 })).toBe(true);
        removal = fixture.codeOf(remove(1));
        // The removal waits for the version's row; meanwhile the run comes.
        await fixture.unfinishedRun({ name, version: 1, sha256 });
      },
      { timeout: 30_000 },
    );
    expect(await removal).toBe('MODEL_IN_USE');
  });

  it('lets no run be accepted afterwards', async () => {
    await fixture.version(name, 1);
    await remove(1);
    const held = fixture.database.$transaction((transaction) => holdModelVersion(transaction, { name, version: 1 }));
    expect(await held).toBe(false);
  });

  it.each(['version', 'previousVersion'])('is refused while it is the %s of an alias', async (field) => {
    for (const version of [1, 2]) await fixture.version(name, version);
    const versions = field === 'version' ? { version: 1 } : { version: 2, previousVersion: 1 };
    await fixture.database.modelAlias.create({ data: { name, alias: 'champion', ...versions } });
    expect(await fixture.codeOf(remove(1))).toBe('MODEL_IN_USE');
  });
});

it('a refused version is validated again, a READY one is not', async () => {
  await fixture.version(name, 1, 'REJECTED');
  await fixture.version(name, 2, 'READY');
  const validate = (version: number) => sut.validate({ what: 'validate', name, version, ...by });
  expect(await fixture.codeOf(validate(2))).toBe('MODEL_VERSION_READY');
  await validate(1);
  const row = await fixture.database.modelVersion.findUniqueOrThrow({ where: { name_version: { name, version: 1 } } });
  expect(row.state).toBe('REGISTERED');
  expect((await queue.queue.getWaiting()).filter(({ data }) => data.name === name)).toHaveLength(1);
});
