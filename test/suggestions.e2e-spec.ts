import { encodeIndexedPng, VOC_PALETTE } from '@propago/labels';
import { documentedFetch } from './support/documented-fetch';
import { type Platform, type Problem } from './support/platform';
import { sharedPlatform } from './support/shared-platform';
import { smallClip, type SmallClip } from './support/small-clip';

interface Suggestions {
  revision: number;
  frames: number;
  items: { frame: number; seconds: number; objects: number[]; expectedGain: number; reason: string }[];
}

const FRAMES = 40;

let clip: SmallClip;
let platform: Platform;

beforeAll(async () => {
  clip = await smallClip({ frames: FRAMES, objects: 2, seed: 7 });
  platform = await sharedPlatform();
}, 120_000);
afterAll(() => platform?.stop());

const suggestionsOf = (id: string, query = ''): Promise<Suggestions> =>
  platform.json<Suggestions>(`/v1/runs/${id}/suggestions${query}`);

async function put(id: string, frame: number, body: Buffer | object): Promise<void> {
  const isPng = Buffer.isBuffer(body);
  const answer = await documentedFetch(`${platform.url}/v1/runs/${id}/prompts/${frame}`, {
    method: 'PUT',
    headers: { 'content-type': isPng ? 'image/png' : 'application/json' },
    body: isPng ? new Uint8Array(body) : JSON.stringify(body),
  });
  if (answer.status !== 202) throw new Error(`prompt on ${frame}: ${answer.status} ${await answer.text()}`);
  expect((await platform.waitForEnd(id)).state).toBe('succeeded');
}

const truthOf = (frame: number): Buffer => {
  const { width, height } = clip;
  return encodeIndexedPng({ width, height, indices: clip.truth[frame]!, palette: VOC_PALETTE });
};

/** Drift of each object by frame. */
async function driftOf(id: string): Promise<Map<number, number>[]> {
  const { items } = await platform.json<{ items: { classes: { id: number; drift: number }[] }[] }>(
    `/v1/runs/${id}/frames?limit=${FRAMES}`,
  );
  return items.map(({ classes }) => new Map(classes.map((object) => [object.id, object.drift])));
}

describe('suggestions of a run', () => {
  it('are frames away from prompts, the best first, with less to gain after each correction', async () => {
    const { id } = await platform.succeededRun(clip);
    const before = await suggestionsOf(id, '?count=3');
    expect(before).toMatchObject({ revision: 1, frames: FRAMES });
    const [first] = before.items;
    expect(first).toMatchObject({ objects: expect.arrayContaining([expect.any(Number)]), reason: expect.any(String) });
    expect(first!.frame).toBeGreaterThanOrEqual(3);
    const gains = before.items.map(({ expectedGain }) => expectedGain);
    expect(gains).toEqual([...gains].sort((a, b) => b - a));

    await put(id, first!.frame, truthOf(first!.frame));
    const after = await suggestionsOf(id, '?count=50');
    expect(after.revision).toBe(2);
    for (const { frame } of after.items) expect(Math.abs(frame - first!.frame)).toBeGreaterThanOrEqual(3);
    expect(after.items[0]!.expectedGain).toBeLessThan(first!.expectedGain);
    expect([...(await driftOf(id))[first!.frame]!.values()]).toEqual([0, 0]);
  });

  it('have no drift where an object is said to be absent', async () => {
    const { id } = await platform.succeededRun(clip);
    await put(id, 20, { objects: [{ id: 2, absent: true }] });
    const drift = await driftOf(id);
    for (let frame = 20; frame < FRAMES; frame++) expect(drift[frame]!.get(2)).toBe(0);
    const [first] = (await suggestionsOf(id)).items;
    expect(first!.frame).not.toBe(20);
  });

  it('are the same for a corrected run and one that had its prompts at once', async () => {
    const corrected = await platform.succeededRun(clip);
    await put(corrected.id, 30, truthOf(30));
    const other = await platform.acceptedRun(clip);
    await put(other, 30, truthOf(30));
    const [a, b] = [await suggestionsOf(corrected.id), await suggestionsOf(other)];
    expect(a.items).toEqual(b.items);
    expect(await driftOf(corrected.id)).toEqual(await driftOf(other));
  });

  it('are there while the run is at work, for what it has', async () => {
    const { id } = await platform.succeededRun(clip);
    const all = await suggestionsOf(id);
    // As while the last segments are made again.
    await platform.query('update "ResultSegment" set recipe = null where "runId" = $1 and index > 0', [id]);
    const some = await suggestionsOf(id);
    expect(some.frames).toBe(16);
    expect(some.frames).toBeLessThan(all.frames);
    for (const { frame } of some.items) expect(frame).toBeLessThan(16);
  });

  it.each(['0', '51', 'many', '1.5'])('refuse a count of %s', async (count) => {
    const id = await platform.acceptedRun(clip);
    const answer = await platform.get(`/v1/runs/${id}/suggestions?count=${count}`);
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as Problem).code).toBe('OPTION_OUT_OF_RANGE');
  });
});
