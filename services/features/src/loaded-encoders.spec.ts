import { CodedError } from '@propago/contracts';
import type { ServedEncoder } from './encoder-slot';
import { LoadedEncoders } from './loaded-encoders';

/** Encoders that load when the test says so, and what has become of them. */
class Loads {
  readonly loading = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  readonly open = new Set<string>();
  readonly warmed: string[] = [];
  readonly breaks = new Map<string, () => void>();
  failWarmUpOf: string | undefined;
  loads = 0;

  readonly encoders = new LoadedEncoders({
    open: (sha256) => {
      this.loads++;
      return new Promise((resolve, reject) =>
        this.loading.set(sha256, { resolve: () => resolve(this.encoder(sha256)), reject }),
      );
    },
    warmUp: async (encoder) => {
      this.warmed.push(encoder.card.sha256);
      if (this.failWarmUpOf === encoder.card.sha256) throw new CodedError('FEATURES_INVALID', 'not a number');
    },
    most: 3,
    changed: () => {},
  });

  /** State by digest. */
  get states(): Record<string, string> {
    return Object.fromEntries(this.encoders.report().map(({ sha256, state }) => [sha256, state]));
  }

  async finish(sha256: string, error?: Error): Promise<void> {
    const load = this.loading.get(sha256);
    if (!load) throw new Error(`nobody loads ${sha256}`);
    this.loading.delete(sha256);
    if (error) load.reject(error);
    else load.resolve();
    await settled();
  }

  /** A job that uses a version until it is told to end. */
  async job(sha256: string): Promise<{ end: () => Promise<void>; failure: () => Error | undefined }> {
    let end!: () => void;
    let failure: Error | undefined;
    const work = new Promise<void>((resolve) => (end = resolve));
    const using = this.encoders.use(sha256, () => work).catch((error: Error) => (failure = error));
    await settled();
    return {
      end: async () => {
        end();
        await using;
        await settled();
      },
      failure: () => failure,
    };
  }

  private encoder(sha256: string): ServedEncoder {
    this.open.add(sha256);
    const ended = new Promise<string>((resolve) => this.breaks.set(sha256, () => resolve('SIGKILL')));
    return {
      card: { sha256 } as ServedEncoder['card'],
      encode: () => Promise.reject(new Error('not planned')),
      close: async () => {
        this.open.delete(sha256);
        this.breaks.get(sha256)!();
      },
      ended,
    };
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

let sut: Loads;
beforeEach(() => (sut = new Loads()));

/** Has versions kept that load without a fault. */
async function keep(wanted: string[], needed: string[] = []): Promise<void> {
  const keeping = sut.encoders.keep(wanted, needed);
  let done = false;
  void keeping.then(() => (done = true));
  for (await settled(); !done; await settled()) for (const sha256 of [...sut.loading.keys()]) await sut.finish(sha256);
  await keeping;
  await settled();
}

describe('a kept version', () => {
  it('loads, warms up and is loaded, in this order', async () => {
    const keeping = sut.encoders.keep(['a'], []);
    expect(sut.states).toEqual({ a: 'LOADING' });
    await sut.finish('a');
    await keeping;
    expect(sut.warmed).toEqual(['a']);
    expect(sut.states).toEqual({ a: 'LOADED' });
  });

  it('replaces another one only when it has warmed up', async () => {
    await keep(['old']);
    const keeping = sut.encoders.keep(['new'], []);
    await settled();
    expect(sut.states).toEqual({ old: 'LOADED', new: 'LOADING' });
    await sut.finish('new');
    await keeping;
    await settled();
    expect(sut.states).toEqual({ new: 'LOADED' });
    expect([...sut.open]).toEqual(['new']);
  });

  it('takes nothing away when it cannot be loaded, and says why', async () => {
    await keep(['old']);
    const keeping = sut.encoders.keep(['new', 'old'], []);
    await sut.finish('new', new CodedError('ENCODER_INVALID', 'The file has changed.'));
    await keeping;
    expect(sut.encoders.report()).toContainEqual({
      sha256: 'new',
      state: 'FAILED',
      reason: 'ENCODER_INVALID: The file has changed.',
    });
    expect(sut.states.old).toBe('LOADED');
    const loads = sut.loads;
    await sut.encoders.keep(['new', 'old'], []);
    expect(sut.loads).toBe(loads);
  });

  it('leaves its place to the next when it cannot be loaded', async () => {
    const others = ['first', 'second'];
    await keep(others);
    const keeping = sut.encoders.keep(['new', ...others], []);
    await sut.finish('new', new CodedError('ENCODER_INVALID', 'The file has changed.'));
    await keeping;
    await settled();
    expect(sut.states).toEqual({ new: 'FAILED', ...Object.fromEntries(others.map((sha256) => [sha256, 'LOADED'])) });
  });

  it('takes nothing away and leaves no process when its warm-up fails', async () => {
    await keep(['old']);
    sut.failWarmUpOf = 'new';
    await keep(['new', 'old']);
    expect(sut.states).toEqual({ old: 'LOADED', new: 'FAILED' });
    expect([...sut.open]).toEqual(['old']);
  });

  it('fails when its process ends by itself, and the next job loads it again', async () => {
    await keep(['a']);
    sut.breaks.get('a')!();
    await settled();
    expect(sut.states).toEqual({ a: 'FAILED' });
    const job = await sut.job('a');
    await sut.finish('a');
    await job.end();
    expect(sut.states).toEqual({ a: 'LOADED' });
  });

  it('is one of the most important ones, with a place left for what jobs ask for', async () => {
    await keep(['a', 'b', 'c']);
    expect(sut.states).toEqual({ a: 'LOADED', b: 'LOADED' });
    const job = await sut.job('c');
    await sut.finish('c');
    await job.end();
    expect(sut.states).toEqual({ a: 'LOADED', b: 'LOADED', c: 'LOADED' });
  });
});

describe('a version that a job asks for', () => {
  it('is loaded once for all who wait, and counts as loaded when its work has gone well', async () => {
    const jobs = [await sut.job('a'), await sut.job('a')];
    expect(sut.states).toEqual({ a: 'LOADING' });
    await sut.finish('a');
    expect(sut.states).toEqual({ a: 'WARMING' });
    for (const job of jobs) await job.end();
    expect(sut.states).toEqual({ a: 'LOADED' });
    expect(sut.loads).toBe(1);
  });

  it('fails the job with the reason, and the next job tries again', async () => {
    const job = await sut.job('a');
    await sut.finish('a', new CodedError('BLOB_MISSING', 'gone'));
    expect(job.failure()).toMatchObject({ code: 'BLOB_MISSING' });
    expect(sut.states).toEqual({ a: 'FAILED' });
    const again = await sut.job('a');
    await sut.finish('a');
    await again.end();
    expect(again.failure()).toBeUndefined();
    expect(sut.states).toEqual({ a: 'LOADED' });
  });

  it('drains: a job in the middle of it finishes first', async () => {
    await keep(['a']);
    const job = await sut.job('a');
    const closing = sut.encoders.close();
    await settled();
    expect(sut.states).toEqual({ a: 'DRAINING' });
    expect([...sut.open]).toEqual(['a']);
    await job.end();
    await closing;
    expect(job.failure()).toBeUndefined();
    expect(sut.states).toEqual({});
    expect([...sut.open]).toEqual([]);
  });

  it('stays while unfinished runs need it, and goes after', async () => {
    await keep(['old']);
    await keep(['new'], ['old']);
    expect(sut.states).toEqual({ old: 'LOADED', new: 'LOADED' });
    await keep(['new']);
    expect(sut.states).toEqual({ new: 'LOADED' });
  });

  it('makes the least recently used one go that is not kept', async () => {
    await keep(['kept']);
    for (const sha256 of ['a', 'b', 'c']) {
      const job = await sut.job(sha256);
      await sut.finish(sha256);
      await job.end();
    }
    expect(sut.states).toEqual({ kept: 'LOADED', b: 'LOADED', c: 'LOADED' });
  });
});
