import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import {
  EXPORT_FORMAT_NAMES,
  EXPORT_FORMATS,
  padded,
  parseExportOptions,
  type ExportFormat,
  type TrackedKeypoints,
  type TrackedPoint,
} from '@propago/contracts';
import {
  writeExport,
  type ExportedFrame,
  type ExportedRun,
  type FormatReport,
  type FormatSource,
} from '@propago/formats';
import { encodeIndexedPng, encodeRles, rleArea, VOC_PALETTE } from '@propago/labels';
import { DEFAULT_VIDEO_LIMITS, openVideoSource } from '@propago/video';

jest.setTimeout(600_000);

const run = promisify(execFile);
const ROOT = path.resolve(__dirname, '..');
const READER = path.join(ROOT, 'test/formats/read_back.py');

const SIZE = { width: 192, height: 128 };
const FRAMES = 8;

/** What a program read of an export. */
interface ReadBack {
  readers: string[];
  masks: number;
  mean: number | null;
  lowest: number | null;
}

const RUN: ExportedRun = {
  ...SIZE,
  label: 'clip-0a1b2c3d',
  frames: FRAMES,
  frameRate: 24,
  objects: [
    { id: 1, name: 'ring' },
    { id: 2, name: null },
    { id: 3, name: 'late & <odd>' },
  ],
  palette: VOC_PALETTE,
  promptedFrames: [0, 3],
  keypointObjects: [
    { id: 4, name: 'fly', points: ['head', 'tail, "left"'], skeleton: [['head', 'tail, "left"']] },
    { id: 5, name: 'fly', points: ['head', 'tail, "left"'], skeleton: [['head', 'tail, "left"']] },
    { id: 6, name: null, points: ['tip'], skeleton: [] },
  ],
};
const LABELS = Array.from({ length: FRAMES }, (_, frame) => drawn(frame));
const MASKS = LABELS.reduce((sum, labels) => sum + new Set(labels.filter((label) => label > 0)).size, 0);

/** Object 1 is a ring that moves, object 2 an ellipse and a box, object 3 is there from frame 3 to 5, with specks. */
function drawn(frame: number): Uint8Array {
  const { width, height } = SIZE;
  const labels = new Uint8Array(width * height);
  const put = (label: number, isInside: (x: number, y: number) => boolean) => {
    for (let i = 0; i < labels.length; i++) if (isInside(i % width, Math.floor(i / width))) labels[i] = label;
  };
  const ellipse = (x0: number, y0: number, a: number, b: number) => (x: number, y: number) =>
    ((x - x0) / a) ** 2 + ((y - y0) / b) ** 2 < 1;
  const box = (left: number, top: number, right: number, bottom: number) => (x: number, y: number) =>
    x >= left && x < right && y >= top && y < bottom;
  put(2, ellipse(120 + frame, 40, 25, 17));
  put(2, box(150, 90, 170 + frame, 110));
  put(1, ellipse(45 + 2 * frame, 50, 30, 35));
  put(0, ellipse(45 + 2 * frame, 50, 9, 12));
  if (frame >= 3 && frame < 6) {
    put(3, box(10 + frame, 95, 40, 120));
    put(3, box(60, 100, 90, 101));
    put(3, box(100, 110, 101, 111));
    // It touches the corner of the picture.
    put(3, box(188, 124, 192, 128));
  }
  return labels;
}

/** Points that move; one is hidden, one absent, one lost, and object 6 is there from frame 4 on. */
function pointsOn(frame: number): TrackedKeypoints[] {
  const at = (name: string, x: number, y: number, state: TrackedPoint['state'] = 'visible', confidence = 0.75) => ({
    ...{ name, state, confidence },
    ...(state === 'absent' ? { x: null, y: null } : { x: x + frame / 8, y }),
  });
  return [
    { id: 4, points: [at('head', 10.5, 20.25), at('tail, "left"', 14, 30, frame === 2 ? 'hidden' : 'visible', 1)] },
    { id: 5, points: [at('head', 60, 20), at('tail, "left"', 64, 30, frame === 3 ? 'absent' : 'visible')] },
    { id: 6, points: [at('tip', 100, 90, frame < 4 ? 'absent' : frame === 7 ? 'lost' : 'visible', 0.05)] },
  ];
}

async function* frames(): AsyncGenerator<ExportedFrame> {
  const ids = RUN.objects.map(({ id }) => id);
  for (const [index, labels] of LABELS.entries()) {
    const rles = encodeRles(labels, SIZE, ids);
    const objects = ids.map((id, i) => ({ id, area: rleArea(rles[i]!), confidence: 0.5, rle: rles[i]! }));
    yield { index, pts: 512 * index, seconds: index / 24, name: null, objects, keypoints: pointsOn(index) };
  }
}

const SOURCE: FormatSource = {
  run: RUN,
  frames,
  withPictures: (use) =>
    use(
      (async function* () {
        for await (const frame of frames()) yield { frame, rgb: Buffer.alloc(SIZE.width * SIZE.height * 3, 90) };
      })(),
    ),
};

/** The Python with the programs that read exports, made if need be; null without a package index. */
async function formatsPython(): Promise<string | null> {
  const { stdout, stderr } = await run(process.execPath, [path.join(ROOT, 'scripts/python-env.mjs'), 'formats']);
  if (stdout.trim() === '') process.stderr.write(stderr);
  return stdout.trim() || null;
}

describe('an export', () => {
  let python: string | null;
  let folder: string;

  beforeAll(async () => {
    python = await formatsPython();
    folder = mkdtempSync(path.join(tmpdir(), 'propago-formats-'));
    mkdirSync(path.join(folder, 'masks'));
    for (const [frame, indices] of LABELS.entries()) {
      const png = encodeIndexedPng({ ...SIZE, indices, palette: VOC_PALETTE });
      writeFileSync(path.join(folder, 'masks', `${padded(frame)}.png`), png);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function write(format: ExportFormat, options: object, file: string): Promise<FormatReport> {
    const scratch = mkdtempSync(path.join(folder, 'scratch-'));
    const { signal } = new AbortController();
    return writeExport(format, SOURCE, { file, scratch, signal }, parseExportOptions(format, options));
  }

  /** Has an export read by its program. */
  async function readBack(format: ExportFormat, options: object = {}): Promise<FormatReport & { read: ReadBack }> {
    const place = mkdtempSync(path.join(folder, `${format}-`));
    const file = path.join(place, 'export');
    const report = await write(format, options, file);
    if (format === 'youtube-vis') await write(format, { content: 'results' }, `${file}.results`);
    const work = path.join(place, 'work');
    mkdirSync(work);
    const { stdout } = await run(python!, [READER, format, file, path.join(folder, 'masks'), work]);
    return { ...report, read: JSON.parse(stdout) as ReadBack };
  }

  it.each<[ExportFormat, object]>([
    ['davis', {}],
    ['coco', {}],
    ['youtube-vis', {}],
    ['mots-txt', { classId: 2 }],
    ['mots-png', {}],
    ['cvat-mots', {}],
    ['sa-v', {}],
    ['cutouts', { each: true }],
  ])('in the format %s gives every pixel back to the programs that read it', async (format, options) => {
    if (python === null) return;
    const { loss, read } = await readBack(format, options);
    expect(EXPORT_FORMATS[format].isExact).toBe(true);
    expect(loss).toBeNull();
    expect(read).toMatchObject({ masks: MASKS, mean: 1, lowest: 1 });
  });

  it.each<[ExportFormat, object]>([
    ['coco', { segmentation: 'polygon' }],
    ['coco', { segmentation: 'polygon', tolerance: 1 }],
    ['cvat-xml', { tolerance: 0 }],
    ['cvat-xml', {}],
    ['label-studio', {}],
    ['ultralytics', {}],
  ])('in the format %s with %j loses what it says', async (format, options) => {
    if (python === null) return;
    const { loss, read } = await readBack(format, options);
    expect([loss!.masks, read.masks]).toEqual([MASKS, MASKS]);
    // Where a line passes near a pixel's centre, readers round it differently.
    expect(Math.abs(loss!.meanJaccard! - read.mean!)).toBeLessThan(0.01);
    expect(Math.abs(loss!.lowest!.jaccard - read.lowest!)).toBeLessThan(0.05);
    expect(read.mean).toBeLessThan(1);
    process.stdout.write(`${format} ${JSON.stringify(options)}: J ${loss!.meanJaccard} stated, ${read.mean} read\n`);
  });

  it.each<ExportFormat>(['coco-keypoints', 'deeplabcut', 'keypoints-csv'])(
    'in the format %s gives every point back to the programs that read it',
    async (format) => {
      if (python === null) return;
      writeFileSync(path.join(folder, 'masks/points.json'), JSON.stringify(LABELS.map((_, frame) => pointsOn(frame))));
      const { loss, read } = await readBack(format);
      expect([loss, read.mean]).toEqual([null, null]);
      expect(read.masks).toBe({ 'coco-keypoints': 34, deeplabcut: 35, 'keypoints-csv': 40 }[format as string]);
    },
  );

  it('as CSV has the measurements of every mask', async () => {
    if (python === null) return;
    expect((await readBack('csv')).read.masks).toBe(MASKS);
  });

  it('as overlays has as many frames as the video, and a transparent one says that it is', async () => {
    const mp4 = path.join(folder, 'overlay.mp4');
    await write('overlay-mp4', { opacity: 1 }, mp4);
    const video = await openVideoSource(mp4, DEFAULT_VIDEO_LIMITS);
    let count = 0;
    for await (const { index, rgb } of video.frames()) {
      // Left of the hole of the ring there is its colour, dark red, and in the hole the grey of the video.
      const at = 3 * (50 * SIZE.width + 45 + 2 * index);
      expect(rgb[at - 60]! - rgb[at - 59]!).toBeGreaterThan(60);
      expect(Math.abs(rgb[at]! - 90)).toBeLessThan(12);
      count++;
    }
    expect(count).toBe(FRAMES);
    const webm = path.join(folder, 'overlay.webm');
    await write('overlay-webm', {}, webm);
    // Matroska's own mark of a video with an alpha channel: AlphaMode 1.
    expect(readFileSync(webm).includes(Buffer.from('53c08101', 'hex'))).toBe(true);
  });

  it('has a line in the page on formats, with the programs that read it here', () => {
    const page = readFileSync(path.join(ROOT, 'docs/formats.md'), 'utf8');
    for (const format of EXPORT_FORMAT_NAMES) expect(page).toMatch(new RegExp(`^\\| \`${format}\` `, 'm'));
  });

  it('with more names than MOTS has classes is refused, with what would help', async () => {
    const objects = Array.from({ length: 70 }, (_, i) => ({ id: i + 1, name: null }));
    const many: FormatSource = { ...SOURCE, run: { ...RUN, objects } };
    const { signal } = new AbortController();
    const target = { file: path.join(folder, 'many'), scratch: folder, signal };
    const write70 = (options: object) => writeExport('mots-png', many, target, parseExportOptions('mots-png', options));
    await expect(write70({})).rejects.toMatchObject({
      code: 'EXPORT_IMPOSSIBLE',
      message: expect.stringContaining('classId'),
    });
    await expect(write70({ classId: 1 })).resolves.toEqual({ loss: null });
  });
});
