import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import type { AffinityEngine, ContextEntry } from '@propago/affinity';
import type { PropagationParameters } from '@propago/contracts';
import { inputSize, loadEncoderCard, openEncoder, type Encoder, type Size } from '@propago/encoder';
import type { LabelFrame } from '@propago/evaluation';
import { labelsToGrid, readLabels, type LabelMap } from '@propago/labels';
import { frameAt, PassWalk, stepOf, type Walk } from '@propago/passes';
import { resizeRgb } from '@propago/video';

/** From this program in dist/, in a clone. */
export const DEFAULT_ENCODER = path.resolve(__dirname, '../../encoders/conv-descriptor.onnx');
const LIMITS = { maxSide: 16_384, maxPixels: 2 ** 28, maxClasses: 254 };

/** A sequence in DAVIS layout with the features of its frames. */
export interface DavisClip {
  name: string;
  size: Size;
  /** Of a frame as the encoder sees it. */
  input: Size;
  grid: { rows: number; cols: number };
  dim: number;
  /** patches x dim, by frame; binary16 bits, as the platform stores them. */
  features: Uint16Array[];
  truth: LabelMap[];
}

/** Encodes the frames of sequences, each once: what a cache folder has of a picture is taken from there. */
export class ClipReader {
  private constructor(
    private readonly encoder: Encoder,
    private readonly parameters: PropagationParameters,
    /** Folder of features by encoder, input size and picture. */
    private readonly cache: string | undefined,
    private readonly encoderDigest: string,
  ) {}

  /** @param cache folder to keep features in; absent: they are not kept */
  static async open(file: string, parameters: PropagationParameters, cache?: string): Promise<ClipReader> {
    const encoder = await openEncoder({ path: file, card: await loadEncoderCard(file), intraOpThreads: 2 });
    return new ClipReader(encoder, parameters, cache, digest(readFileSync(file)));
  }

  /** The first `frames` frames of a sequence of a folder in DAVIS layout. */
  async read(root: string, name: string, frames = Infinity): Promise<DavisClip> {
    const images = files(path.join(root, 'JPEGImages/480p', name)).slice(0, frames);
    const truth = files(path.join(root, 'Annotations/480p', name))
      .slice(0, frames)
      .map((file) => readLabels(readFileSync(file), LIMITS));
    const size = { width: truth[0]!.width, height: truth[0]!.height };
    const { card } = this.encoder;
    const input = inputSize(this.parameters.inputSize, size, card);
    const features: Uint16Array[] = [];
    for (const image of images) features.push(await this.featuresOf(image, size, input));
    const grid = { rows: input.height / card.patchSize, cols: input.width / card.patchSize };
    return { name, size, input, grid, dim: card.dim, features, truth };
  }

  close(): Promise<void> {
    return this.encoder.close();
  }

  private async featuresOf(image: string, size: Size, input: Size): Promise<Uint16Array> {
    const picture = readFileSync(image);
    const folder = this.cache && path.join(this.cache, `${this.encoderDigest}-${input.width}x${input.height}`);
    const kept = folder && path.join(folder, digest(picture));
    if (kept && existsSync(kept)) {
      const bytes = readFileSync(kept);
      return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
    }
    const rgb = await sharp(picture).removeAlpha().raw().toBuffer();
    const pixels = resizeRgb(rgb, size, input, this.parameters.imageResize);
    const { features } = await this.encoder.encode(pixels, { count: 1, ...input });
    if (kept) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${kept}.part`, features);
      renameSync(`${kept}.part`, kept);
    }
    return features;
  }
}

/** Names of the sequences of a folder in DAVIS layout. */
export const sequencesOf = (root: string): string[] => readdirSync(path.join(root, 'JPEGImages/480p')).sort();

/**
 * Soft labels of a pass by frame, patches x 2.
 * @param said what its first frame says; the truth when absent
 * @param contextOf the context of a step, oldest first; what the parameters say when absent
 */
export async function walkPass(
  { features, truth, grid, dim }: DavisClip,
  pass: Walk & { to: number },
  engine: AffinityEngine,
  parameters: PropagationParameters,
  said: LabelFrame = truth[pass.from]!,
  contextOf?: (step: number) => ContextEntry[],
): Promise<Map<number, Float32Array>> {
  const session = engine.createSession({ grid, dim, classes: 2 }, parameters);
  const labels = new Map<number, Float32Array>();
  const prompt = () => labelsToGrid(said, [1], grid, parameters.labelResize);
  const walking = new PassWalk(session);
  const last = stepOf(pass, pass.to);
  try {
    for (let step = 0; step <= last; step++) {
      const frame = frameAt(pass, step);
      labels.set(
        frame,
        (await walking.next(features[frame]!, async () => prompt(), { context: contextOf?.(step) })).labels,
      );
    }
  } finally {
    session.close();
  }
  return labels;
}

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const files = (folder: string): string[] =>
  readdirSync(folder)
    .sort()
    .map((name) => path.join(folder, name));
