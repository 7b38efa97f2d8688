import { PROBE_CLIPS_VERSION } from '@propago/model-inspection';
import type { ConfigOf } from '@propago/runtime';
import type { ModelVersion, Prisma } from '@propago/database';
import { RegistryFixture } from '../registry.fixture';
import { gateOf } from './gate';
import { Judge } from './judge.service';
import type { Measurer } from './measurer.service';

const CONFIG = {
  MAX_MODEL_BYTES: 1e6,
  VALIDATION_MAX_FRAME_SECONDS: 30,
  VALIDATION_MAX_SLOWDOWN: 5,
  VALIDATION_MIN_QUALITY: 0.4,
  VALIDATION_MAX_QUALITY_DROP: 0.05,
} as ConfigOf<'models'>;
const QUALITY = { quality: 0.6, J: 0.6, F: 0.6, clips: PROBE_CLIPS_VERSION, sequences: [] };
const PASSED = { gate: gateOf(CONFIG), file: { opset: 17 }, probe: { secondsPerFrame: 0.1 }, quality: QUALITY };

let fixture: RegistryFixture;
/** What was measured, in order. */
let measured: string[];
let tests = 0;
/** Another file for each test, READY as `first:1` of the test. */
let first: ModelVersion;
let second: ModelVersion;

beforeAll(async () => {
  fixture = await RegistryFixture.start();
}, 120_000);
afterAll(() => fixture?.stop());

beforeEach(async () => {
  measured = [];
  const [one, other] = [`first-${++tests}`, `second-${tests}`];
  const sha256 = await fixture.version(one, 1);
  await fixture.version(other, 1, 'VALIDATING');
  first = await change(one, 1, { report: PASSED });
  second = await change(other, 1, { sha256 });
});

function change(name: string, version: number, data: { report?: object; sha256?: string; state?: string }) {
  const values = data as Prisma.ModelVersionUpdateInput;
  return fixture.database.modelVersion.update({ where: { name_version: { name, version } }, data: values });
}

/** Judges the second version; everything that is measured is as good as what stands of the first one. */
function judge(config = CONFIG) {
  const measurer = {
    inspect: async () => (measured.push('inspect'), { metadata: {}, opset: 17 }),
    probe: async () => (measured.push('probe'), { card: { name: 'probed' }, secondsPerFrame: 0.1 }),
    score: async () => (measured.push('score'), QUALITY),
  } as unknown as Measurer;
  const measuring = { signal: new AbortController().signal, onPhase: () => {} };
  return new Judge(config, fixture.database, measurer).judge(second, measuring);
}

it('a file that has passed this gate is not measured again under another name, and its report says so', async () => {
  const { report, ...verdict } = await judge();
  expect(measured).toEqual([]);
  expect(verdict).toEqual({ card: first.card });
  expect(report).toMatchObject({ ...PASSED, reused: { name: first.name, version: 1 } });
});

it.each([
  ['with other limits', () => judge({ ...CONFIG, VALIDATION_MIN_QUALITY: 0.5 })],
  [
    'on other clips',
    async () => {
      const gate = { ...PASSED.gate, clips: PROBE_CLIPS_VERSION - 1 };
      await change(first.name, 1, { report: { ...PASSED, gate } });
      return judge();
    },
  ],
  [
    'and was not accepted',
    async () => {
      await change(first.name, 1, { state: 'REJECTED' });
      return judge();
    },
  ],
])('a file that was measured %s is measured again', async (_, judged) => {
  const { report } = await judged();
  expect(measured).toEqual(['inspect', 'probe', 'score']);
  expect(report.reused).toBeUndefined();
});

describe('beside a champion', () => {
  beforeEach(async () => {
    await fixture.version(second.name, 2);
    const champion = { name: second.name, alias: 'champion', version: 2 };
    await fixture.database.modelAlias.create({ data: champion });
  });

  it('both are timed, but only what has no score yet is scored', async () => {
    await change(second.name, 2, { report: PASSED });
    await judge();
    expect(measured).toEqual(['probe', 'probe']);
  });

  it('a score of the champion on other clips is not compared with: it is scored again, once', async () => {
    const before = { ...QUALITY, quality: 0.99, clips: PROBE_CLIPS_VERSION - 1 };
    await change(second.name, 2, { report: { ...PASSED, quality: before } });
    expect(await judge()).toHaveProperty('card');
    expect(measured).toEqual(['probe', 'probe', 'score']);
    await judge();
    expect(measured.slice(3)).toEqual(['probe', 'probe']);
  });
});
