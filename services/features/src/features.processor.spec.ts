import { setImmediate as settled } from 'node:timers/promises';
import { Registry } from 'prom-client';
import type { Database } from '@propago/database';
import type { EncodedFrames } from '@propago/encoder';
import type { NextSteps } from '@propago/pipeline';
import type { BlobStore, News } from '@propago/runtime';
import { encodeSegment } from '@propago/segments';
import { EncoderMetrics } from './encoder-metrics';
import type { ServedEncoder } from './encoder-slot';
import { FeaturesProcessor } from './features.processor';
import { LoadedEncoders } from './loaded-encoders';
import type { ServedEncoders } from './served-encoders';

const SET = { id: 'set', frameSetId: 'frames', encoderSha256: 'a', precision: 'float16' };
const FRAMES = { kind: 'frames', firstFrame: 0, frames: 1, width: 8, height: 8 } as const;
const GRID = { rows: 1, cols: 1, patchSize: 8 };
const ENCODED: EncodedFrames = { features: new Uint16Array(4), grid: GRID, dim: 4, runMs: 1 };
const STOP = new Error('the process is shutting down');

/** Takes segments and answers when the test says so. */
class SlowEncoder {
  readonly answers: (() => void)[] = [];
  isClosed = false;
  /** Loads when the test says so. */
  load!: () => void;

  /** As on an accelerator, where it takes several segments. */
  plan: ServedEncoder['plan'];

  readonly encoders = new LoadedEncoders({
    open: () => new Promise((resolve) => (this.load = () => resolve(this.served))),
    warmUp: async () => {},
    most: 2,
    changed: () => {},
  });

  private get served(): ServedEncoder {
    return {
      card: {} as ServedEncoder['card'],
      plan: this.plan,
      encode: () => new Promise((resolve) => this.answers.push(() => resolve(ENCODED))),
      close: async () => void (this.isClosed = true),
      ended: new Promise(() => {}),
    };
  }
}

let encoder: SlowEncoder;
let stored: string[];
let sut: FeaturesProcessor;

beforeEach(() => {
  encoder = new SlowEncoder();
  stored = [];
  const pixels = new Uint8Array(FRAMES.width * FRAMES.height * 3);
  const storage: Partial<BlobStore> = {
    get: async () => encodeSegment(FRAMES, [pixels]),
    put: async (key) => void stored.push(key),
  };
  const database = {
    featureSet: { findUniqueOrThrow: async () => SET },
    featureSegment: { count: async () => 0, upsert: async () => {} },
  };
  const next: Partial<NextSteps> = { featuresStored: async () => {}, activeRuns: async () => [] };
  sut = new FeaturesProcessor(
    storage as BlobStore,
    database as unknown as Database,
    next as NextSteps,
    {} as News,
    encoder.encoders as unknown as ServedEncoders,
    new EncoderMetrics(new Registry()),
  );
});

/** A job of one segment, and how it ended. */
async function job(segment: number) {
  const controller = new AbortController();
  let end: unknown;
  const done = sut.process({ featureSetId: SET.id, segment }, controller.signal).then(
    () => (end = 'done'),
    (error: unknown) => (end = error),
  );
  await settled();
  return { abort: () => controller.abort(STOP), end: () => end, done };
}

describe('a job that is aborted', () => {
  it('ends at once, in the encoder or before its turn, and the worker’s encoders can be closed then', async () => {
    const [first, second] = [await job(0), await job(1)];
    encoder.load();
    await settled();
    expect(encoder.answers).toHaveLength(1);
    for (const { abort } of [first, second]) abort();
    await settled();
    expect([first.end(), second.end()]).toEqual([STOP, STOP]);
    await encoder.encoders.close();
    expect(encoder.isClosed).toBe(true);
    expect(stored).toEqual([]);
  });

  it('ends at once while its encoder still loads', async () => {
    const only = await job(0);
    only.abort();
    await settled();
    expect(only.end()).toBe(STOP);
  });

  it('leaves the encoder to the others: the next one gets it as soon as it is free', async () => {
    const [first, second, third] = [await job(0), await job(1), await job(2)];
    encoder.load();
    await settled();
    for (const { abort } of [first, second]) abort();
    await settled();
    expect(encoder.answers).toHaveLength(1);
    encoder.answers[0]!();
    await settled();
    expect(encoder.answers).toHaveLength(2);
    encoder.answers[1]!();
    await third.done;
    expect(third.end()).toBe('done');
    expect(stored).toEqual([expect.stringMatching(/set.*2/)]);
  });
});

describe('the encoder', () => {
  it.each([
    ['on the CPU takes one segment after the other', undefined, 1],
    ['on an accelerator takes a segment while it still works on one', { network: 'fused' }, 2],
  ])('%s', async (_, plan, atOnce) => {
    encoder.plan = plan as ServedEncoder['plan'];
    const jobs = [await job(0), await job(1)];
    encoder.load();
    await settled();
    expect(encoder.answers).toHaveLength(atOnce);
    for (let answered = 0; answered < 2; answered++) {
      encoder.answers[answered]!();
      await settled();
      await settled();
    }
    await Promise.all(jobs.map(({ done }) => done));
    expect(jobs.map(({ end }) => end())).toEqual(['done', 'done']);
  });
});
