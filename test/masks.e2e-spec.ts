import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { VOC_PALETTE } from '@propago/labels';
import { repoRoot } from '@propago/local-stack';
import { GREY_RAMP, grey, palettePng, picture, samplesPng } from '../libs/labels/src/mask-pictures.fixture';
import { pixelsOf, Platform, type RunResource } from './support/platform';
import { sharedPlatform } from './support/shared-platform';
import { smallClip, zipOfFrames, type SmallClip } from './support/small-clip';
import { filesOfZip } from './support/zip';

jest.setTimeout(300_000);

interface WarnedRun extends RunResource {
  classIds: number[];
  warnings: { code: string; detail: string }[];
}

let platform: Platform;
let clip: SmallClip;
let truth: ReturnType<typeof picture>;

beforeAll(async () => {
  clip = await smallClip({ frames: 3 });
  truth = picture(clip.width, clip.height, (x, y) => clip.truth[0]![y * clip.width + x]!);
  platform = await sharedPlatform();
}, 300_000);
afterAll(() => platform?.stop());

describe('a mask', () => {
  const by = (first: number, second: number) => ({
    ...truth,
    values: truth.values.map((id) => [0, first, second][id]!),
  });
  const COLOURS = [[0, 0, 0], [230, 20, 20], [20, 20, 230]]; // prettier-ignore
  const colour = (id: number): number[] => COLOURS[id]!;
  const voc = [...VOC_PALETTE];

  it.each([
    ['palette of 0 and 255', () => palettePng(by(255, 255), GREY_RAMP), [0, 1, 1], voc],
    ['grey of 0 and 7', () => grey(by(7, 7)), [0, 7, 7], voc],
    ['grey with a gap and a high id', () => grey(by(5, 200)), [0, 5, 200], voc],
    ['grey with void', () => grey(by(3, 255)), [0, 3, 0], voc],
    [
      'flat colours',
      () => samplesPng(truth, 2, colour),
      [0, 2, 1],
      [0, 0, 0, 20, 20, 230, 230, 20, 20, ...voc.slice(9)],
    ],
    [
      'one colour on transparent ground',
      () => samplesPng(truth, 6, (id) => (id ? [9, 200, 9, 255] : [0, 0, 0, 0])),
      [0, 1, 1],
      [0, 0, 0, 9, 200, 9, ...voc.slice(6)],
    ],
  ])('of a %s comes back as its class ids, in every frame with the same palette', async (_, mask, ids, palette) => {
    const { id } = await platform.succeededRun({ video: clip.video, mask: mask() });
    const run = await platform.json<WarnedRun>(`/v1/runs/${id}`);
    expect(run.classIds).toEqual([...new Set(ids)].filter((each) => each > 0).sort((a, b) => a - b));
    const first = pixelsOf(await platform.maskOf(id, 0));
    expect([...first.samples]).toEqual([...truth.values].map((value) => ids[value]));
    for (const frame of [0, 2]) {
      const { samples, palette: colours } = pixelsOf(await platform.maskOf(id, frame));
      expect([...colours!]).toEqual(palette);
      expect(run.classIds).toEqual(expect.arrayContaining([...new Set(samples)].filter((each) => each > 0)));
    }
  });
});

describe('what a run is warned about', () => {
  it('is there when it is accepted, when it is looked up, and in the list; a good mask has none', async () => {
    const tiny = picture(clip.width, clip.height, (x, y) => (x >= 60 && x < 62 && y >= 40 && y < 42 ? 3 : 0));
    const accepted = (await (await platform.postRun({ video: clip.video, mask: grey(tiny) })).json()) as WarnedRun;
    expect(accepted.warnings).toEqual([{ code: 'OBJECT_TINY', detail: expect.stringContaining('class 3 (4 pixels)') }]);
    const { id } = await platform.succeededRun(clip);
    const list = await platform.json<{ items: WarnedRun[] }>('/v1/runs');
    const warned = list.items.find((run) => run.id === accepted.id);
    expect(warned?.warnings).toEqual(accepted.warnings);
    expect(await platform.json<WarnedRun>(`/v1/runs/${accepted.id}`)).toMatchObject({ warnings: accepted.warnings });
    expect(await platform.json<WarnedRun>(`/v1/runs/${id}`)).toMatchObject({ warnings: [] });
    await platform.waitForEnd(accepted.id);
  });
});

describe('the command line', () => {
  const propago = (...args: string[]) =>
    promisify(execFile)(process.execPath, [join(repoRoot(), 'dist/cli/src/main.js'), ...args]);
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'propago-masks-'));
    const frames = [...(await filesOfZip(await zipOfFrames(clip, 'jpeg', ['1.jpg', '2.jpg', '10.jpg']))).entries()];
    for (const [name, bytes] of frames) await writeFile(join(folder, name), bytes);
    const tiny = picture(clip.width, clip.height, (x, y) => (x === 60 && y > 40 && y < 60 ? 1 : 0));
    await writeFile(join(folder, 'first.mask'), grey(tiny));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const run = (): ReturnType<typeof propago> =>
    propago('run', folder, join(folder, 'first.mask'), '-o', join(folder, 'out'), '--server', platform.url);

  it('runs a folder of frames, names masks as the frames, and says what the run is warned about', async () => {
    const { stderr } = await run();
    expect((await readdir(join(folder, 'out/masks'))).sort()).toEqual(['1.png', '10.png', '2.png']);
    expect(stderr).toMatch(/warning: OBJECT_(TINY|THIN): conv-descriptor sees this video in patches/);
    const { warnings } = JSON.parse(await readFile(join(folder, 'out/run.json'), 'utf8')) as WarnedRun;
    expect(warnings).toHaveLength(1);
  });

  it('refuses a folder with a picture that would be left out, naming it', async () => {
    await writeFile(join(folder, '3.webp'), 'x');
    await expect(run()).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/has 3\.webp: only JPEG and PNG/),
    });
  });

  it('says that a folder has no frames', async () => {
    for (const name of ['1.jpg', '2.jpg', '10.jpg']) await rm(join(folder, name));
    await expect(run()).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('has no JPEG or PNG frames'),
    });
  });
});
