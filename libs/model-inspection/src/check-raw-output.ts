import { CodedError } from '@propago/contracts';
import { type EncoderCard, type RawEncoder } from '@propago/encoder';
import { affineImage } from './golden-features';
import type { ProbeReport } from './model-task';

/** How far a frame's features may move, relative to the largest, when another frame is beside it in the batch. */
const BATCH_TOLERANCE = 1e-2;

interface Probe {
  batch: number;
  width: number;
  height: number;
}

/**
 * Runs the graph at two sizes, twice each, on a pattern, black and white, and in a batch of two where the card allows it.
 * @returns what had the card's shape
 * @throws CodedError MODEL_SHAPE, MODEL_NOT_FINITE, MODEL_NOT_DETERMINISTIC
 */
export async function checkRawOutput(encoder: RawEncoder, card: EncoderCard): Promise<ProbeReport['sizes']> {
  const up = (px: number) => Math.ceil(px / card.inputMultiple) * card.inputMultiple;
  const landscape = { batch: 1, width: up(320), height: up(192) };
  // Other numbers of rows and columns, and more rows than columns.
  const portrait = { batch: 1, width: up(192), height: up(256) + card.inputMultiple };
  for (const probe of [landscape, portrait]) {
    const pattern = affineImage(probe.width, probe.height);
    const first = await run(encoder, card, probe, pattern);
    const second = await run(encoder, card, probe, pattern);
    const differs = first.findIndex((value, i) => value !== second[i]);
    if (differs >= 0) {
      throw new CodedError(
        'MODEL_NOT_DETERMINISTIC',
        `The same ${probe.width}x${probe.height} frame gave ${first[differs]} and ${second[differs]} at position ${differs}.`,
      );
    }
  }
  for (const value of [0, 255]) await run(encoder, card, landscape, pixels(landscape).fill(value));
  if (card.maxBatch === 1) return [landscape, portrait];
  const pair = { ...landscape, batch: 2 };
  await checkPair(encoder, card, pair);
  return [landscape, portrait, pair];
}

/** A frame's features must not depend on the frame beside it. */
async function checkPair(encoder: RawEncoder, card: EncoderCard, pair: Probe): Promise<void> {
  const alone = affineImage(pair.width, pair.height);
  const frames = pixels(pair);
  frames.set(alone);
  // The other frame is the first one backwards.
  frames.set(alone.slice().reverse(), alone.length);
  const single = await run(encoder, card, { ...pair, batch: 1 }, alone);
  const both = await run(encoder, card, pair, frames);
  const largest = single.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const differs = single.findIndex((value, i) => Math.abs(value - both[i]) > BATCH_TOLERANCE * largest);
  if (differs < 0) return;
  throw new CodedError(
    'MODEL_NOT_DETERMINISTIC',
    `A frame gave ${single[differs]} alone and ${both[differs]} beside another one, at position ${differs}.`,
  );
}

/** The output, which has the card's shape and only finite numbers. */
async function run(encoder: RawEncoder, card: EncoderCard, probe: Probe, frames: Uint8Array): Promise<Float32Array> {
  const { batch, width, height } = probe;
  const { patchSize, dim, layout } = card;
  const { type, dims, values } = await encoder.run(frames.slice(), { count: batch, width, height });
  const [rows, cols] = [height / patchSize, width / patchSize];
  const expected = layout === 'tokens' ? [batch, rows * cols, dim] : [batch, dim, rows, cols];
  if (!values || dims.join() !== expected.join()) {
    throw new CodedError(
      'MODEL_SHAPE',
      `The model gave ${type} [${dims.join(', ')}] for ${batch} of ${width}x${height}; ` +
        `its card promises float32 [${expected.join(', ')}].`,
    );
  }
  const odd = values.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) {
    const place = `at position ${odd} for a frame of ${width}x${height}`;
    throw new CodedError('MODEL_NOT_FINITE', `The model gave ${values[odd]} ${place}.`);
  }
  return values;
}

function pixels({ batch, width, height }: Probe): Uint8Array {
  return new Uint8Array(batch * width * height * 3);
}
