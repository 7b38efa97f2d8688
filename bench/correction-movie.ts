import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { encodeIndexedPng, VOC_PALETTE } from '@propago/labels';
import { startStack, type Stack } from '@propago/local-stack';
import { renderClip, type ClipFrame } from '@propago/sample-clip';
import { encodeVideo } from '@propago/video';
import { postRun } from './clip';

const SIZE = { width: 426, height: 240 };
const FRAMES = 40;
/** The frame that is corrected, and those that are looked at before and after. */
const CORRECTED = 30;
const LOOKED_AT = [24, 26, 28, 30, 32, 34, 36];
const OBJECT = 1;
/** Objects that take on the ground's colours among others that look like them: the shipped encoder loses some. */
const HARDNESS = { likeness: 0.6, motion: 2, distractors: 3 };
const SEED = 5;
const WINDOW = { width: 960, height: 600 };
const BRUSH = 24;
const MARGIN = 12;
const PATIENCE_MS = 300_000;

interface Picture {
  png: Buffer;
  /** How long it is shown, ms. */
  ms: number;
}

/** Left and right end of an object on some of its rows, px of the picture: how somebody would brush over it. */
function strokesOver({ labels }: ClipFrame): { from: [number, number]; to: [number, number] }[] {
  const strokes: { from: [number, number]; to: [number, number] }[] = [];
  for (let y = 0; y < SIZE.height; y += BRUSH * 0.7) {
    const row = labels.subarray(Math.floor(y) * SIZE.width, (Math.floor(y) + 1) * SIZE.width);
    const [left, right] = [row.indexOf(OBJECT), row.lastIndexOf(OBJECT)];
    if (right - left > BRUSH) strokes.push({ from: [left + BRUSH / 2, y], to: [right - BRUSH / 2, y] });
  }
  return strokes;
}

async function goTo(page: Page, frame: number): Promise<void> {
  await page.getByLabel('Frame number').fill(String(frame));
  await page.keyboard.press('Enter');
  await page.locator(`canvas.stage[data-frame="${frame}"][data-masks=shown]`).waitFor();
}

async function record(url: string, id: string, corrected: ClipFrame): Promise<Picture[]> {
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const page = await browser.newPage({ viewport: WINDOW, colorScheme: 'dark' });
    page.setDefaultTimeout(PATIENCE_MS);
    const pictures: Picture[] = [];
    const take = async (ms: number) => pictures.push({ png: await page.screenshot(), ms });
    await page.goto(`${url}/runs/${id}`);
    await page.locator('canvas.stage[data-masks=shown]').waitFor();
    await page.getByRole('status').getByText('Done').waitFor();
    await goTo(page, 0);
    await take(1200);
    for (const frame of LOOKED_AT) {
      await goTo(page, frame);
      await take(220);
    }
    await goTo(page, CORRECTED);
    await page
      .getByRole('region', { name: 'Objects' })
      .getByRole('button', { name: `Object ${OBJECT}` })
      .first()
      .click();
    await take(900);
    const box = (await page.locator('canvas.stage').boundingBox())!;
    const scale = Math.min((box.width - 2 * MARGIN) / SIZE.width, (box.height - 2 * MARGIN) / SIZE.height);
    const place = ([x, y]: [number, number]): [number, number] => [
      box.x + (box.width - SIZE.width * scale) / 2 + x * scale,
      box.y + (box.height - SIZE.height * scale) / 2 + y * scale,
    ];
    for (const { from, to } of strokesOver(corrected)) {
      await page.mouse.move(...place(from));
      await page.mouse.down();
      await page.mouse.move(...place(to), { steps: 8 });
      await page.mouse.up();
      await take(160);
    }
    await take(700);
    await page.getByRole('button', { name: `Correct frame ${CORRECTED}` }).click();
    await page.getByText(`Frame ${CORRECTED} is corrected`).waitFor();
    await take(700);
    await page.getByRole('status').getByText('Done').waitFor();
    await page.getByText(`Frame ${CORRECTED} is corrected`).waitFor({ state: 'detached' });
    for (const frame of LOOKED_AT) {
      await goTo(page, frame);
      await take(frame === LOOKED_AT.at(-1) ? 2000 : 260);
    }
    return pictures;
  } finally {
    await browser.close();
  }
}

async function main(): Promise<void> {
  const { output } = new Command('docs:movie')
    .description('Films a correction in the page, as the README shows it; needs Chromium')
    .option('-o, --output <file.webp>', 'the moving picture', 'docs/page/correction.webp')
    .parse()
    .opts<{ output: string }>();
  const folder = await mkdtemp(path.join(tmpdir(), 'propago-movie-'));
  let stack: Stack | undefined;
  try {
    const clip = [...renderClip({ ...SIZE, frames: FRAMES, seed: SEED, objects: 3, hardness: HARDNESS })];
    const file = path.join(folder, 'clip.mp4');
    const pictures = async function* () {
      for (const { rgb } of clip) yield rgb;
    };
    await encodeVideo(file, { ...SIZE, frameRate: 24 }, pictures());
    const maskOf = (frame: number) => encodeIndexedPng({ ...SIZE, indices: clip[frame]!.labels, palette: VOC_PALETTE });
    stack = await startStack({});
    const id = await postRun(stack.url, { video: await readFile(file), maskOf }, {}, [0]);
    const taken = await record(stack.url, id, clip[CORRECTED]!);
    const delay = taken.map(({ ms }) => ms);
    const frames = taken.map(({ png }) => png);
    await sharp(frames, { join: { animated: true } })
      .webp({ quality: 62, effort: 5, delay, loop: 0 })
      .toFile(output);
    console.log(`${output}: ${frames.length} pictures, ${((await stat(output)).size / 1e6).toFixed(2)} MB`);
  } finally {
    await stack?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
