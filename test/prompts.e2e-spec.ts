import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodeIndexedPng, encodeRles, fillRings, VOC_PALETTE } from '@propago/labels';
import { documentedFetch } from './support/documented-fetch';
import { NATIVE_SIZE, type Platform, type Problem, type RunResource, pixelsOf } from './support/platform';
import { sharedPlatform } from './support/shared-platform';
import { Propago } from './support/propago-command';
import { smallClip, type SmallClip } from './support/small-clip';

const FRAMES = 40;

let clip: SmallClip;
let platform: Platform;

beforeAll(async () => {
  clip = await smallClip({ frames: FRAMES, objects: 3, seed: 11 });
  platform = await sharedPlatform();
}, 120_000);
afterAll(() => platform?.stop());

const maskOf = (indices: Uint8Array, { width, height }: { width: number; height: number } = clip): Buffer =>
  encodeIndexedPng({ width, height, indices, palette: VOC_PALETTE });

/** The truth of a frame, of some objects only. */
const truthOf = (frame: number, objects: number[]): Uint8Array =>
  clip.truth[frame]!.map((id) => (objects.includes(id) ? id : 0));

const rleOf = (frame: number, id: number) => encodeRles(clip.truth[frame]!, clip, [id])[0]!;

async function send(method: string, path: string, body?: object): Promise<Response> {
  const json = body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {};
  return documentedFetch(`${platform.url}/v1/runs/${path}`, { method, ...json });
}

async function succeeded(id: string): Promise<void> {
  const { state, error } = await platform.waitForEnd(id);
  expect({ state, error }).toEqual({ state: 'succeeded', error: null });
}

async function changed(answer: Response, id: string): Promise<void> {
  if (answer.status !== 202) throw new Error(`${answer.status} ${await answer.text()}`);
  await succeeded(id);
}

const codeOf = async (answer: Response) => {
  const { status, code } = (await answer.json()) as Problem;
  return { status, code };
};

const masksOf = (id: string): Promise<Uint8Array[]> =>
  Promise.all(Array.from({ length: FRAMES }, (_, frame) => platform.labelsOf(id, frame)));

const square = (x: number, y: number, side: number) => [
  [x, y],
  [x + side, y],
  [x + side, y + side],
  [x, y + side],
];

describe('a run that comes with several prompts', () => {
  it('equals one that was corrected until it had them, whatever form they came in', async () => {
    const fresh = await platform.acceptedRun({
      video: clip.video,
      mask: maskOf(truthOf(0, [1, 2])),
      masks: { 25: maskOf(truthOf(25, [1, 3])), 33: maskOf(truthOf(33, [2])) },
      prompts: [
        { frame: 12, objects: [{ id: 1, rle: rleOf(12, 1) }] },
        { frame: 30, objects: [{ id: 2, absent: true }] },
        { frame: 33, objects: [{ id: 3, polygons: [square(20.5, 30, 40)] }] },
      ],
      objects: [{ id: 3, name: 'late' }],
    });
    await succeeded(fresh);

    const { id } = await platform.succeededRun({ ...clip, mask: maskOf(truthOf(0, [1, 2])) });
    expect((await send('POST', `${id}/objects`, { id: 3 })).status).toBe(201);
    const both = truthOf(33, [2]);
    fillRings([square(20.5, 30, 40)], clip).forEach((inside, i) => inside && (both[i] = 3));
    for (const [frame, labels] of [
      [33, both],
      [25, truthOf(25, [1, 3])],
      [12, truthOf(12, [1])],
    ] as const) {
      const answer = await documentedFetch(`${platform.url}/v1/runs/${id}/prompts/${frame}`, {
        method: 'PUT',
        headers: { 'content-type': 'image/png' },
        body: new Uint8Array(maskOf(labels)),
      });
      expect(answer.status).toBe(202);
    }
    await changed(await send('PUT', `${id}/prompts/30`, { objects: [{ id: 2, absent: true }] }), id);
    expect(await platform.digestOfMasks(id, FRAMES)).toBe(await platform.digestOfMasks(fresh, FRAMES));
    expect(await platform.json(`/v1/runs/${fresh}/objects`)).toEqual({
      items: [
        { id: 1, kind: 'mask', name: null, colour: '#800000', isTracedBack: true },
        { id: 2, kind: 'mask', name: null, colour: '#008000', isTracedBack: true },
        { id: 3, kind: 'mask', name: 'late', colour: '#808000', isTracedBack: false },
      ],
    });
    const masks = await masksOf(fresh);
    expect(masks.slice(0, 25).some((mask) => mask.includes(3))).toBe(false);
    expect(masks[33]!.every((label, i) => (label === 3) === (both[i] === 3))).toBe(true);
  });

  it('need not have one on the first frame, and labels the frames before', async () => {
    const run = await platform.acceptedRun({ video: clip.video, masks: { 20: maskOf(truthOf(20, [1, 2, 3])) } });
    await succeeded(run);
    const masks = await masksOf(run);
    expect(masks[20]).toEqual(truthOf(20, [1, 2, 3]));
    expect(masks.slice(0, 20).every((mask) => mask.includes(1))).toBe(true);
    const { passes } = (await platform.run(run)) as RunResource & { passes: object[] };
    expect(passes).toEqual([
      { direction: 'forward', fromFrame: 20, toFrame: 39, objects: [1, 2, 3], segments: { done: 2, total: 2 } },
      { direction: 'backward', fromFrame: 20, toFrame: 0, objects: [1, 2, 3], segments: { done: 2, total: 2 } },
    ]);
  });

  it('shows an object before its first prompt when asked', async () => {
    const request = { video: clip.video, mask: maskOf(truthOf(0, [1])), masks: { 20: maskOf(truthOf(20, [2])) } };
    const { id } = await platform.succeededRun({ ...request, objects: [{ id: 2, isTracedBack: true }] });
    expect((await masksOf(id)).slice(10, 20).every((mask) => mask.includes(2))).toBe(true);
    expect((await send('PATCH', `${id}/objects/2`, { isTracedBack: false })).status).toBe(200);
    await succeeded(id);
    expect((await masksOf(id)).slice(0, 20).some((mask) => mask.includes(2))).toBe(false);
    const fresh = await platform.succeededRun(request);
    expect(await platform.digestOfMasks(id, FRAMES)).toBe(await platform.digestOfMasks(fresh.id, FRAMES));
  });

  it('is JSON where its video was sent before', async () => {
    const request = { video: clip.video, mask: maskOf(truthOf(0, [1])), masks: { 18: maskOf(truthOf(18, [1])) } };
    const first = await platform.succeededRun(request);
    const { videoId } = first as RunResource & { videoId: string };
    const prompts = [18, 0].map((frame) => ({ frame, objects: [{ id: 1, rle: rleOf(frame, 1) }] }));
    const options = { parameters: NATIVE_SIZE };
    const post = (body: object) =>
      documentedFetch(`${platform.url}/v1/runs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const answer = await post({ videoId, options, prompts });
    expect(answer.status).toBe(202);
    const { id } = (await answer.json()) as RunResource;
    await succeeded(id);
    expect(await platform.digestOfMasks(id, FRAMES)).toBe(await platform.digestOfMasks(first.id, FRAMES));
    expect(await codeOf(await post({ options, prompts }))).toEqual({ status: 400, code: 'VIDEO_MISSING' });
    expect(await codeOf(await post({ videoId, options }))).toEqual({ status: 400, code: 'MASK_MISSING' });
    expect(await codeOf(await post({ videoId, prompts, options: { topK: 7 } }))).toMatchObject({
      code: 'OPTION_UNKNOWN',
    });
    expect(await codeOf(await post({ videoId, prompts, mask: 'x' }))).toMatchObject({ code: 'REQUEST_INVALID' });
    expect(await codeOf(await post({ videoId: id, prompts }))).toEqual({ status: 404, code: 'VIDEO_NOT_FOUND' });
  });

  it('is refused as a whole for one bad prompt, and leaves nothing behind', async () => {
    const small = maskOf(new Uint8Array(64).fill(1), { width: 8, height: 8 });
    const good = { video: clip.video, mask: maskOf(truthOf(0, [1])), masks: { 10: maskOf(truthOf(10, [1])) } };
    const frames = (frame: number, ...objects: object[]) => ({ prompts: [{ frame, objects }] });
    const rle = (counts: string) => ({ id: 1, rle: { size: [clip.height, clip.width], counts } });
    const before = [await platform.blobs('prompts/', 'uploads/'), await platform.query('select id from "Run"')];
    const refused = async (request: object) => codeOf(await platform.postRun({ ...good, ...request }));
    const invalid = { status: 400, code: 'REQUEST_INVALID' };
    expect(await refused({ masks: { ...good.masks, 20: small } })).toEqual({ status: 422, code: 'MASK_SIZE_MISMATCH' });
    expect(await refused({ masks: { ...good.masks, 20: Buffer.from('no') } })).toEqual({
      status: 415,
      code: 'MASK_NOT_PNG',
    });
    expect(await refused(frames(20, rle('no')))).toEqual({ status: 422, code: 'MASK_CORRUPT' });
    expect(await refused(frames(20, { id: 1, polygons: [square(-50, 5, 20)] }))).toEqual({
      status: 422,
      code: 'MASK_EMPTY',
    });
    expect(await refused(frames(20, { id: 1, polygons: [[[1, 1]]] }))).toEqual(invalid);
    expect(await refused(frames(20, { id: 1, polygons: [square(NaN, 5, 20)] }))).toEqual(invalid);
    expect(await refused(frames(20, { id: 1 }))).toEqual(invalid);
    expect(await refused(frames(20))).toEqual(invalid);
    expect(await refused(frames(10, { id: 1, absent: true }))).toEqual(invalid);
    expect(await refused(frames(-1, { id: 1, absent: true }))).toEqual(invalid);
    expect(await refused({ objects: [{ id: 1 }, { id: 1 }] })).toEqual(invalid);
    const many = Array.from({ length: 300 }, (_, i) => ({ id: i + 1, absent: true }));
    expect(await refused(frames(20, ...many))).toEqual(invalid);
    expect(await refused({ mask: undefined, masks: undefined, prompts: [] })).toEqual({
      status: 400,
      code: 'MASK_MISSING',
    });
    expect(await refused({ mask: undefined, masks: {}, ...frames(3, { id: 1, absent: true }) })).toEqual({
      status: 422,
      code: 'MASK_EMPTY',
    });
    // Known by now, as the video was decoded before.
    expect(await refused({ masks: { ...good.masks, 99: good.mask } })).toEqual({
      status: 404,
      code: 'FRAME_NOT_FOUND',
    });
    expect([await platform.blobs('prompts/', 'uploads/'), await platform.query('select id from "Run"')]).toEqual(
      before,
    );
  });

  it('takes a mask of another size when asked, and says otherwise what fits', async () => {
    const narrow = { width: clip.width - 1, height: clip.height };
    const labels = new Uint8Array(narrow.width * narrow.height);
    const truth = truthOf(15, [1, 2]);
    for (let i = 0; i < labels.length; i++) {
      labels[i] = truth[Math.floor(i / narrow.width) * clip.width + (i % narrow.width)]!;
    }
    const request = { video: clip.video, mask: maskOf(truthOf(0, [1, 2])), masks: { 15: maskOf(labels, narrow) } };
    const { detail, code } = (await (await platform.postRun(request)).json()) as Problem;
    expect(code).toBe('MASK_SIZE_MISMATCH');
    expect(detail).toBe(
      'frame 15: The mask is 191x128 and the video is 192x128. They have the same shape: scale the mask to 192x128 by ' +
        'nearest neighbour, which keeps its ids. With fit=nearest it is scaled here.',
    );
    const { id } = await platform.succeededRun({ ...request, fit: 'nearest' });
    const at15 = await platform.labelsOf(id, 15);
    const shared = at15.filter((label, i) => label === truth[i]).length;
    expect(shared / truth.length).toBeGreaterThan(0.97);
    const put = (query: string) =>
      documentedFetch(`${platform.url}/v1/runs/${id}/prompts/15${query}`, {
        method: 'PUT',
        headers: { 'content-type': 'image/png' },
        body: new Uint8Array(maskOf(labels, narrow)),
      });
    expect((await put('')).status).toBe(422);
    expect((await put('?fit=nearest')).status).toBe(202);
    // It says what was said before.
    expect(await platform.run(id)).toMatchObject({ revision: 1, state: 'succeeded' });
    const other = { fit: 'nearest', masks: { 15: maskOf(new Uint8Array(64).fill(1), { width: 8, height: 8 }) } };
    expect(await codeOf(await platform.postRun({ ...request, ...other }))).toMatchObject({
      code: 'MASK_SIZE_MISMATCH',
    });
  });
});

describe('an object of a run', () => {
  it('goes with all that prompts say of it, as if it had never been there', async () => {
    const request = { video: clip.video, mask: maskOf(truthOf(0, [1, 2])), masks: { 22: maskOf(truthOf(22, [1, 3])) } };
    const { id } = await platform.succeededRun({
      ...request,
      prompts: [{ frame: 30, objects: [{ id: 2, absent: true }] }],
    });
    await changed(await send('DELETE', `${id}/objects/2`), id);
    const { items } = await platform.json<{ items: object[] }>(`/v1/runs/${id}/prompts`);
    expect(items).toHaveLength(2);
    const fresh = await platform.succeededRun({ ...request, mask: maskOf(truthOf(0, [1])) });
    expect(await platform.digestOfMasks(id, FRAMES)).toBe(await platform.digestOfMasks(fresh.id, FRAMES));
    expect(await codeOf(await send('DELETE', `${id}/objects/2`))).toEqual({ status: 404, code: 'OBJECT_NOT_FOUND' });
    await changed(await send('DELETE', `${id}/objects/1`), id);
    expect(await codeOf(await send('DELETE', `${id}/objects/3`))).toEqual({ status: 409, code: 'PROMPT_NEEDED' });
  });

  it('has a name and a colour, which its masks and the overlay show', async () => {
    const { id } = await platform.succeededRun({ ...clip, mask: maskOf(truthOf(0, [1, 2])) });
    const before = await masksOf(id);
    const answer = await send('PATCH', `${id}/objects/2`, { name: 'fish', colour: '#0A64C8' });
    expect(await answer.json()).toEqual({
      id: 2,
      kind: 'mask',
      name: 'fish',
      colour: '#0a64c8',
      isTracedBack: true,
    });
    await succeeded(id);
    expect(await platform.run(id)).toMatchObject({ revision: 2 });
    expect(await masksOf(id)).toEqual(before);
    for (const frame of [0, 39]) {
      const { palette } = pixelsOf(await platform.maskOf(id, frame));
      expect([...palette.subarray(3, 9)]).toEqual([128, 0, 0, 10, 100, 200]);
    }
    const coloured = { ...clip, mask: maskOf(truthOf(0, [1, 2])), objects: [{ id: 2, colour: '#0a64c8' }] };
    const fresh = await platform.succeededRun(coloured);
    expect(await platform.digestOfMasks(fresh.id, FRAMES)).toBe(await platform.digestOfMasks(id, FRAMES));
    expect((await send('PATCH', `${id}/objects/2`, { name: null })).status).toBe(200);
    expect(await platform.run(id)).toMatchObject({ revision: 2, state: 'succeeded' });
    expect(await codeOf(await send('PATCH', `${id}/objects/9`, { name: 'x' }))).toMatchObject({
      code: 'OBJECT_NOT_FOUND',
    });
    expect(await codeOf(await send('PATCH', `${id}/objects/2`, { colour: 'red' }))).toMatchObject({
      code: 'REQUEST_INVALID',
    });
  });
});

describe('the command line', () => {
  it('sends masks and JSON of several frames, and corrects a run', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'propago-prompts-'));
    const at = (name: string, bytes: Buffer | string): string => {
      const file = path.join(folder, name);
      writeFileSync(file, bytes);
      return file;
    };
    try {
      const options = at('options.json', JSON.stringify({ objects: [{ id: 2, rle: rleOf(28, 2) }] }));
      const video = at('clip.mp4', clip.video);
      const prompts = ['--prompt', `9=${at('9.png', maskOf(truthOf(9, [1, 2])))}`, '--prompt', `28=${options}`];
      const size = ['--option', `inputSize=${JSON.stringify(NATIVE_SIZE.inputSize)}`];
      const server = ['--server', platform.url, '--output', path.join(folder, 'out')];
      const run = new Propago(['run', video, ...prompts, ...size, ...server, '--json']);
      const { id } = JSON.parse(await run.output()) as { id: string };
      expect(run.stderr).toMatch(/of 4 passes done/);
      expect(readFileSync(path.join(folder, 'out/masks/00009.png')).equals(await platform.maskOf(id, 9))).toBe(true);
      expect(pixelsOf(await platform.maskOf(id, 28)).samples.map((label) => Number(label === 2))).toEqual(
        truthOf(28, [2]).map((label) => Number(label === 2)),
      );
      const fix = at('fix.png', maskOf(truthOf(20, [1])));
      await new Propago(['correct', id, '--prompt', `20=${fix}`, '--remove', '28', ...server]).output();
      const fresh = await platform.succeededRun({
        video: clip.video,
        masks: { 9: maskOf(truthOf(9, [1, 2])), 20: maskOf(truthOf(20, [1])) },
      });
      expect(await platform.digestOfMasks(id, FRAMES)).toBe(await platform.digestOfMasks(fresh.id, FRAMES));
      const none = new Propago(['run', video, ...server]);
      expect(await none.ended).toBe(2);
      expect(none.stderr).toContain('Expected a mask of the first frame, at least one --prompt, or --keypoints.');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
