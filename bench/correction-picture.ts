import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import sharp from 'sharp';
import { SequenceScore } from '@propago/evaluation';
import { encodeIndexedPng, readStoredMask, VOC_PALETTE } from '@propago/labels';
import { startStack, type Stack } from '@propago/local-stack';
import { renderClip, type ClipFrame } from '@propago/sample-clip';
import { blendOverlay, encodeVideo } from '@propago/video';
import { postRun } from './clip';

const SIZE = { width: 426, height: 240 };
const FRAMES = 48;
/** The frame whose labels are given besides those of the first one. */
const CORRECTED = 34;
const OBJECTS = [1, 2, 3];
/** Objects that take on the ground's colours among others that look like them: the shipped encoder loses some. */
const HARDNESS = { likeness: 0.6, motion: 2, distractors: 3 };
const SEED = 5;
const GAP = 6;

async function masksOf(url: string, id: string): Promise<Uint8Array[]> {
  let state = '';
  while (state !== 'succeeded') {
    await sleep(100);
    state = ((await (await fetch(`${url}/v1/runs/${id}`)).json()) as { state: string }).state;
    if (state === 'failed' || state === 'cancelled') throw new Error(`the run has ${state}`);
  }
  const masks: Uint8Array[] = [];
  for (let frame = 0; frame < FRAMES; frame++) {
    const answer = await fetch(`${url}/v1/runs/${id}/frames/${frame}/mask.png`);
    masks.push(readStoredMask(Buffer.from(await answer.arrayBuffer())).labels);
  }
  return masks;
}

function jaccardOf(clip: readonly ClipFrame[], masks: readonly Uint8Array[], frame: number): number {
  const score = new SequenceScore(OBJECTS);
  score.add({ ...SIZE, labels: clip[frame]!.labels }, { ...SIZE, labels: masks[frame]! });
  return score.result().reduce((sum, { J }) => sum + J.mean, 0) / OBJECTS.length;
}

async function draw(file: string, frame: ClipFrame, masks: readonly Uint8Array[]): Promise<void> {
  const style = { alpha: 0.45, outline: true, width: SIZE.width };
  const panels = await Promise.all(
    masks.map((mask) => {
      const painted = blendOverlay(frame.rgb, mask, VOC_PALETTE, style);
      return sharp(painted, { raw: { ...SIZE, channels: 3 } })
        .png()
        .toBuffer();
    }),
  );
  const width = panels.length * (SIZE.width + GAP) - GAP;
  await sharp({ create: { width, height: SIZE.height, channels: 3, background: '#ffffff' } })
    .composite(panels.map((input, i) => ({ input, left: i * (SIZE.width + GAP), top: 0 })))
    .jpeg({ quality: 82, mozjpeg: true })
    .toFile(file);
}

async function main(): Promise<void> {
  const { output } = new Command('docs:correction')
    .description('Draws a frame before and after a correction of another frame, as the README shows it')
    .option('-o, --output <file.jpg>', 'the picture', 'docs/correction.jpg')
    .parse()
    .opts<{ output: string }>();
  const folder = await mkdtemp(path.join(tmpdir(), 'propago-picture-'));
  let stack: Stack | undefined;
  try {
    const clip = [...renderClip({ ...SIZE, frames: FRAMES, seed: SEED, objects: OBJECTS.length, hardness: HARDNESS })];
    const file = path.join(folder, 'clip.mp4');
    const pictures = async function* () {
      for (const { rgb } of clip) yield rgb;
    };
    await encodeVideo(file, { ...SIZE, frameRate: 24 }, pictures());
    const maskOf = (frame: number) => encodeIndexedPng({ ...SIZE, indices: clip[frame]!.labels, palette: VOC_PALETTE });
    stack = await startStack({});
    const id = await postRun(stack.url, { video: await readFile(file), maskOf }, {}, [0]);
    const before = await masksOf(stack.url, id);
    const answer = await fetch(`${stack.url}/v1/runs/${id}/prompts/${CORRECTED}`, {
      method: 'PUT',
      headers: { 'content-type': 'image/png' },
      body: new Uint8Array(maskOf(CORRECTED)),
    });
    if (answer.status !== 202) throw new Error(await answer.text());
    const after = await masksOf(stack.url, id);
    const gains = clip.map((_, i) => (i === CORRECTED ? 0 : jaccardOf(clip, after, i) - jaccardOf(clip, before, i)));
    const shown = gains.indexOf(Math.max(...gains));
    await draw(output, clip[shown]!, [before[shown]!, after[shown]!]);
    const [first, second] = [before, after].map((masks) => (100 * jaccardOf(clip, masks, shown)).toFixed(1));
    console.log(`${output}: frame ${shown}, corrected on frame ${CORRECTED}, J ${first} before and ${second} after`);
  } finally {
    await stack?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
