import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { encodeIndexedPng, VOC_PALETTE } from '@propago/labels';
import { generateClip, testPicture } from '../libs/video/testing/generate-clip';
import { Tab } from './support/browser';
import { contained, CONTAINERS, numberedClip } from './support/numbered-clip';
import { leave, PagePlatform, PATIENCE } from './support/page';
import { pixelsOf } from './support/platform';
import type { SmallClip } from './support/small-clip';

jest.setTimeout(300_000);

const FRAMES = 64;
const SEEKS = 200;
/** Places on the row of the square where its mask is looked at. */
const PLACES = Array.from({ length: 20 }, (_, i) => 8 + 16 * i);
const ROW = 114;

interface Seen {
  /** That the picture carries in its pixels. */
  number: number;
  /** Whether a place has the colour of the object. */
  square: boolean[];
}

/** Run by the browser: what the stage shows, once it says that it shows the frame. */
const whatIsShown = (frame: number, colour: readonly number[]) => `(async () => {
  const canvas = document.querySelector('canvas.stage');
  while (canvas.dataset.frame !== '${frame}' || canvas.dataset.masks !== 'shown') {
    await new Promise(requestAnimationFrame);
  }
  const context = canvas.getContext('2d');
  const scale = Math.min((canvas.width - 24) / 320, (canvas.height - 24) / 192);
  const left = (canvas.width - 320 * scale) / 2;
  const top = (canvas.height - 192 * scale) / 2;
  const row = (y) => context.getImageData(0, Math.round(top + y * scale), canvas.width, 1).data;
  const at = (pixels, x) => pixels.subarray(4 * Math.round(left + x * scale));
  const strip = row(16);
  let number = 0;
  for (let bit = 0; bit < 8; bit++) if (at(strip, (bit + 0.5) * 40)[0] > 127) number |= 1 << bit;
  const across = row(${ROW} + 0.5);
  const square = ${JSON.stringify(PLACES)}.map((x) => {
    const seen = at(across, x + 0.5);
    return ${JSON.stringify(colour)}.reduce((sum, value, i) => sum + Math.abs(value - seen[i]), 0) < 12;
  });
  return { number, square };
})()`;

let sut: PagePlatform;
let clip: SmallClip;

beforeAll(async () => {
  sut = await PagePlatform.shared();
  clip = await numberedClip(FRAMES);
});
afterAll(() => sut?.stop());

async function goTo(page: Page, frame: number): Promise<void> {
  await page.getByLabel('Frame number').fill(String(frame));
  await page.keyboard.press('Enter');
}

describe.each(CONTAINERS)('the workbench on a clip whose frames carry their number (%s)', (container) => {
  it(`shows the picture and the mask of the frame that it says, at ${SEEKS} places in any order`, async () => {
    const { id } = await sut.finishedRun('Numbered', { ...clip, video: await contained(clip, container) });
    const tab = await sut.signedIn(`/runs/${id}`);
    const { page } = tab;
    await page.locator('canvas.stage[data-masks=shown]').waitFor(PATIENCE);
    await page.getByRole('slider', { name: 'Opacity' }).press('End');
    const { items } = await sut.asked<{ items: { colour: string }[] }>(`/v1/runs/${id}/objects`);
    const colour = [...Buffer.from(items[0]!.colour.slice(1), 'hex')];
    const masks: Uint8Array[] = [];
    for (let frame = 0; frame < FRAMES; frame++) {
      masks.push(pixelsOf(await sut.bytes(`/v1/runs/${id}/frames/${frame}/mask.png`)).samples);
    }
    for (let seek = 0, frame = 0; seek < SEEKS; seek++) {
      // Steps of all lengths, in an order that looks like chance.
      frame = (frame * 31 + 17 * seek + 7) % FRAMES;
      await goTo(page, frame);
      const shown = await page.evaluate<Seen>(whatIsShown(frame, colour));
      const mask = masks[frame]!;
      // On the screen an edge of the mask is blended with what is beside it.
      const isCertain = (i: number) =>
        [-2, -1, 1, 2].every((d) => mask[ROW * clip.width + PLACES[i]! + d] === mask[ROW * clip.width + PLACES[i]!]);
      const certain = <T>(values: T[]) => values.filter((_, i) => isCertain(i));
      const expected = certain(PLACES.map((x) => mask[ROW * clip.width + x] === 1));
      expect(expected.length).toBeGreaterThan(12);
      expect({ frame, number: shown.number, square: certain(shown.square) }).toEqual({
        frame,
        number: frame,
        square: expected,
      });
    }
    await leave(tab);
  });
});

describe('the workbench on a long video', () => {
  it('is opened with the masks of the frames that are looked at, and each of its frames is reached by the timeline', async () => {
    const frames = 2000;
    const { id } = await sut.acceptedRun('Long', await longClip(frames));
    await sut.succeeded(id, 280_000);
    const tab = await Tab.open(sut.browser, sut.url);
    let masks = 0;
    tab.page.on('request', (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (pathname.endsWith(`/${id}/frames`)) masks += Number(searchParams.get('limit'));
    });
    await tab.goto(`/runs/${id}`);
    await tab.page.getByLabel('API key').fill(sut.key);
    await tab.page.getByRole('button', { name: 'Sign in' }).click();
    for (const frame of [0, 1500, frames - 1]) {
      await goTo(tab.page, frame);
      await tab.page.locator(`canvas.stage[data-frame="${frame}"][data-masks=shown]`).waitFor(PATIENCE);
    }
    // Of 2,000 frames two share a pixel: nearer, each is one of its own.
    const nearer = tab.page.getByRole('button', { name: 'Fewer frames on the timeline' });
    for (let i = 0; i < 6; i++) await nearer.click();
    const { x, y, width } = (await tab.page.locator('.timeline-rows canvas').boundingBox())!;
    const [first, last] = (await tab.page.locator('.timeline-shown').innerText()).split('–').map(Number);
    expect(last! - first! + 1).toBe(60);
    for (const frame of [first! + 20, first! + 21]) {
      await tab.page.mouse.click(x + (width * (frame + 0.5 - first!)) / 60, y + 8);
      await tab.page.locator(`canvas.stage[data-frame="${frame}"][data-masks=shown]`).waitFor(PATIENCE);
    }
    expect(masks).toBeGreaterThan(0);
    // At three places, each with what is probably looked at next.
    expect(masks).toBeLessThan(frames / 5);
    await leave(tab);
  });
});

/** Small pictures in a great number, and a mask of the first one. */
async function longClip(frames: number): Promise<{ video: Buffer; mask: Buffer }> {
  const [width, height] = [64, 48];
  const folder = await mkdtemp(join(tmpdir(), 'propago-long-'));
  try {
    const output = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
    const file = await generateClip(join(folder, 'long.mp4'), [testPicture(`${width}x${height}`, 25, frames)], output);
    const indices = new Uint8Array(width * height);
    for (let y = 16; y < 32; y++) indices.fill(1, y * width + 20, y * width + 40);
    return { video: await readFile(file), mask: encodeIndexedPng({ width, height, indices, palette: VOC_PALETTE }) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
