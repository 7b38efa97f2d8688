import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { TrackedKeypoints } from '@propago/contracts';
import { PckScore } from '@propago/evaluation';
import { encodeIndexedPng, VOC_PALETTE } from '@propago/labels';
import type { Joint } from '@propago/sample-clip';
import { documentedFetch } from './support/documented-fetch';
import { NATIVE_SIZE, type Platform, type Problem, type RunResource } from './support/platform';
import { sharedPlatform } from './support/shared-platform';
import { Propago } from './support/propago-command';
import { smallClip, type SmallClip } from './support/small-clip';
import { zipOf } from './support/zip';

const FRAMES = 40;
const NAMES = ['centre', 'east', 'southeast', 'southwest', 'northwest', 'northeast'];
const SKELETON = NAMES.slice(1).map((name) => ['centre', name]);

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

interface FrameView {
  index: number;
  confidence: number | null;
  classes: { id: number }[];
  keypoints: TrackedKeypoints[];
}

const pointsOf = (joints: Joint[]) =>
  joints.map(({ x, y, isVisible }, i) => ({ name: NAMES[i]!, x, y, visibility: isVisible ? 'visible' : 'hidden' }));

/** What a prompt says of some objects of the clip; the ids of key-point objects begin at 11. */
const said = (frame: number, objects = [11, 12]) =>
  objects.map((id) => ({ id, points: pointsOf(clip.joints[frame]![id - 11]!) }));

const described = (ids = [11, 12]) => ids.map((id) => ({ id, points: NAMES, skeleton: SKELETON }));

const fileOf = (...numbers: number[]) => ({
  objects: described(),
  frames: numbers.map((frame) => ({ frame, objects: said(frame) })),
});

const videoOf = (order: Buffer[]) =>
  zipOf(order.map((png, i) => ({ name: `${String(i).padStart(3, '0')}.png`, bytes: png })));

async function send(method: string, path: string, body?: object | string): Promise<Response> {
  const type = typeof body === 'string' ? 'text/csv' : 'application/json';
  const content = body
    ? { headers: { 'content-type': type }, body: typeof body === 'string' ? body : JSON.stringify(body) }
    : {};
  return documentedFetch(`${platform.url}/v1/runs/${path}`, { method, ...content });
}

async function changed(id: string, answer: Response): Promise<void> {
  if (answer.status !== 202) throw new Error(`${answer.status} ${await answer.text()}`);
  const { state, error } = await platform.waitForEnd(id);
  expect({ state, error }).toEqual({ state: 'succeeded', error: null });
}

const framesOf = async (id: string): Promise<FrameView[]> =>
  (await platform.json<{ items: FrameView[] }>(`/v1/runs/${id}/frames?limit=1000`)).items;

const keypointsOf = async (id: string) => (await framesOf(id)).map(({ keypoints }) => keypoints);

const codeOf = async (answer: Response) => {
  const { status, code } = (await answer.json()) as Problem;
  return { status, code };
};

describe('a run with key points', () => {
  let run: RunResource;
  beforeAll(async () => {
    run = await platform.succeededRun({ video: clip.video, keypoints: fileOf(0) });
  }, 120_000);

  it('gives the points of the prompt back as they were said, and follows them through the other frames', async () => {
    const items = await framesOf(run.id);
    expect(items).toHaveLength(FRAMES);
    expect(items[0]!.keypoints).toEqual(
      said(0).map(({ id, points }) => ({
        id,
        points: points.map(({ visibility, ...point }) => ({ ...point, confidence: 1, state: visibility })),
      })),
    );
    const [score, copied] = [new PckScore(NAMES.length), new PckScore(NAMES.length)];
    for (const { index, keypoints, classes, confidence } of items.slice(1)) {
      expect(classes).toEqual([]);
      expect(confidence).toBeGreaterThan(0);
      keypoints.forEach(({ points }, object) => {
        const found = points.map(({ x, y }) => (x === null || y === null ? null : { x, y }));
        const truth = clip.joints[index]![object]!.map((joint) => (joint.isVisible ? joint : null));
        score.add(truth, found);
        copied.add(truth, clip.joints[0]![object]!);
        points.forEach((point) => {
          expect(['visible', 'lost']).toContain(point.state);
          if (point.state === 'visible') expect(point.confidence).toBeGreaterThan(0);
        });
      });
    }
    const at20 = (of: PckScore) => of.result()[1]!.mean;
    expect(at20(score)).toBeGreaterThan(0.25);
    expect(at20(score)).toBeGreaterThan(4 * at20(copied));
  });

  it('has no masks, and says so', async () => {
    expect(run.classIds).toEqual([]);
    expect(await codeOf(await platform.get(`/v1/runs/${run.id}/frames/3/mask.png`))).toEqual({
      status: 404,
      code: 'MASKS_NONE',
    });
    expect(await codeOf(await platform.get(`/v1/runs/${run.id}/masks.zip`))).toEqual({
      status: 404,
      code: 'MASKS_NONE',
    });
    const masks = await platform.query('select 1 from "FrameResult" where "runId" = $1 and "maskKey" is not null', [
      run.id,
    ]);
    expect(masks).toEqual([]);
  });

  it('shows its objects, prompts, table and overlay', async () => {
    const objects = await platform.json<{ items: object[] }>(`/v1/runs/${run.id}/objects`);
    expect(objects.items[0]).toMatchObject({
      id: 11,
      name: null,
      kind: 'keypoints',
      points: NAMES,
      skeleton: SKELETON,
    });
    const prompts = await platform.json<{ items: object[] }>(`/v1/runs/${run.id}/prompts`);
    expect(prompts.items).toEqual([{ frame: 0, objects: said(0).map((object) => ({ ...object, isAbsent: false })) }]);
    const table = (await platform.bytes(`/v1/runs/${run.id}/keypoints.csv`)).toString().trimEnd().split('\n');
    expect(table[0]).toBe('frame,object,name,point,x,y,confidence,state');
    expect(table).toHaveLength(1 + FRAMES * 2 * NAMES.length);
    const { x, y } = said(0)[0]!.points[0]!;
    expect(table[1]).toBe(`0,11,,centre,${Math.round(x * 1000) / 1000},${Math.round(y * 1000) / 1000},1,visible`);
    expect((await platform.bytes(`/v1/runs/${run.id}/overlay.mp4`)).length).toBeGreaterThan(1000);
  });

  it('comes from the command line, which saves its table', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'propago-points-'));
    try {
      const [video, points, out] = [join(folder, 'clip.mp4'), join(folder, 'points.json'), join(folder, 'out')];
      writeFileSync(video, clip.video);
      writeFileSync(points, JSON.stringify(fileOf(0)));
      const sources = [video, '--keypoints', points, '-o', out, '--server', platform.url, '--json'];
      const options = ['--option', `inputSize=${JSON.stringify(NATIVE_SIZE.inputSize)}`];
      const saved = JSON.parse(await new Propago(['run', ...sources, ...options]).output()) as object;
      expect(saved).toMatchObject({ state: 'succeeded', frames: FRAMES, masks: 0 });
      const table = await platform.bytes(`/v1/runs/${run.id}/keypoints.csv`);
      expect(readFileSync(join(out, 'keypoints.csv'))).toEqual(table);
      const description = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')) as { frames: FrameView[] };
      expect(description.frames.map(({ keypoints }) => keypoints)).toEqual(await keypointsOf(run.id));
      expect(readdirSync(out).sort()).toEqual(['keypoints.csv', 'overlay.mp4', 'run.json']);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('equals a fresh run however it was corrected, and is what it was when a correction is taken back', async () => {
    const fresh = await platform.succeededRun({ video: clip.video, keypoints: fileOf(0, 12, 30) });
    const { id } = await platform.succeededRun({ video: clip.video, keypoints: fileOf(0) });
    const before = await keypointsOf(id);
    const encoded = await platform.query('select * from "FeatureSegment" order by "featureSetId", index');
    await changed(id, await send('PUT', `${id}/prompts/30`, { objects: said(30, [12]) }));
    await changed(id, await send('PUT', `${id}/prompts/12`, { objects: said(12) }));
    const half = await keypointsOf(id);
    // Nothing of an object changes on frames that the prompt of the other one is for.
    expect(half[25]![0]).not.toEqual(before[25]![0]);
    expect(half[35]!.map((object) => object.id)).toEqual([11, 12]);
    await changed(id, await send('PUT', `${id}/prompts/30`, { objects: said(30) }));
    expect(await keypointsOf(id)).toEqual(await keypointsOf(fresh.id));
    expect((await keypointsOf(id))[12]!.map(({ points }) => points[0]!.x)).toEqual(
      said(12).map(({ points }) => points[0]!.x),
    );
    for (const frame of [30, 12]) await changed(id, await send('DELETE', `${id}/prompts/${frame}`));
    expect(await keypointsOf(id)).toEqual(before);
    expect(await platform.query('select * from "FeatureSegment" order by "featureSetId", index')).toEqual(encoded);
  });

  it('walks back over a clip as it walks over the reversed one', async () => {
    const request = { fileName: 'frames.zip' };
    const back = await platform.succeededRun({
      ...request,
      video: await videoOf(frames),
      keypoints: fileOf(FRAMES - 1),
    });
    const at0 = { objects: described(), frames: [{ frame: 0, objects: said(FRAMES - 1) }] };
    const video = await videoOf([...frames].reverse());
    const reversed = await platform.succeededRun({ ...request, video, keypoints: at0 });
    expect(await keypointsOf(back.id)).toEqual((await keypointsOf(reversed.id)).reverse());
  });

  it('has masks and key points that change nothing of one another', async () => {
    const masks = await platform.succeededRun(clip);
    const mixed = await platform.succeededRun({ ...clip, keypoints: fileOf(0) });
    expect(mixed.classIds).toEqual([1, 2]);
    expect(await platform.digestOfMasks(mixed.id, FRAMES)).toBe(await platform.digestOfMasks(masks.id, FRAMES));
    expect(await keypointsOf(mixed.id)).toEqual(await keypointsOf(run.id));
    // A prompt of one kind leaves that of the other on the same frame as it is.
    const mask = encodeIndexedPng({
      width: clip.width,
      height: clip.height,
      indices: clip.truth[0]!,
      palette: VOC_PALETTE,
    });
    const answer = await documentedFetch(`${platform.url}/v1/runs/${mixed.id}/prompts/20`, {
      method: 'PUT',
      headers: { 'content-type': 'image/png' },
      body: new Uint8Array(mask),
    });
    await changed(mixed.id, answer);
    await changed(mixed.id, await send('PUT', `${mixed.id}/prompts/20`, { objects: said(20) }));
    const { items } = await platform.json<{ items: { frame: number; objects: { id: number }[] }[] }>(
      `/v1/runs/${mixed.id}/prompts`,
    );
    expect(items.map(({ frame, objects }) => [frame, objects.map(({ id }) => id)])).toEqual([
      [0, [1, 2, 11, 12]],
      [20, [1, 2, 11, 12]],
    ]);
    expect(await platform.labelsOf(mixed.id, 20)).toEqual(clip.truth[0]);
  });

  it('takes an object that is added later, tables of DeepLabCut, and points outside the picture, which are hidden', async () => {
    const { id } = await platform.succeededRun(clip);
    const added = await send('POST', `${id}/objects`, {
      name: 'fly',
      points: ['head', 'tail'],
      skeleton: [['head', 'tail']],
    });
    expect(added.status).toBe(201);
    expect(await added.json()).toMatchObject({ id: 3, name: 'fly', kind: 'keypoints', points: ['head', 'tail'] });
    const csv = 'scorer,me,me,me,me\nbodyparts,head,head,tail,tail\ncoords,x,y,x,y\nimg0018.png,60,40.5,-20,10\n';
    await changed(id, await send('PUT', `${id}/prompts/18`, csv));
    const all = await framesOf(id);
    expect(all[17]!.keypoints).toEqual([]);
    expect(all[18]!.keypoints).toEqual([
      {
        id: 3,
        points: [
          { name: 'head', x: 60.5, y: 41, confidence: 1, state: 'visible' },
          { name: 'tail', x: -19.5, y: 10.5, confidence: 1, state: 'hidden' },
        ],
      },
    ]);
    expect(all[19]!.keypoints[0]!.points[1]).toEqual({ name: 'tail', x: null, y: null, confidence: 0, state: 'lost' });
    expect(all.every(({ classes }) => classes.length === 2)).toBe(true);
    await changed(id, await send('DELETE', `${id}/objects/3`));
    expect((await keypointsOf(id)).flat()).toEqual([]);
  });
});

describe('key points that cannot be taken', () => {
  const post = async (request: object) => codeOf(await platform.postRun({ video: clip.video, ...request }));
  const only = (points: object[], names = ['a', 'b']) => ({
    objects: [{ id: 1, points: names }],
    frames: [{ frame: 0, objects: [{ id: 1, points }] }],
  });
  const both = [
    { name: 'a', x: 1, y: 1 },
    { name: 'b', x: 2, y: 2 },
  ];

  it('are refused when a run is sent, and leave nothing behind', async () => {
    const count = async () => (await platform.query('select id from "Run"')).length;
    const before = await count();
    const invalid = { status: 422, code: 'KEYPOINTS_INVALID' };
    expect(await post({ keypoints: 'no,table\n1,2' })).toEqual(invalid);
    expect(await post({ keypoints: JSON.stringify(only(both)).replace('"x":1', '"x":NaN') })).toEqual(invalid);
    expect(await post({ keypoints: JSON.stringify(only(both)).replace('"x":1', '"x":1e999') })).toEqual(invalid);
    expect(await post({ keypoints: only([]) })).toEqual(invalid);
    expect(await post({ keypoints: only(both, []) })).toMatchObject({
      code: expect.stringMatching(/^KEYPOINT|^OBJECT/),
    });
    expect(await post({ keypoints: only(both, ['a', 'a']) })).toEqual({ status: 422, code: 'KEYPOINT_DUPLICATE' });
    expect(await post({ keypoints: only([...both, ...both]) })).toEqual({ status: 422, code: 'KEYPOINT_DUPLICATE' });
    expect(await post({ keypoints: only([{ name: 'z', x: 1, y: 1 }]) })).toEqual({
      status: 422,
      code: 'KEYPOINT_UNKNOWN',
    });
    expect(await post({ keypoints: only(both.slice(1)) })).toEqual({ status: 422, code: 'KEYPOINTS_INCOMPLETE' });
    const absent = both.map(({ name }) => ({ name, visibility: 'absent' }));
    expect(await post({ keypoints: only(absent) })).toEqual({ status: 422, code: 'KEYPOINTS_EMPTY' });
    expect(await post({ keypoints: { ...only(both), frames: [] } })).toEqual({ status: 422, code: 'KEYPOINTS_EMPTY' });
    const names = Array.from({ length: 300 }, (_, i) => `p${i}`);
    const many = names.map((name) => ({ name, x: 1, y: 1 }));
    expect(await post({ keypoints: only(many, names) })).toEqual({ status: 422, code: 'KEYPOINTS_TOO_MANY' });
    expect(await post({ keypoints: only(both), mask: clip.mask })).toEqual({
      status: 422,
      code: 'OBJECT_KIND_MISMATCH',
    });
    expect(await post({ prompts: [{ frame: 0, objects: [{ id: 1, points: both }] }] })).toEqual({
      status: 422,
      code: 'OBJECT_KIND_MISMATCH',
    });
    expect(await count()).toBe(before);
  });

  it('are refused for a run, which stays as it is', async () => {
    const { id } = await platform.succeededRun({ ...clip, keypoints: fileOf(0) });
    const put = async (body: object | string, frame = 5) => codeOf(await send('PUT', `${id}/prompts/${frame}`, body));
    expect(await put({ objects: [{ id: 1, points: pointsOf(clip.joints[5]![0]!) }] })).toEqual({
      status: 422,
      code: 'OBJECT_KIND_MISMATCH',
    });
    expect(
      await put({
        objects: [
          {
            id: 11,
            polygons: [
              [
                [1, 1],
                [9, 1],
                [9, 9],
              ],
            ],
          },
        ],
      }),
    ).toEqual({ status: 422, code: 'OBJECT_KIND_MISMATCH' });
    expect(await put({ objects: [{ id: 9, points: both }] })).toEqual({ status: 422, code: 'OBJECT_UNKNOWN' });
    expect(await put({ objects: [{ id: 11, points: both }] })).toEqual({ status: 422, code: 'KEYPOINT_UNKNOWN' });
    expect(await put({ objects: said(5) }, FRAMES)).toEqual({ status: 404, code: 'FRAME_NOT_FOUND' });
    expect(await put('scorer,me\nbodyparts,a\ncoords,x\n')).toEqual({ status: 422, code: 'KEYPOINTS_INVALID' });
    expect(await codeOf(await send('POST', `${id}/objects`, { points: ['a', 'a'] }))).toEqual({
      status: 422,
      code: 'KEYPOINT_DUPLICATE',
    });
    const nan = await documentedFetch(`${platform.url}/v1/runs/${id}/prompts/5`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ objects: said(5) }).replace(/"x":[\d.]+/, '"x":NaN'),
    });
    expect(await codeOf(nan)).toEqual({ status: 400, code: 'REQUEST_INVALID' });
    const masks = await platform.succeededRun(clip);
    expect(await codeOf(await platform.get(`/v1/runs/${masks.id}/keypoints.csv`))).toEqual({
      status: 404,
      code: 'KEYPOINTS_NONE',
    });
    expect(await platform.run(id)).toMatchObject({ state: 'succeeded', revision: 1 });
  });
});
