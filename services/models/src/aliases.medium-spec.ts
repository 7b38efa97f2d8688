import { Aliases } from './aliases.service';
import type { ConfiguredEncoders } from './configured-encoders.service';
import { RegistryFixture } from './registry.fixture';

const by = { actor: 'ann' };
let fixture: RegistryFixture;
let sut: Aliases;
/** Another model for each test. */
let name: string;
let tests = 0;

beforeAll(async () => {
  fixture = await RegistryFixture.start();
  sut = new Aliases(fixture.database, { defaultModel: 'the-default' } as ConfiguredEncoders);
}, 120_000);
afterAll(() => fixture?.stop());

beforeEach(async () => {
  name = `model-${++tests}`;
  for (const version of [1, 2, 3]) await fixture.version(name, version);
  await fixture.version(name, 4, 'VALIDATING');
});

const set = (alias: string, version: number, expectedRevision?: number) =>
  sut.set({ what: 'alias', name, alias, version, expectedRevision, ...by });
const promote = (expectedRevision?: number) => sut.promote({ what: 'promote', name, expectedRevision, ...by });
const rollback = (alias = 'champion') => sut.rollback({ what: 'rollback', name, alias, ...by });
const remove = (alias: string) => sut.remove({ what: 'alias-delete', name, alias, ...by });
const split = (percents: Record<string, number>, expectedRevision?: number) => {
  const parts = Object.entries(percents).map(([alias, percent]) => ({ alias, percent }));
  return sut.setTraffic({ what: 'traffic', name, split: parts, expectedRevision, ...by });
};
const alias = (which: string) =>
  fixture.database.modelAlias.findUniqueOrThrow({ where: { name_alias: { name, alias: which } } });

describe('an alias', () => {
  it('names READY versions only', async () => {
    expect(await fixture.codeOf(set('champion', 4))).toBe('MODEL_VERSION_NOT_READY');
    expect(await fixture.codeOf(set('champion', 5))).toBe('MODEL_NOT_FOUND');
    expect(await fixture.codeOf(set('champion', 1))).toBe('done');
  });

  it('is changed by exactly one of many who expect the same revision', async () => {
    await set('champion', 1);
    const { revision } = await alias('champion');
    const codes = await Promise.all(
      Array.from({ length: 8 }, (_, i) => fixture.codeOf(set('champion', 2 + (i % 2), revision))),
    );
    expect(codes.sort()).toEqual([...Array<string>(7).fill('ALIAS_CONFLICT'), 'done']);
  });

  it('never comes back to a revision, also when it was removed in between', async () => {
    await set('mine', 1);
    const { revision } = await alias('mine');
    await remove('mine');
    await set('mine', 2);
    expect(await fixture.codeOf(set('mine', 3, revision))).toBe('ALIAS_CONFLICT');
    expect((await alias('mine')).revision).toBeGreaterThan(revision);
  });

  it('cannot be removed while runs come by it', async () => {
    await set('champion', 1);
    await set('canary', 2);
    await split({ champion: 90, canary: 10 });
    expect(await fixture.codeOf(remove('canary'))).toBe('MODEL_IN_USE');
    await split({ champion: 100 });
    expect(await fixture.codeOf(remove('canary'))).toBe('done');
    expect(await fixture.codeOf(remove('canary'))).toBe('ALIAS_NOT_FOUND');
  });

  it('cannot be removed when it is the champion of the default model', async () => {
    await fixture.version('the-default', 1);
    await sut.set({ what: 'alias', name: 'the-default', alias: 'champion', version: 1, ...by });
    const removal = sut.remove({ what: 'alias-delete', name: 'the-default', alias: 'champion', ...by });
    expect(await fixture.codeOf(removal)).toBe('MODEL_IN_USE');
  });
});

describe('promotion and rollback', () => {
  it('make the canary the champion, give it all traffic, and return', async () => {
    await set('champion', 1);
    await set('canary', 2);
    await split({ champion: 50, canary: 50 });
    await promote();
    expect(await alias('champion')).toMatchObject({ version: 2, previousVersion: 1 });
    expect(await fixture.database.modelAlias.count({ where: { name, alias: 'canary' } })).toBe(0);
    const traffic = await fixture.database.modelTraffic.findUniqueOrThrow({ where: { name } });
    expect(traffic.split).toEqual([{ alias: 'champion', percent: 100 }]);
    await rollback();
    expect(await alias('champion')).toMatchObject({ version: 1, previousVersion: 2 });
    await rollback();
    expect(await alias('champion')).toMatchObject({ version: 2, previousVersion: 1 });
  });

  it('are refused without a canary, without a version of before, and for another champion', async () => {
    await set('champion', 1);
    expect(await fixture.codeOf(promote())).toBe('ALIAS_NOT_FOUND');
    expect(await fixture.codeOf(rollback())).toBe('ALIAS_NO_PREVIOUS');
    await set('canary', 2);
    expect(await fixture.codeOf(promote(1_000_000))).toBe('ALIAS_CONFLICT');
    expect(await alias('champion')).toMatchObject({ version: 1 });
  });

  it('keep the version of before when the same one is named once more', async () => {
    await set('champion', 1);
    await set('champion', 2);
    await set('champion', 2);
    await rollback();
    expect(await alias('champion')).toMatchObject({ version: 1 });
  });
});

it('traffic goes to aliases that there are, and is compared and swapped', async () => {
  await set('champion', 1);
  expect(await fixture.codeOf(split({ champion: 80, canary: 20 }))).toBe('ALIAS_NOT_FOUND');
  expect(await fixture.codeOf(split({ champion: 100 }, 0))).toBe('done');
  expect(await fixture.codeOf(split({ champion: 100 }, 0))).toBe('ALIAS_CONFLICT');
});

it('every change is in the audit log with who made it, and a refused one is not', async () => {
  await set('champion', 1);
  await fixture.codeOf(set('champion', 4));
  await set('champion', 2);
  const entries = await fixture.database.modelAudit.findMany({ where: { name }, orderBy: { id: 'asc' } });
  expect(entries.map(({ actor, action, version, details }) => ({ actor, action, version, details }))).toEqual([
    { actor: 'ann', action: 'alias', version: 1, details: { alias: 'champion', from: null } },
    { actor: 'ann', action: 'alias', version: 2, details: { alias: 'champion', from: 1 } },
  ]);
});
