import { encodeIndexedPng, VOC_PALETTE } from '@propago/labels';
import { Queues } from '@propago/pipeline';
import { NATIVE_SIZE, Platform, until, type RunResource } from './support/platform';
import { sharedPlatform } from './support/shared-platform';
import { smallClip, type SmallClip } from './support/small-clip';
import { documentedFetch } from './support/documented-fetch';

jest.setTimeout(120_000);

let platform: Platform;
let queues: Queues;
let clip: SmallClip;

beforeAll(async () => {
  clip = await smallClip();
  platform = await sharedPlatform();
  queues = new Queues({ redisUrl: platform.stack.servers.redisUrl, prefix: 'bull', lockSeconds: 15 });
}, 120_000);
afterAll(async () => {
  await queues?.close();
  await platform?.stop();
});

const cancel = (id: string): Promise<Response> =>
  documentedFetch(`${platform.url}/v1/runs/${id}/cancel`, { method: 'POST' });

/** All blobs, when those that ended runs no longer need are removed: that comes after the state that the API shows. */
async function blobsAtRest(): Promise<string[]> {
  await until('ended runs are tidied', async () => {
    const kept = await platform.query<{ runId: string; frameSetId: string }>(
      `select "runId", "frameSetId" from "RunOutcome" join "Run" on "Run".id = "runId"
       join "FeatureSet" on "FeatureSet".id = "featureSetId" where state = 'succeeded'`,
    );
    // Soft labels of a run that has succeeded serve its corrections, and its frames other encoders.
    const owners = new Set(kept.flatMap(({ runId, frameSetId }) => [runId, frameSetId]));
    const lost = (await platform.blobs('labels', 'frames')).filter((key) => !owners.has(key.split('/')[1]!));
    return lost.length + (await platform.blobs('uploads')).length === 0;
  });
  return platform.blobs('');
}

/** Does something while one stage takes no jobs: deterministic where a test would have to be quick. */
async function whilePaused<T>(stage: 'ingest' | 'propagation', act: () => Promise<T>): Promise<T> {
  await queues.of(stage).pause();
  try {
    return await act();
  } finally {
    await queues.of(stage).resume();
  }
}

describe('a run that is cancelled', () => {
  it('while it is queued ends as cancelled', async () => {
    await whilePaused('ingest', async () => {
      const other = await smallClip({ seed: 21 });
      const id = await platform.acceptedRun(other);
      expect((await platform.run(id)).state).toBe('queued');
      expect((await cancel(id)).status).toBe(202);
      expect((await platform.waitForEnd(id)).state).toBe('cancelled');
    });
  });

  it('while it is running ends as cancelled and leaves no frames and labels', async () => {
    const other = await smallClip({ seed: 22 });
    const id = await whilePaused('propagation', async () => {
      const accepted = await platform.acceptedRun(other);
      await until('it is running', async () => (await platform.run(accepted)).state === 'running');
      expect((await cancel(accepted)).status).toBe(202);
      expect((await platform.waitForEnd(accepted)).state).toBe('cancelled');
      return accepted;
    });
    await until('nothing is left', async () => (await platform.blobs('frames', `labels/${id}`)).length === 0);
    expect((await platform.run(id)).state).toBe('cancelled');
  });

  it('can be cancelled again until it has ended, and then is refused', async () => {
    const { id } = await platform.succeededRun(clip);
    const answer = await cancel(id);
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ code: 'RUN_FINISHED', detail: 'The run has succeeded already.' });
    expect((await platform.run(id)).state).toBe('succeeded');
  });
});

describe('a run that is deleted', () => {
  const nothingIsLeft = async (id: string, sha256: string): Promise<void> => {
    expect((await platform.get(`/v1/runs/${id}`)).status).toBe(404);
    await until(
      'the row is gone',
      async () => (await platform.query('select 1 from "Run" where id = $1', [id])).length === 0,
    );
    for (const table of ['RunObject', 'Prompt', 'LabelSegment', 'ResultSegment', 'FrameResult', 'RunOutcome']) {
      expect(await platform.query(`select 1 from "${table}" where "runId" = $1`, [id])).toEqual([]);
    }
    expect(await platform.query('select 1 from "FeatureSet" where "videoSha256" = $1', [sha256])).toEqual([]);
    expect(await platform.query('select 1 from "Video" where sha256 = $1', [sha256])).toEqual([]);
    const keys = await platform.blobs('');
    expect(keys.filter((key) => key.includes(id) || key.includes(sha256))).toEqual([]);
  };

  it('leaves no row and no blob', async () => {
    const other = await smallClip({ seed: 31 });
    const before = await blobsAtRest();
    const run = await platform.succeededRun(other);
    await platform.bytes(`/v1/runs/${run.id}/overlay.mp4`);
    const answer = await fetch(`${platform.url}/v1/runs/${run.id}`, { method: 'DELETE' });
    expect(answer.status).toBe(204);
    await nothingIsLeft(run.id, (run.video as { sha256: string }).sha256);
    expect(await platform.blobs('')).toEqual(before);
  });

  it.each(['ingest', 'features', 'propagation', 'results'])(
    'while %s works on it leaves no row and no blob',
    async (stage) => {
      const other = await smallClip({ seed: 40 + stage.length, frames: 48 });
      const before = await blobsAtRest();
      const id = await platform.acceptedRun(other);
      const { video } = await platform.run(id);
      await until(`${stage} has begun`, async () => (await platform.run(id)).progress[stage]!.done > 0);
      expect((await fetch(`${platform.url}/v1/runs/${id}`, { method: 'DELETE' })).status).toBe(204);
      await nothingIsLeft(id, (video as { sha256: string }).sha256);
      expect(await platform.blobs('')).toEqual(before);
    },
  );

  it('leaves the features to the other runs on its video', async () => {
    const [first, second] = [await platform.succeededRun(clip), await platform.succeededRun(clip)];
    await platform.removeRun(first.id);
    const third = await platform.succeededRun(clip);
    expect(await platform.maskOf(third.id, 19)).toEqual(await platform.maskOf(second.id, 19));
  });
});

describe('a second run on a video', () => {
  it('starts at propagation: nothing is decoded or encoded again', async () => {
    const other = await smallClip({ seed: 51 });
    const first = await platform.succeededRun(other);
    const made = async (): Promise<unknown> => ({
      sets: await platform.query('select * from "FeatureSet" order by id'),
      features: await platform.query('select * from "FeatureSegment" order by "featureSetId", "index"'),
      blobs: await storedAt('features'),
      frames: await Promise.all((['ingest', 'features'] as const).map(framesDoneBy)),
    });
    const before = await made();
    const second = await platform.succeededRun({
      ...other,
      options: { parameters: { ...NATIVE_SIZE, topK: 2 } },
    });
    expect(await made()).toEqual(before);
    expect(second.id).not.toBe(first.id);
    const [set] = await platform.query(
      'select 1 from "Run" where id = any($1) group by "featureSetId" having count(*) = 2',
      [[first.id, second.id]],
    );
    expect(set).toBeDefined();
  });

  const storedAt = async (folder: string): Promise<[string, number][]> => {
    const entries: [string, number][] = [];
    for await (const { key, modified } of platform.store.list(folder)) entries.push([key, modified.getTime()]);
    return entries;
  };
  const framesDoneBy = async (stage: 'ingest' | 'features'): Promise<string | undefined> => {
    const { url } = platform.stack.services.processes.find(({ name }) => name === stage)!;
    return new RegExp(`^propago_frames_total.*stage="${stage}".* (\\S+)$`, 'm').exec(
      await (await fetch(`${url}/metrics`)).text(),
    )?.[1];
  };
});

describe('Idempotency-Key', () => {
  const otherMask = (): Buffer =>
    encodeIndexedPng({ width: 4, height: 4, indices: new Uint8Array(16).fill(1), palette: VOC_PALETTE });
  const send = (key: string, request: object = {}): Promise<Response> =>
    platform.postRun({ video: clip.video, mask: clip.mask, headers: { 'idempotency-key': key }, ...request });
  const runIdOf = async (answer: Response): Promise<string> => ((await answer.json()) as RunResource).id;
  const runs = async (): Promise<number> => (await platform.query('select 1 from "Run"')).length;

  it('gives the same request the same run, and says so', async () => {
    const first = await send('same');
    expect(first.headers.has('idempotency-replayed')).toBe(false);
    const before = await runs();
    const again = await send('same');
    expect(again.status).toBe(202);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(await runIdOf(again)).toBe(await runIdOf(first));
    expect(await runs()).toBe(before);
  });

  it.each([
    ['options', { options: { preset: 'dino' } }],
    ['a mask', { mask: otherMask() }],
    ['a video', { video: Buffer.from('other') }],
  ])('refuses another request that differs in %s', async (what, difference) => {
    expect((await send(what)).status).toBe(202);
    const before = await runs();
    const other = await send(what, difference);
    expect(other.status).toBe(422);
    expect(await other.json()).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    expect(await runs()).toBe(before);
  });

  it('makes one run of concurrent requests', async () => {
    const before = await runs();
    const answers = await Promise.all(Array.from({ length: 5 }, () => send('at once')));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status !== 409 && status !== 202)).toEqual([]);
    const accepted = await Promise.all(answers.filter(({ status }) => status === 202).map(runIdOf));
    expect(new Set(accepted).size).toBe(1);
    expect(await runs()).toBe(before + 1);
  });

  it('lets a request that failed be repeated, also with what was wrong put right', async () => {
    expect((await send('second try', { mask: Buffer.from('no mask') })).status).toBe(415);
    const repeated = await send('second try');
    expect(repeated.status).toBe(202);
    expect(repeated.headers.has('idempotency-replayed')).toBe(false);
  });

  it.each(['', 'x'.repeat(256)])('of a length that is not allowed is refused', async (key) => {
    const answer = await send(key);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'REQUEST_INVALID' });
  });
});
