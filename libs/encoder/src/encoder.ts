import { CodedError } from '@propago/contracts';
import { EncoderCard } from './encoder-card';
import { EncodeReply, EncoderThreads, encoderThreads } from './encoder-thread';
import { ExecutionProvider } from './execution-provider';

export interface EncoderOptions {
  /** The ONNX file. */
  path: string;
  /** Its card, from `loadEncoderCard`. */
  card: EncoderCard;
  /** Default `cpu`. */
  provider?: ExecutionProvider;
  /** Threads, each with its own session; the frames of a call are shared out between them. Default 1. */
  workers?: number;
  /** Threads inside one operator of ONNX Runtime, per worker. Default 1. */
  intraOpThreads?: number;
  /** Frames per run of the graph. Default: one on the CPU, else 4, or fewer where the card says so. */
  batch?: number;
  /** GPU index for `cuda` and `tensorrt`. Default 0. */
  deviceId?: number;
}

/** `count` frames, rgb24 packed, frame after frame: count x height x width x 3 bytes. */
export interface FrameBatch {
  count: number;
  width: number;
  height: number;
}

export type FeatureType = 'fp16' | 'fp32';

/** Patch features of some frames. */
export interface EncodedFrames<F extends Float32Array | Uint16Array = Float32Array | Uint16Array> {
  /** count x (rows x cols) x dim, row-major, rows L2-normalised; binary16 bits in a Uint16Array for `fp16`. */
  features: F;
  /** Grid of one frame; patches are row-major. */
  grid: { rows: number; cols: number; patchSize: number };
  dim: number;
}

/**
 * Frames per run of the graph outside the CPU; the last batch of a call is filled up. The size is fixed because it is
 * part of the result: the colour descriptor gives other last bits for 4 frames at once than for one (a ViT-Ti does not).
 */
const ACCELERATOR_BATCH = 4;

/**
 * An encoder on its own threads. On one execution provider the features of a frame depend on nothing but the frame: not
 * on the frames beside it, on `workers`, or on how the caller cuts the frames into calls. Nor, for the encoders that were
 * tried (ViT-Ti/16 and the colour descriptor, five sizes, 1 to 8 threads), on `intraOpThreads`; ONNX Runtime does not
 * promise that for every graph.
 */
export class Encoder {
  constructor(
    readonly card: EncoderCard,
    private readonly threads: EncoderThreads,
    /** Frames per run, always exactly as many. */
    private readonly batch: number,
  ) {}

  /**
   * @param frames count x height x width x 3 bytes, rgb24; not changed and not kept
   * @throws CodedError FEATURES_INVALID if a row is NaN, infinite or zero, or the output has another shape than the card
   * says; ENCODER_FAILED if the runtime or its thread fails (the next call gets a new thread)
   */
  encode(frames: Uint8Array, batch: FrameBatch, dtype: 'fp32'): Promise<EncodedFrames<Float32Array>>;
  encode(frames: Uint8Array, batch: FrameBatch, dtype?: 'fp16'): Promise<EncodedFrames<Uint16Array>>;
  encode(frames: Uint8Array, batch: FrameBatch, dtype?: FeatureType): Promise<EncodedFrames>;
  async encode(frames: Uint8Array, { count, width, height }: FrameBatch, dtype: FeatureType = 'fp16') {
    const { patchSize, inputMultiple, dim } = this.card;
    if (!(count >= 1) || width < patchSize || height < patchSize || width % inputMultiple || height % inputMultiple) {
      throw new CodedError(
        'ENCODER_FAILED',
        `Expected at least one frame with sides that are multiples of ${inputMultiple} px, received ${count} of ${width}x${height}.`,
      );
    }
    const frameBytes = width * height * 3;
    if (frames.length !== count * frameBytes) {
      throw new CodedError(
        'ENCODER_FAILED',
        `Expected ${count * frameBytes} bytes for ${count} frames of ${width}x${height}, received ${frames.length}.`,
      );
    }
    // Parts are whole batches, so that no thread count adds a filled-up batch.
    const perPart = Math.ceil(Math.ceil(count / this.batch) / this.threads.size) * this.batch;
    const parts: Promise<ArrayBuffer>[] = [];
    for (let first = 0; first < count; first += perPart) {
      const part = Math.min(perPart, count - first);
      const own = new Uint8Array(part * frameBytes);
      own.set(frames.subarray(first * frameBytes, (first + part) * frameBytes));
      const { card, batch } = this;
      const request = {
        kind: 'encode' as const,
        frames: own,
        firstFrame: first,
        count: part,
        batch,
        width,
        height,
        dtype,
        card,
      };
      parts.push(this.threads.run(request, [own.buffer]).then((reply) => (reply as EncodeReply).features));
    }
    const buffers = await allOrFirstError(parts);
    const grid = { rows: height / patchSize, cols: width / patchSize, patchSize };
    return { features: joined(buffers, dtype), grid, dim };
  }

  /** Ends the threads; calls in progress reject. */
  async close(): Promise<void> {
    await this.threads.close();
  }
}

/**
 * Starts the threads and loads the encoder in each.
 * @throws CodedError ENCODER_INVALID if the file cannot be loaded or no longer has the card's digest;
 * EXECUTION_PROVIDER_UNAVAILABLE if this machine lacks the provider, listing what it has
 */
export async function openEncoder(options: EncoderOptions): Promise<Encoder> {
  const { path, card, provider = 'cpu', workers = 1, intraOpThreads = 1, deviceId = 0, batch } = options;
  const threads = encoderThreads(
    {
      path,
      sha256: card.sha256,
      provider,
      deviceId,
      intraOpThreads,
      graph: { kind: 'served', card, network: provider === 'cpu' ? 'plain' : 'fused' },
    },
    workers,
  );
  await threads.start();
  // On the CPU larger batches are not faster: 4 frames of 832x480 with a ViT-Ti/16 on one thread take 2.5 s at once and
  // 2.0 s one by one.
  return new Encoder(card, threads, batch ?? defaultBatch(provider, card));
}

function defaultBatch(provider: ExecutionProvider, card: EncoderCard): number {
  return provider === 'cpu' ? 1 : Math.min(ACCELERATOR_BATCH, card.maxBatch ?? Infinity);
}

/** Waits for every part even if one fails, so that no thread still works for a call that has ended. */
async function allOrFirstError(parts: Promise<ArrayBuffer>[]): Promise<ArrayBuffer[]> {
  const results = await Promise.allSettled(parts);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

function joined(buffers: ArrayBuffer[], dtype: FeatureType): Float32Array | Uint16Array {
  const View = dtype === 'fp16' ? Uint16Array : Float32Array;
  if (buffers.length === 1) return new View(buffers[0]);
  const bytes = new Uint8Array(buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0));
  let at = 0;
  for (const buffer of buffers) {
    bytes.set(new Uint8Array(buffer), at);
    at += buffer.byteLength;
  }
  return new View(bytes.buffer);
}
