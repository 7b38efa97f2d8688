import sharp from 'sharp';
import { encodeIndexedPng, encodeRles, VOC_PALETTE } from '@propago/labels';
import { Queues } from '@propago/pipeline';
import { documentedFetch } from './support/documented-fetch';
import { NATIVE_SIZE, type Platform, type Problem } from './support/platform';
import { sharedPlatform } from './support/shared-platform';
import { smallClip, type SmallClip } from './support/small-clip';
import { zipOf } from './support/zip';

// Not a multiple of the 16 frames of a segment: a walk back begins inside one.
const FRAMES = 40;

let clip: SmallClip;
let platform: Platform;
/** Lossless, so that the same frames in another order are the same pixels. */
let frames: Buffer[];

beforeAll(async () => {
  clip = await smallClip({ frames: FRAMES, objects: 2, seed: 7 });
  const raw = { width: clip.width, height: clip.height, channels: 3 } as const;
  frames = await Promise.all(clip.frames.map((rgb) => sharp(rgb, { raw }).png().toBuffer()));
  platform = await sharedPlatform();
}, 120_000);
afterAll(() => platform?.stop());

const maskOf = (indices: Uint8Array): Buffer =>
  encodeIndexedPng({ width: clip.width, height: clip.height, indices, palette: VOC_PALETTE });

/** The truth of a frame, of some objects only. */
const truthOf = (frame: number, objects = [1, 2]): Uint8Array =>
  clip.truth[frame]!.map((id) => (objects.includes(id) ? id : 0));

const videoOf = (order: Buffer[]) =>
  zipOf(order.map((png, i) => ({ name: `${String(i).padStart(3, '0')}.png`, bytes: png })));

async function put(id: string, frame: number, body: Buffer | object, query = '', headers: Record<string, string> = {}) {
  const isPng = Buffer.isBuffer(body);
  return documentedFetch(`${platform.url}/v1/runs/${id}/prompts/${frame}${query}`, {
    method: 'PUT',
    headers: { 'content-type': isPng ? 'image/png' : 'application/json', ...headers },
    body: isPng ? new Uint8Array(body) : JSON.stringify(body),
  });
}

const remove = (id: string, frame: number) =>
  documentedFetch(`${platform.url}/v1/runs/${id}/prompts/${frame}`, { method: 'DELETE' });

async function prompted(id: string, frame: number, objects = [1, 2]): Promise<void> {
  const answer = await put(id, frame, maskOf(truthOf(frame, objects)));
  if (answer.status !== 202) throw new Error(`prompt on ${frame}: ${answer.status} ${await answer.text()}`);
}

async function succeeded(id: string): Promise<void> {
  const { state, error } = await platform.waitForEnd(id);
  expect({ state, error }).toEqual({ state: 'succeeded', error: null });
}

const masksOf = (id: string): Promise<Uint8Array[]> =>
  Promise.all(Array.from({ length: FRAMES }, (_, frame) => platform.labelsOf(id, frame)));

const revisionsOf = async (id: string): Promise<number[]> => {
  const rows = await platform.query<{ revision: number }>(
    'select revision from "FrameResult" where "runId" = $1 order by frame',
    [id],
  );
  return rows.map(({ revision }) => revision);
};

describe('a run that is corrected', () => {
  it('gives the prompt back to the pixel, goes on from it in both directions, and encodes nothing again', async () => {
    const { id } = await platform.succeededRun(clip);
    const before = await masksOf(id);
    const encoded = await platform.query('select * from "FeatureSegment" order by "featureSetId", index');
    await prompted(id, 25);
    expect(await platform.run(id)).toMatchObject({ revision: 2 });
    await succeeded(id);
    const after = await masksOf(id);
    expect(after[25]).toEqual(truthOf(25));
    expect(after[0]).toEqual(before[0]);
    const changed = after.flatMap((mask, frame) => (Buffer.compare(mask, before[frame]!) === 0 ? [] : [frame]));
    expect(changed).toEqual(expect.arrayContaining([24, 25, 26]));
    expect(await platform.query('select * from "FeatureSegment" order by "featureSetId", index')).toEqual(encoded);
    // Taken back, it is the run that it was.
    expect((await remove(id, 25)).status).toBe(202);
    await succeeded(id);
    expect(await masksOf(id)).toEqual(before);
  });

  it('changes no frame beyond the neighbouring prompts, and nothing of other objects that it does not touch', async () => {
    const { id } = await platform.succeededRun(clip);
    for (const frame of [16, 32]) await prompted(id, frame);
    await succeeded(id);
    const [before, revisions] = [await masksOf(id), await revisionsOf(id)];
    await prompted(id, 8, [1]);
    await succeeded(id);
    const after = await masksOf(id);
    for (let frame = 16; frame < FRAMES; frame++) expect(after[frame]).toEqual(before[frame]);
    expect((await revisionsOf(id)).slice(16)).toEqual(revisions.slice(16));
    const list = await platform.json<{ revision: number; items: object[] }>(`/v1/runs/${id}/prompts`);
    expect(list).toEqual({
      revision: 4,
      items: [0, 8, 16, 32].map((frame) => ({
        frame,
        objects: (frame === 8 ? [1] : [1, 2]).map((object) => ({ id: object, isAbsent: false })),
      })),
    });
    expect(await platform.bytes(`/v1/runs/${id}/prompts/8/mask.png`)).toEqual(maskOf(truthOf(8, [1])));
  });

  it('equals one that had these prompts at once, whatever came in which order and was taken back', async () => {
    const inOrder = await platform.acceptedRun(clip);
    for (const frame of [12, 30]) await prompted(inOrder, frame);
    await prompted(inOrder, 21, [2]);
    await succeeded(inOrder);

    const { id } = await platform.succeededRun(clip);
    await prompted(id, 35, [1]);
    await prompted(id, 21, [2]);
    await prompted(id, 30, [1]);
    await succeeded(id);
    await prompted(id, 30);
    await remove(id, 35);
    await prompted(id, 12);
    await succeeded(id);
    expect(await masksOf(id)).toEqual(await masksOf(inOrder));
    const files = async (run: string) => platform.digestOfMasks(run, FRAMES);
    expect(await files(id)).toBe(await files(inOrder));
  });

  it('walks back over a clip as it walks over the reversed one', async () => {
    const options = { video: await videoOf(frames), fileName: 'frames.zip', mask: maskOf(truthOf(0)) };
    const back = await platform.succeededRun(options);
    await prompted(back.id, FRAMES - 1);
    expect((await remove(back.id, 0)).status).toBe(202);
    await succeeded(back.id);
    const reversed = await platform.succeededRun({
      ...options,
      video: await videoOf([...frames].reverse()),
      mask: maskOf(truthOf(FRAMES - 1)),
    });
    expect(await masksOf(back.id)).toEqual((await masksOf(reversed.id)).reverse());
  });

  it('loses an object where a prompt says that it is not there', async () => {
    const { id } = await platform.succeededRun(clip);
    expect((await put(id, 20, { objects: [{ id: 2, absent: true }] })).status).toBe(202);
    await succeeded(id);
    const after = await masksOf(id);
    expect(after[20]).not.toContain(2);
    expect(after[39]).not.toContain(2);
    expect(after[20]).toContain(1);
    const [rle] = encodeRles(truthOf(20), clip, [2]);
    expect((await put(id, 20, { objects: [{ id: 2, rle }] })).status).toBe(202);
    await succeeded(id);
    expect((await platform.labelsOf(id, 20)).map((label) => (label === 2 ? 1 : 0))).toEqual(
      truthOf(20).map((label) => (label === 2 ? 1 : 0)),
    );
  });

  it('takes an object that appears later, which changes no soft label of the others', async () => {
    const { id } = await platform.succeededRun({ ...clip, mask: maskOf(truthOf(0, [1])) });
    const soft = async () =>
      platform.query('select pass, index, "storedAt" from "LabelSegment" where "runId" = $1', [id]);
    const before = await soft();
    const answer = await documentedFetch(`${platform.url}/v1/runs/${id}/objects`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'late' }),
    });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toEqual({
      id: 2,
      kind: 'mask',
      name: 'late',
      colour: '#008000',
      isTracedBack: false,
    });
    await prompted(id, 18, [2]);
    await succeeded(id);
    expect(await soft()).toEqual(expect.arrayContaining(before));
    const masks = await masksOf(id);
    expect(masks.slice(0, 18).some((mask) => mask.includes(2))).toBe(false);
    expect(masks.slice(18).every((mask) => mask.includes(2) && mask.includes(1))).toBe(true);
    const { items } = await platform.json<{ items: { classes: { id: number }[] }[] }>(`/v1/runs/${id}/frames`);
    expect(items.map(({ classes }) => classes.length)).toEqual([...Array(18).fill(1), ...Array(22).fill(2)]);
    expect(await platform.json(`/v1/runs/${id}/objects`)).toEqual({
      items: [
        { id: 1, kind: 'mask', name: null, colour: '#800000', isTracedBack: true },
        { id: 2, kind: 'mask', name: 'late', colour: '#008000', isTracedBack: false },
      ],
    });
  });

  it('fails when a prompt that came before the end of the video was known lies beyond it', async () => {
    const other = await smallClip({ frames: 8, seed: 99 });
    const queues = new Queues({ redisUrl: platform.stack.servers.redisUrl, prefix: 'bull', lockSeconds: 15 });
    await queues.of('ingest').pause();
    const id = await platform.acceptedRun(other);
    const { width, height, truth } = other;
    const far = encodeIndexedPng({ width, height, indices: truth[3]!, palette: VOC_PALETTE });
    expect((await put(id, 30, far)).status).toBe(202);
    await queues.of('ingest').resume();
    await queues.close();
    expect(await platform.waitForEnd(id)).toMatchObject({ state: 'failed', error: { code: 'FRAME_NOT_FOUND' } });
  });

  it('has a new overlay, and files whose tags say that they are new', async () => {
    const { id } = await platform.succeededRun(clip);
    const tagsOf = async () => {
      const paths = [`/v1/runs/${id}/frames/20/mask.png`, `/v1/runs/${id}/overlay.mp4`, `/v1/runs/${id}/masks.zip`];
      return Promise.all(paths.map(async (path) => (await platform.get(path)).headers.get('etag')));
    };
    const before = await tagsOf();
    await prompted(id, 20);
    await succeeded(id);
    const after = await tagsOf();
    for (const [i, tag] of before.entries()) expect(after[i]).not.toBe(tag);
  });

  it('is made again from the video where features and soft labels were removed', async () => {
    const { id } = await platform.succeededRun(clip);
    await prompted(id, 20);
    await succeeded(id);
    const [masks] = [await masksOf(id)];
    await remove(id, 20);
    await succeeded(id);
    for (const key of await platform.blobs('labels/', 'features/')) await platform.store.delete(key);
    await prompted(id, 20);
    await succeeded(id);
    expect(await masksOf(id)).toEqual(masks);
  });
});

describe('a prompt that cannot be taken', () => {
  let id: string;
  beforeAll(async () => {
    id = (await platform.succeededRun(clip)).id;
  }, 120_000);

  const codeOf = async (answer: Response) => {
    const { status, code } = (await answer.json()) as Problem;
    return { status, code };
  };
  const mask = () => maskOf(truthOf(5));

  it('is refused with a code, and changes nothing', async () => {
    const large = encodeIndexedPng({ width: 8, height: 8, indices: new Uint8Array(64).fill(1), palette: VOC_PALETTE });
    const third = maskOf(truthOf(5).map((label) => (label === 2 ? 3 : label)));
    expect(await codeOf(await put(id, FRAMES, mask()))).toEqual({ status: 404, code: 'FRAME_NOT_FOUND' });
    expect(await codeOf(await put(id, 5, large))).toEqual({ status: 422, code: 'MASK_SIZE_MISMATCH' });
    expect(await codeOf(await put(id, 5, third))).toEqual({ status: 422, code: 'OBJECT_UNKNOWN' });
    expect(await codeOf(await put(id, 5, Buffer.from('no picture')))).toEqual({ status: 415, code: 'MASK_NOT_PNG' });
    expect(await codeOf(await put(id, 5, maskOf(truthOf(5, []))))).toEqual({ status: 422, code: 'MASK_EMPTY' });
    expect(await codeOf(await put(id, 5, mask(), '?absent=2'))).toEqual({ status: 400, code: 'REQUEST_INVALID' });
    expect(await codeOf(await put(id, 5, { objects: [] }))).toEqual({ status: 400, code: 'REQUEST_INVALID' });
    expect(await codeOf(await put(id, 5, mask(), '', { 'if-match': '"7"' }))).toEqual({
      status: 412,
      code: 'REVISION_CONFLICT',
    });
    expect(await codeOf(await remove(id, 5))).toEqual({ status: 404, code: 'PROMPT_NOT_FOUND' });
    expect(await codeOf(await remove(id, 0))).toEqual({ status: 409, code: 'PROMPT_NEEDED' });
    expect(await platform.run(id)).toMatchObject({ state: 'succeeded', revision: 1 });
  });

  it('is one of two that come at once and expect the same revision', async () => {
    const { headers } = await platform.get(`/v1/runs/${id}/prompts`);
    const expecting = { 'if-match': headers.get('etag')! };
    const answers = await Promise.all([10, 11].map((frame) => put(id, frame, mask(), '', expecting)));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 412]);
    await succeeded(id);
  });

  it('is one for a run that is being cancelled, or was', async () => {
    const queues = new Queues({ redisUrl: platform.stack.servers.redisUrl, prefix: 'bull', lockSeconds: 15 });
    const refusal = { status: 409, code: 'RUN_NOT_CORRECTABLE' };
    await queues.of('results').pause();
    const cancelled = await platform.acceptedRun({ ...clip, options: { name: 'cancelled', parameters: NATIVE_SIZE } });
    await fetch(`${platform.url}/v1/runs/${cancelled}/cancel`, { method: 'POST' });
    expect(await platform.run(cancelled)).toMatchObject({ state: 'cancelling' });
    expect(await codeOf(await put(cancelled, 5, mask()))).toEqual(refusal);
    await queues.of('results').resume();
    await queues.close();
    expect(await platform.waitForEnd(cancelled)).toMatchObject({ state: 'cancelled', revision: 1 });
    expect(await codeOf(await put(cancelled, 5, mask()))).toEqual(refusal);
    expect(await codeOf(await remove(cancelled, 0))).toEqual(refusal);
  });

  it('is one for a run that has failed, or was removed', async () => {
    const far = await platform.acceptedRun({ ...(await smallClip({ frames: 8, seed: 97 })), masks: { 30: mask() } });
    expect(await platform.waitForEnd(far)).toMatchObject({ state: 'failed', error: { code: 'FRAME_NOT_FOUND' } });
    expect(await codeOf(await put(far, 5, mask()))).toEqual({ status: 409, code: 'RUN_NOT_CORRECTABLE' });
    const gone = (await platform.succeededRun(clip)).id;
    await platform.removeRun(gone);
    expect(await codeOf(await put(gone, 5, mask()))).toEqual({ status: 404, code: 'RUN_NOT_FOUND' });
    expect(await codeOf(await remove(gone, 0))).toEqual({ status: 404, code: 'RUN_NOT_FOUND' });
  });

  it('speaks of more objects than a run may have', async () => {
    const many = Array.from({ length: 300 }, (_, i) => ({ id: i + 1, absent: true }));
    expect(await codeOf(await put(id, 5, { objects: many }))).toEqual({ status: 400, code: 'REQUEST_INVALID' });
    const all = new Uint8Array(clip.width * clip.height).map((_, i) => i % 255);
    expect(await codeOf(await put(id, 5, maskOf(all)))).toEqual({ status: 422, code: 'MASK_TOO_MANY_CLASSES' });
  });
});
