import { EncoderCard } from './encoder-card';
import type { FrameBatch } from './encoder';
import { EncoderThreads, encoderThreads, RawReply } from './encoder-thread';
import { SERVED } from './served-graph';

/** What a graph gives for some frames. */
export interface RawOutput {
  type: string;
  dims: number[];
  /** Row-major; only where `type` is float32. */
  values?: Float32Array;
}

/** An encoder on a thread of its own whose output is as its graph gives it: no row is checked or divided. */
export class RawEncoder {
  constructor(
    private readonly card: EncoderCard,
    private readonly threads: EncoderThreads,
  ) {}

  /**
   * @param frames count x height x width x 3 bytes, rgb24; changes owner
   * @throws CodedError ENCODER_FAILED if the runtime or its thread fails
   */
  async run(frames: Uint8Array, { count, width, height }: FrameBatch): Promise<RawOutput> {
    const names: [string, string] = [SERVED.frames, this.card.outputName];
    const request = { kind: 'raw' as const, input: frames, dims: [count, height, width, 3], names };
    return (await this.threads.run(request, [frames.buffer as ArrayBuffer])) as RawReply;
  }

  async close(): Promise<void> {
    await this.threads.close();
  }
}

/**
 * Loads a file on the CPU, to look at what its graph gives.
 * @throws CodedError ENCODER_INVALID if it cannot be loaded or no longer has the card's digest
 */
export async function openRawEncoder(path: string, card: EncoderCard): Promise<RawEncoder> {
  const graph = { kind: 'frames' as const, card };
  const options = { path, sha256: card.sha256, provider: 'cpu' as const, deviceId: 0, intraOpThreads: 1, graph };
  const threads = encoderThreads(options, 1);
  await threads.start();
  return new RawEncoder(card, threads);
}
