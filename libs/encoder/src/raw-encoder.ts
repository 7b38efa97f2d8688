import { EncoderCard } from './encoder-card';
import { EncoderThreads, encoderThreads, RawReply } from './encoder-thread';

/** What a graph gives for one input. */
export interface RawOutput {
  type: string;
  dims: number[];
  /** Row-major; only where `type` is float32. */
  values?: Float32Array;
}

/** An encoder as its graph is, on a thread of its own: no shape is expected, no row is checked or divided. */
export class RawEncoder {
  constructor(
    private readonly card: Pick<EncoderCard, 'inputName' | 'outputName'>,
    private readonly threads: EncoderThreads,
  ) {}

  /**
   * @param input changes owner; row-major
   * @param dims [batch, 3, height, width]
   * @throws CodedError ENCODER_FAILED if the runtime or its thread fails
   */
  async run(input: Float32Array, dims: number[]): Promise<RawOutput> {
    const { inputName, outputName } = this.card;
    const request = { kind: 'raw' as const, input, dims, names: [inputName, outputName] as [string, string] };
    return (await this.threads.run(request, [input.buffer as ArrayBuffer])) as RawReply;
  }

  async close(): Promise<void> {
    await this.threads.close();
  }
}

/**
 * Loads a file on the CPU, to look at what its graph gives.
 * @throws CodedError ENCODER_INVALID if it cannot be loaded or no longer has the card's digest
 */
export async function openRawEncoder(
  path: string,
  card: Pick<EncoderCard, 'sha256' | 'inputName' | 'outputName'>,
): Promise<RawEncoder> {
  const options = { path, sha256: card.sha256, provider: 'cpu' as const, deviceId: 0, intraOpThreads: 1 };
  const threads = encoderThreads(options, 1);
  await threads.start();
  return new RawEncoder(card, threads);
}
