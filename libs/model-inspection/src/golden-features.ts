import { CodedError } from '@propago/contracts';
import type { EncoderCard, EncodedFrames } from '@propago/encoder';
import { z } from 'zod';

/** Key of `metadata_props` under which an exporter leaves features to compare with, as JSON. */
export const GOLDEN_METADATA_KEY = 'propago.golden';
/** Largest accepted difference of one number of unit rows; exporters and runtimes differ in the last bits of float32. */
const TOLERANCE = 1e-3;

const side = z.int().min(1).max(4096);

const goldenSchema = z.strictObject({
  height: side,
  width: side,
  /** How the image is made: see `affineImage`. */
  pattern: z.literal('affine-mod'),
  rows: side,
  cols: side,
  dim: z.int().min(1).max(65_536),
  /** rows x cols x dim, row-major, rows L2-normalised; little-endian float32 in base64. */
  features: z.string(),
});

/** Features that the exporter computed outside ONNX Runtime. */
export interface GoldenFeatures {
  width: number;
  height: number;
  rows: number;
  cols: number;
  dim: number;
  /** rows x cols x dim, rows L2-normalised. */
  features: Float32Array;
}

/** @throws CodedError MODEL_GOLDEN_INVALID if the text is not golden features of an encoder with this card */
export function readGolden(text: string, card: EncoderCard): GoldenFeatures {
  const invalid = (why: string): CodedError =>
    new CodedError('MODEL_GOLDEN_INVALID', `The metadata "${GOLDEN_METADATA_KEY}" ${why}.`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw invalid('is not JSON');
  }
  const parsed = goldenSchema.safeParse(json);
  if (!parsed.success)
    throw invalid(`is not as agreed: ${parsed.error.issues.map(({ path }) => path.join('.')).join(', ')}`);
  const { features, width, height, rows, cols, dim } = parsed.data;
  const bytes = Buffer.from(features, 'base64');
  if (bytes.length !== rows * cols * dim * 4)
    throw invalid(`holds ${bytes.length} bytes, not ${rows}x${cols}x${dim} float32`);
  const { patchSize, inputMultiple } = card;
  const fits = width % inputMultiple === 0 && height % inputMultiple === 0 && dim === card.dim;
  if (!fits || rows !== height / patchSize || cols !== width / patchSize) {
    throw invalid(`is for ${width}x${height} px and ${rows}x${cols}x${dim} features, which does not fit the card`);
  }
  const values = Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(i * 4));
  return { width, height, rows, cols, dim, features: values };
}

/**
 * The largest difference between an encoder's rows and the golden ones.
 * @throws CodedError MODEL_GOLDEN_MISMATCH naming the patch that differs most
 */
export function compareGolden(golden: GoldenFeatures, encoded: EncodedFrames<Float32Array>): number {
  let worst = 0;
  let at = 0;
  golden.features.forEach((value, i) => {
    const difference = Math.abs(value - encoded.features[i]);
    if (!(difference <= worst)) [worst, at] = [difference, i];
  });
  if (worst <= TOLERANCE) return worst;
  const patch = Math.floor(at / golden.dim);
  throw new CodedError(
    'MODEL_GOLDEN_MISMATCH',
    `Patch ${patch} differs from the exporter's features by ${worst.toPrecision(3)}; ${TOLERANCE} is accepted.`,
  );
}

/** The picture of golden features: rgb24, (7 x + 13 y + 29 c) mod 256 at column x, row y, channel c. */
export function affineImage(width: number, height: number): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) for (let c = 0; c < 3; c++) rgb[at++] = (7 * x + 13 * y + 29 * c) & 255;
  }
  return rgb;
}
