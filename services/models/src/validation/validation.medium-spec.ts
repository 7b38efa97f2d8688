import { blobKeys, CodedError, type ModelNews } from '@propago/contracts';
import type { EncoderCard } from '@propago/encoder';
import type { ConfigOf, News } from '@propago/runtime';
import { RegistryFixture } from '../registry.fixture';
import type { Judge, Verdict } from './judge.service';
import type { Measuring } from './measurer.service';
import { ValidationQueue } from './validation-queue';
import { ValidationWorker } from './validation.worker';
import { Validator } from './validator.service';

const NAME = 'enc';
let fixture: RegistryFixture;
let sut: ValidationWorker;
let news: ModelNews[];
/** What the judge does with each version. */
let judging: Map<number, (measuring: Measuring) => Promise<Verdict>>;

const accepted = async (): Promise<Verdict> => ({
  card: { name: NAME } as EncoderCard,
  report: { reused: { name: 'other', version: 1 } },
});

beforeAll(async () => {
  fixture = await RegistryFixture.start();
}, 120_000);
afterAll(() => fixture?.stop());

beforeEach(() => {
  news = [];
  judging = new Map();
  const { logger, database, files, queues } = fixture;
  const judge = {
    judge: ({ version }: { version: number }, measuring: Measuring) => judging.get(version)!(measuring),
  } as unknown as Judge;
  const validator = new Validator(logger, database, files, judge, {
    model: (each: ModelNews) => news.push(each),
  } as unknown as News);
  const config = { RECONCILE_SECONDS: 0.2, SHUTDOWN_SECONDS: 1 } as ConfigOf<'models'>;
  sut = new ValidationWorker(config, logger, new ValidationQueue(queues), validator);
});
afterEach(() => sut.beforeApplicationShutdown());

const rowOf = (version: number) =>
  fixture.database.modelVersion.findUniqueOrThrow({ where: { name_version: { name: NAME, version } } });
const stateOf = async (version: number) => (await rowOf(version)).state;

async function untilState(version: number, state: string): Promise<void> {
  while ((await stateOf(version)) !== state) await new Promise((resolve) => setTimeout(resolve, 50));
}

// One worker: a queue takes one processor in a process.
it('a version whose job was lost is validated all the same; one that cannot be judged is given up after all attempts', async () => {
  const sha256 = await fixture.version(NAME, 1, 'VALIDATING');
  await fixture.version(NAME, 2, 'REGISTERED');
  const deleted = await fixture.version(NAME, 3, 'REGISTERED');
  let attempts = 0;
  judging.set(1, async ({ onPhase }) => {
    for (const phase of ['inspecting', 'clip 1 of 4']) {
      onPhase(phase);
      while ((await rowOf(1)).phase !== phase) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return accepted();
  });
  judging.set(2, async () => {
    attempts++;
    throw new CodedError('BLOB_MISSING', 'The storage is away.');
  });
  judging.set(3, async () => {
    const which = { name_version: { name: NAME, version: 3 } };
    await fixture.database.modelVersion.update({ where: which, data: { deletedAt: new Date() } });
    return accepted();
  });
  sut.onApplicationBootstrap();

  await untilState(1, 'READY');
  expect((await rowOf(1)).phase).toBeNull();
  expect(JSON.parse((await fixture.storage.get(blobKeys.encoderCard(sha256))).toString())).toEqual({ name: NAME });
  const champion = await fixture.database.modelAlias.findMany({ where: { name: NAME } });
  expect(champion).toMatchObject([{ alias: 'champion', version: 1 }]);
  expect(news).toContainEqual({ name: NAME, version: 1, sha256, what: 'validated' });

  await untilState(2, 'REJECTED');
  expect(attempts).toBe(6);
  const refused = await fixture.database.modelVersion.findUniqueOrThrow({
    where: { name_version: { name: NAME, version: 2 } },
  });
  expect(refused.reasons).toEqual([
    { code: 'BLOB_MISSING', detail: 'The validation could not be ended: The storage is away.' },
  ]);

  // Deleted while it was judged: nothing of it may be served.
  expect(await stateOf(3)).toBe('VALIDATING');
  expect(await fixture.storage.stat(blobKeys.encoderCard(deleted))).toBeNull();
});
