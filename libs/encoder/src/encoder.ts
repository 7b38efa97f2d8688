import { CodedError } from '@propago/contracts';
import { AcceleratorPlan, MEASURED, openAccelerated } from './accelerator';
import { EncoderCard } from './encoder-card';
import { EncodeReply, EncoderThreads, encoderThreads } from './encoder-thread';
import { ExecutionProvider } from './execution-provider';
import { Size } from './input-size';

export interface EncoderOptions {
  /** The ONNX file. */
  path: string;
  /** Its card, from `loadEncoderCard`. */
  card: EncoderCard;
  /** Default `cpu`. */
  provider?: ExecutionProvider;
  /**
   * Threads, each with its own session; the frames of a call are shared out between them. Default: one, but two with CUDA
   * and TensorRT, so that the frames of one run travel while another one computes. WebGPU has one queue per process.
   */
  workers?: number;
  /** Threads inside one operator of ONNX Runtime, per worker. Default 1. */
  intraOpThreads?: number;
  /** Frames per run of the graph. Default: one on the CPU, else what is fastest on this machine. */
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
  /** Time of the threads in the runtime together: upload, computation, read-back. */
  runMs: number;
}

const DEFAULT_WORKERS: Readonly<Record<ExecutionProvider, number>> = { cpu: 1, cuda: 2, tensorrt: 2, webgpu: 1 };

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
    /** Frames per run at a size, always exactly as many; the last run of a call is filled up. */
    private readonly framesPerRun: (size: Size) => number,
    /** Outside the CPU: how the encoder runs there, and why. */
    readonly plan?: AcceleratorPlan,
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
    const inRun = this.framesPerRun({ width, height });
    // Parts are whole batches, so that no thread count adds a filled-up batch.
    const perPart = Math.ceil(Math.ceil(count / inRun) / this.threads.size) * inRun;
    const parts: Promise<EncodeReply>[] = [];
    for (let first = 0; first < count; first += perPart) {
      const part = Math.min(perPart, count - first);
      const own = new Uint8Array(part * frameBytes);
      own.set(frames.subarray(first * frameBytes, (first + part) * frameBytes));
      const { card } = this;
      const request = {
        kind: 'encode' as const,
        frames: own,
        firstFrame: first,
        count: part,
        batch: inRun,
        width,
        height,
        dtype,
        card,
      };
      parts.push(this.threads.run(request, [own.buffer]).then((reply) => reply as EncodeReply));
    }
    const replies = await allOrFirstError(parts);
    const features = joined(
      replies.map((reply) => reply.features),
      dtype,
    );
    const runMs = replies.reduce((sum, reply) => sum + reply.runMs, 0);
    const grid = { rows: height / patchSize, cols: width / patchSize, patchSize };
    return { features, grid, dim, runMs };
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
  const { path, card, provider = 'cpu', intraOpThreads = 1, deviceId = 0, batch } = options;
  const { workers = DEFAULT_WORKERS[provider] } = options;
  const thread = { path, sha256: card.sha256, provider, deviceId, intraOpThreads };
  if (provider !== 'cpu') {
    const { threads, plan } = await openAccelerated(thread, card, { workers, batch });
    return new Encoder(card, threads, (size) => batch ?? framesAt(plan.batch, size), plan);
  }
  const graph = { kind: 'served' as const, card, network: 'plain' as const };
  const threads = encoderThreads({ ...thread, graph }, workers);
  await threads.start();
  // On the CPU larger batches are not faster: 4 frames of 832x480 with a ViT-Ti/16 on one thread take 2.5 s at once and
  // 2.0 s one by one.
  return new Encoder(card, threads, () => batch ?? 1);
}

/** As many pixels per run as were measured, so that frames of another size need no more memory. */
function framesAt(batch: number, { width, height }: Size): number {
  return Math.max(1, Math.min(batch, Math.floor((batch * MEASURED.width * MEASURED.height) / (width * height))));
}

/** Waits for every part even if one fails, so that no thread still works for a call that has ended. */
async function allOrFirstError<T>(parts: Promise<T>[]): Promise<T[]> {
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
