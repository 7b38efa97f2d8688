import { CodedError } from '@propago/contracts';
import { EncoderCard } from './encoder-card';
import { EncodeReply, EncodeRequest, EncoderThreadOptions, EncoderThreads, encoderThreads } from './encoder-thread';
import { halvesToFloats } from './half-float';
import { Network } from './served-graph';

/** How an encoder runs on an accelerator, and what was measured when it was loaded. */
export interface AcceleratorPlan {
  network: Network;
  /** Smallest cosine of a row of the fused network with the CPU's row; 0 where it did not run. */
  smallestCosine: number;
  /** Why the fused network did not run. */
  refused?: string;
  /** Frames of `MEASURED` per run of the graph. */
  batch: number;
  /** Frames per second of each batch that was tried. */
  tried: { batch: number; framesPerSecond: number }[];
}

/** Rows of the fused network must be as close as this to those of the file's own on the CPU. */
const LEAST_COSINE = 0.9999;
/** Size (px) at which networks are compared: small, because the CPU takes part. */
const COMPARED = { width: 320, height: 224 };
/** Size (px) at which batches are compared. */
export const MEASURED = { width: 854, height: 480 };
const MOST_FRAMES = 16;
/** A larger batch must be this much faster: it takes more memory, and the frames of a segment come later. */
const WORTHWHILE = 1.1;
const TIMED_CALLS = 3;

/**
 * Opens an encoder on an accelerator: the fused network if it gives the features of the file's own, and as many frames per
 * run as are worth it on this machine.
 * @param batch the frames per run, where the caller knows them
 * @throws CodedError as `openEncoder`
 */
export async function openAccelerated(
  options: Omit<EncoderThreadOptions, 'graph'>,
  card: EncoderCard,
  { workers, batch }: { workers: number; batch?: number },
): Promise<{ threads: EncoderThreads; plan: AcceleratorPlan }> {
  const open = async (network: Network) => {
    const threads = encoderThreads({ ...options, graph: { kind: 'served', card, network } }, workers);
    await threads.start();
    return threads;
  };
  const chosen = await chooseNetwork(options, card, open);
  const { network } = chosen;
  const threads = await open(network);
  if (batch !== undefined) return { threads, plan: { ...chosen, batch, tried: [] } };
  const { tried, failed } = await measureBatches(threads, card, workers).catch(async (error: unknown) => {
    await threads.close();
    throw error;
  });
  const worth = tried.reduce((best, next) => (next.framesPerSecond > best.framesPerSecond * WORTHWHILE ? next : best));
  const plan = { ...chosen, batch: worth.batch, tried };
  if (!failed) return { threads, plan };
  // What ran out of memory may have lost its device.
  await threads.close();
  return { threads: await open(network), plan };
}

type OpenNetwork = (network: Network) => Promise<EncoderThreads>;

async function chooseNetwork(
  options: Omit<EncoderThreadOptions, 'graph'>,
  card: EncoderCard,
  open: OpenNetwork,
): Promise<Pick<AcceleratorPlan, 'network' | 'smallestCosine' | 'refused'>> {
  const size = fitted(COMPARED, card);
  const rowsOf = async (threads: EncoderThreads) => {
    try {
      return await encodeNoise(threads, card, { ...size, count: 1 });
    } finally {
      await threads.close();
    }
  };
  const cpu = encoderThreads({ ...options, provider: 'cpu', graph: { kind: 'served', card, network: 'plain' } }, 1);
  await cpu.start();
  const expected = await rowsOf(cpu);
  try {
    const smallestCosine = smallestCosineOf(expected, await open('fused').then(rowsOf), card.dim);
    return { network: smallestCosine >= LEAST_COSINE ? 'fused' : 'plain', smallestCosine };
  } catch (error) {
    // The machine is at fault, whatever the network.
    if (!(error instanceof CodedError) || error.code === 'EXECUTION_PROVIDER_UNAVAILABLE') throw error;
    return { network: 'plain', smallestCosine: 0, refused: error.message };
  }
}

/** Doubles the batch as long as that pays. */
async function measureBatches(threads: EncoderThreads, card: EncoderCard, workers: number) {
  const size = fitted(MEASURED, card);
  const most = Math.min(MOST_FRAMES, card.maxBatch ?? MOST_FRAMES);
  const tried: AcceleratorPlan['tried'] = [];
  for (let batch = 1; batch <= most; batch *= 2) {
    const runAll = () =>
      Promise.all(Array.from({ length: workers }, () => encodeNoise(threads, card, { ...size, count: batch })));
    try {
      // The first run at a new shape plans memory and compiles.
      await runAll();
      const start = performance.now();
      for (let call = 0; call < TIMED_CALLS; call++) await runAll();
      const framesPerSecond = (1000 * TIMED_CALLS * workers * batch) / (performance.now() - start);
      const before = tried.at(-1)?.framesPerSecond ?? 0;
      tried.push({ batch, framesPerSecond });
      if (framesPerSecond < before) break;
    } catch (error) {
      if (batch === 1) throw error;
      return { tried, failed: true };
    }
  }
  return { tried, failed: false };
}

/** A size that the encoder takes, not larger. */
function fitted({ width, height }: { width: number; height: number }, { inputMultiple }: EncoderCard) {
  const down = (px: number) => Math.max(1, Math.floor(px / inputMultiple)) * inputMultiple;
  return { width: down(width), height: down(height) };
}

async function encodeNoise(
  threads: EncoderThreads,
  card: EncoderCard,
  { width, height, count }: { width: number; height: number; count: number },
): Promise<Float32Array> {
  const frames = noise(count * width * height * 3);
  const about = { kind: 'encode', frames, firstFrame: 0, count, batch: count, width, height, dtype: 'fp16' } as const;
  const request: EncodeRequest = { ...about, card };
  const { features } = (await threads.run(request, [frames.buffer as ArrayBuffer])) as EncodeReply;
  return halvesToFloats(new Uint16Array(features));
}

/** Pixels that give no patch a constant colour, whose features may have no direction. */
function noise(bytes: number): Uint8Array {
  const { imul } = Math;
  const pixels = new Uint8Array(bytes);
  let state = 1;
  for (let i = 0; i < bytes; i++) {
    state = (imul(state, 1664525) + 1013904223) | 0;
    pixels[i] = state >>> 24;
  }
  return pixels;
}

function smallestCosineOf(one: Float32Array, other: Float32Array, dim: number): number {
  let smallest = 1;
  for (let row = 0; row < one.length; row += dim) {
    let [dot, ones, others] = [0, 0, 0];
    for (let i = row; i < row + dim; i++) {
      dot += one[i] * other[i];
      ones += one[i] ** 2;
      others += other[i] ** 2;
    }
    smallest = Math.min(smallest, dot / Math.sqrt(ones * others));
  }
  return smallest;
}
