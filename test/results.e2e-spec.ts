import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeRle, encodeIndexedPng, VOC_PALETTE } from '@propago/labels';
import { DEFAULT_VIDEO_LIMITS, openVideoSource } from '@propago/video';
import { pixelsOf, Platform } from './support/platform';
import { sharedPlatform } from './support/shared-platform';
import { smallClip, zipOfFrames, type SmallClip } from './support/small-clip';
import { filesOfZip } from './support/zip';

jest.setTimeout(120_000);

interface FramePage {
  timeBase: { num: number; den: number };
  items: {
    index: number;
    pts: number;
    seconds: number;
    keyFrame: boolean;
    name?: string;
    confidence: number | null;
    classes: { id: number; area: number; confidence: number; rle: { size: [number, number]; counts: string } }[];
  }[];
  next: string | null;
}

interface Timeline {
  frames: number[];
  objects: { id: number; areas: number[]; confidences: (number | null)[] }[];
}

/** Index, time stamp and key frame of every frame of a video file, from decoding it. */
async function framesOf(video: Buffer): Promise<{ index: number; pts: number; keyFrame: boolean }[]> {
  const folder = await mkdtemp(join(tmpdir(), 'propago-frames-'));
  try {
    const file = join(folder, 'video.mp4');
    await writeFile(file, video);
    const source = await openVideoSource(file, DEFAULT_VIDEO_LIMITS);
    const frames = [];
    for await (const { index, pts, keyFrame } of source.frames()) frames.push({ index, pts, keyFrame });
    return frames;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe('results of a run', () => {
  let platform: Platform;
  let clip: SmallClip;
  let id: string;
  const path = (rest: string): string => `/v1/runs/${id}/${rest}`;

  beforeAll(async () => {
    clip = await smallClip();
    platform = await sharedPlatform();
    ({ id } = await platform.succeededRun(clip));
  });
  afterAll(() => platform?.stop());

  it('have one mask for every frame and none more', async () => {
    for (let frame = 0; frame < clip.frames.length; frame++) {
      const { width, height, samples } = pixelsOf(await platform.maskOf(id, frame));
      expect({ width, height }).toEqual({ width: clip.width, height: clip.height });
      expect([...new Set(samples)].sort()).toEqual([0, 1, 2]);
    }
    const beyond = await platform.get(path(`frames/${clip.frames.length}/mask.png`));
    expect(beyond.status).toBe(404);
    expect(await beyond.json()).toMatchObject({ code: 'FRAME_NOT_FOUND' });
  });

  it('begin with the given mask, to the pixel', async () => {
    expect(await platform.labelsOf(id, 0)).toEqual(clip.truth[0]);
  });

  it('have the same frame table as the video, page by page', async () => {
    const first = await platform.json<FramePage>(path('frames?limit=12'));
    expect(first.items).toHaveLength(12);
    const second = await platform.json<FramePage>(path(`frames?limit=12&cursor=${first.next}`));
    expect(second.next).toBeNull();
    const items = [...first.items, ...second.items];
    const known = await framesOf(clip.video);
    expect(items.map(({ index, pts, keyFrame }) => ({ index, pts, keyFrame }))).toEqual(known);
    expect(items[12]!.seconds).toBeCloseTo(12 / 24, 6);
  });

  it('have an RLE of each class that decodes to the pixels of the mask, their number, and a confidence', async () => {
    const { items } = await platform.json<FramePage>(path('frames'));
    for (const { index, confidence, classes } of items) {
      const labels = await platform.labelsOf(id, index);
      expect(classes.map((entry) => entry.id)).toEqual([1, 2]);
      for (const entry of classes) {
        const pixels = labels.map((label) => Number(label === entry.id));
        expect(decodeRle(entry.rle)).toEqual(pixels);
        expect(entry.area).toBe(pixels.reduce((sum, pixel) => sum + pixel, 0));
        expect(entry.confidence).toBeGreaterThan(0);
        expect(entry.confidence).toBeLessThanOrEqual(1);
      }
      expect(confidence).toBeGreaterThan(0);
      expect(confidence).toBeLessThanOrEqual(1);
    }
  });

  it('are in the timeline with area and confidence, and without the masks', async () => {
    const { items } = await platform.json<FramePage>(path('frames'));
    const timeline = await platform.json<Timeline>(path('timeline'));
    expect(timeline.frames).toEqual(items.map(({ index }) => index));
    expect(timeline.objects.map((one) => one.id)).toEqual([1, 2]);
    for (const { id: object, areas, confidences } of timeline.objects) {
      const entries = items.map(({ classes }) => classes.find((one) => one.id === object)!);
      expect(areas).toEqual(entries.map(({ area }) => area));
      expect(confidences).toEqual(entries.map(({ confidence }) => Math.round(confidence! * 1e4) / 1e4));
    }
  });

  it.each(['0', '1001', 'x', '1.5', ''])('refuse frames?limit=%s and name the range', async (limit) => {
    const answer = await platform.get(path(`frames?limit=${limit}`));
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'OPTION_OUT_OF_RANGE', detail: 'Expected limit in [1, 1000].' });
  });

  it('are in masks.zip as they are one by one', async () => {
    const files = await filesOfZip(await platform.bytes(path('masks.zip')));
    const names = clip.frames.map((_, frame) => `clip-${id.slice(0, 8)}/${String(frame).padStart(5, '0')}.png`);
    expect([...files.keys()]).toEqual(names);
    for (const [frame, name] of names.entries()) {
      expect(files.get(name)!.equals(await platform.maskOf(id, frame))).toBe(true);
    }
  });

  it('keep class ids and palette of the given mask', async () => {
    const ids = [0, 3, 7];
    const palette = VOC_PALETTE.slice();
    palette.set([10, 200, 30], 7 * 3);
    const indices = clip.truth[0]!.map((label) => ids[label]!);
    const mask = encodeIndexedPng({ width: clip.width, height: clip.height, indices, palette });
    const run = await platform.succeededRun({ video: clip.video, mask });
    expect(run.classIds).toEqual([3, 7]);
    const last = pixelsOf(await platform.maskOf(run.id, 19));
    expect([...new Set(last.samples)].sort()).toEqual(ids);
    expect([...last.palette]).toEqual([...palette]);
    const { items } = await platform.json<FramePage>(`/v1/runs/${run.id}/frames`);
    expect(items[19]!.classes.map((entry) => entry.id)).toEqual([3, 7]);
    // The ids are names only: the pixels are those of classes 1 and 2.
    expect(last.samples).toEqual((await platform.labelsOf(id, 19)).map((label) => ids[label]!));
  });

  it('of a zip of JPEG frames are one mask for each', async () => {
    const names = clip.frames.map((_, frame) => `${String(frame).padStart(5, '0')}.jpg`);
    const run = await platform.succeededRun({ video: await zipOfFrames(clip, 'jpeg', names), mask: clip.mask });
    const files = await filesOfZip(await platform.bytes(`/v1/runs/${run.id}/masks.zip`));
    expect([...files.keys()]).toEqual(
      names.map((name) => `clip-${run.id.slice(0, 8)}/${name.replace('.jpg', '.png')}`),
    );
  });

  it('of a zip of PNG frames have their names, in the order in which people count', async () => {
    const stems = ['shot 2', 'shot 9', 'shot 10', 'shot 31'];
    const video = await zipOfFrames(
      clip,
      'png',
      stems.map((stem) => `frames/${stem}.png`),
    );
    const run = await platform.succeededRun({ video, mask: clip.mask });
    const files = await filesOfZip(await platform.bytes(`/v1/runs/${run.id}/masks.zip`));
    expect([...files.keys()]).toEqual(stems.map((stem) => `clip-${run.id.slice(0, 8)}/${stem}.png`));
    const { items } = await platform.json<FramePage>(`/v1/runs/${run.id}/frames`);
    expect(items.map(({ index, name }) => [index, name])).toEqual(stems.map((stem, index) => [index, stem]));
  });

  describe('overlay.mp4', () => {
    let whole: Buffer;
    const part = (range: string): Promise<Response> => platform.get(path('overlay.mp4'), { range });

    beforeAll(async () => {
      whole = await platform.bytes(path('overlay.mp4'));
    });

    it('has as many frames as the video', async () => {
      expect(await framesOf(whole)).toHaveLength(clip.frames.length);
    });

    it.each([
      ['bytes=0-99', 0, 99],
      ['bytes=100-', 100, Infinity],
      ['bytes=-50', -50, Infinity],
    ])('serves the range %s', async (range, start, end) => {
      const answer = await part(range);
      expect(answer.status).toBe(206);
      const expected = whole.subarray(start, Math.min(end + 1, whole.length));
      expect(Buffer.from(await answer.arrayBuffer()).equals(expected)).toBe(true);
      const first = start < 0 ? whole.length + start : start;
      const last = first + expected.length - 1;
      expect(answer.headers.get('content-range')).toBe(`bytes ${first}-${last}/${whole.length}`);
      expect(answer.headers.get('content-type')).toBe('video/mp4');
    });

    it('refuses a range behind its end, and says how long it is', async () => {
      const answer = await part(`bytes=${whole.length}-`);
      expect(answer.status).toBe(416);
      expect(answer.headers.get('content-range')).toBe(`bytes */${whole.length}`);
      expect(await answer.json()).toMatchObject({ code: 'RANGE_NOT_SATISFIABLE' });
    });
  });
});
