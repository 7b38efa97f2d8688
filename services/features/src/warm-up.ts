import { CodedError } from '@propago/contracts';
import { inputSize, type Size } from '@propago/encoder';
import type { ServedEncoder } from './encoder-slot';

/**
 * Runs an encoder once at each size and on each of its threads, so that the first job does not wait for what the runtime
 * prepares then, and so that a version that loads but does not run shows before a run meets it.
 * @param sizes px; rounded down to what the encoder accepts
 * @param threads of the encoder
 */
export async function warmUp(encoder: ServedEncoder, sizes: readonly Size[], threads: number): Promise<void> {
  for (const size of sizes) {
    const rule = { kind: 'native', multipleOf: encoder.card.inputMultiple, rounding: 'floor' } as const;
    const { width, height } = inputSize(rule, size, encoder.card);
    try {
      await encoder.encode(noise(threads * width * height * 3), { count: threads, width, height });
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      throw new CodedError(error.code, `Warm-up at ${width}x${height}: ${error.message}`, { cause: error });
    }
  }
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
