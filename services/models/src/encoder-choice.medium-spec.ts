import type { ConfiguredEncoders } from './configured-encoders.service';
import { EncoderChoice } from './encoder-choice.service';
import { RegistryFixture } from './registry.fixture';

const RUN = { runId: '6f1de3a0-0000-4000-8000-000000000000' };
let fixture: RegistryFixture;
let sut: EncoderChoice;
let digests: string[];

beforeAll(async () => {
  fixture = await RegistryFixture.start();
  sut = new EncoderChoice(fixture.database, { defaultModel: 'vit' } as ConfiguredEncoders);
  digests = [await fixture.version('vit', 1), await fixture.version('vit', 2)];
  await fixture.version('vit', 3, 'REJECTED');
  await fixture.version('lonely', 1);
  const aliases = { champion: 1, canary: 2 };
  for (const [alias, version] of Object.entries(aliases)) {
    await fixture.database.modelAlias.create({ data: { name: 'vit', alias, version } });
  }
}, 120_000);
afterAll(() => fixture?.stop());

describe('the encoder of a run', () => {
  it.each([
    ['nothing', undefined, 1, 'traffic:champion'],
    ['a model', 'vit', 1, 'traffic:champion'],
    ['an alias', 'vit@canary', 2, 'alias:canary'],
    ['a version', 'vit:2', 2, 'version'],
  ])('is found by %s', async (_, encoder, version, chosenBy) => {
    expect(await sut.choose({ encoder, ...RUN })).toMatchObject({
      name: 'vit',
      version,
      chosenBy,
      sha256: digests[version - 1],
      card: { sha256: digests[version - 1] },
    });
  });

  it('is known although it was asked for before the encoders of the configuration were', async () => {
    let register = (): void => {};
    const configured = { defaultModel: '', registered: new Promise<void>((resolve) => (register = resolve)) };
    const asked = new EncoderChoice(fixture.database, configured as ConfiguredEncoders).choose(RUN);
    configured.defaultModel = 'vit';
    register();
    expect(await asked).toMatchObject({ name: 'vit', version: 1 });
  });

  it('is found by its digest and by the beginning of it', async () => {
    for (const encoder of [digests[1]!, digests[1]!.slice(0, 8)]) {
      expect(await sut.choose({ encoder, ...RUN })).toMatchObject({ version: 2, chosenBy: 'digest' });
    }
  });

  it.each(['vit@nothing', 'vit:9', 'nothing', 'abc', 'ffffff', 'lonely'])(
    'is not known by %s; the message says what is',
    async (encoder) => {
      await expect(sut.choose({ encoder, ...RUN })).rejects.toMatchObject({
        code: 'ENCODER_UNKNOWN',
        message: expect.stringContaining(`vit:1 (${digests[0]!.slice(0, 12)})`),
      });
    },
  );

  it('is no version that has not passed validation', async () => {
    await expect(sut.choose({ encoder: 'vit:3', ...RUN })).rejects.toMatchObject({ code: 'MODEL_VERSION_NOT_READY' });
  });

  it('has a shadow only where the run left the choice to the traffic, and another version is meant', async () => {
    const alias = { name: 'vit', alias: 'shadow' };
    await fixture.database.modelAlias.create({ data: { ...alias, version: 2 } });
    expect(await sut.choose(RUN)).toMatchObject({ version: 1, shadow: { version: 2, sha256: digests[1] } });
    expect(await sut.choose({ encoder: 'vit:1', ...RUN })).not.toHaveProperty('shadow');
    await fixture.database.modelAlias.update({ where: { name_alias: alias }, data: { version: 1 } });
    expect(await sut.choose(RUN)).not.toHaveProperty('shadow');
  });

  it('goes where the split says', async () => {
    const split = [
      { alias: 'champion', percent: 0 },
      { alias: 'canary', percent: 100 },
    ];
    await fixture.database.modelTraffic.create({ data: { name: 'vit', split } });
    expect(await sut.choose(RUN)).toMatchObject({ version: 2, chosenBy: 'traffic:canary' });
  });
});

it('is made at one moment: a canary that comes and goes refuses nobody', async () => {
  const { database } = fixture;
  const canary = { name: 'vit', alias: 'canary' };
  const split = (alias: string) => ({ where: { name: 'vit' }, data: { split: [{ alias, percent: 100 }] } });
  let isOver = false;
  const promoting = (async () => {
    while (!isOver) {
      await database.$transaction([
        database.modelTraffic.update(split('champion')),
        database.modelAlias.deleteMany({ where: canary }),
      ]);
      await database.$transaction([
        database.modelAlias.create({ data: { ...canary, version: 2 } }),
        database.modelTraffic.update(split('canary')),
      ]);
    }
  })();
  const chosen = new Set<number>();
  for (let i = 0; i < 300; i++) chosen.add((await sut.choose(RUN)).version);
  isOver = true;
  await promoting;
  expect([...chosen].sort()).toEqual([1, 2]);
});
