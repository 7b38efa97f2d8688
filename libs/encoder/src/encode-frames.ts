import { CodedError } from '@propago/contracts';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { EncodeReply, EncodeRequest } from './encoder-thread';
import { runSession } from './open-session';
import { checkLengths } from './row-lengths';
import { SERVED } from './served-graph';

/**
 * Runs the served graph on some frames, a batch at a time.
 * @param ending whether nobody waits any more
 * @throws CodedError as `Encoder.encode`
 */
export async function encodeFrames(
  session: InferenceSession,
  request: EncodeRequest,
  ending: () => boolean,
): Promise<EncodeReply> {
  const { frames, count, batch, width, height, dtype, card } = request;
  const patches = (height / card.patchSize) * (width / card.patchSize);
  const perFrame = patches * card.dim;
  const features = dtype === 'fp16' ? new Uint16Array(count * perFrame) : new Float32Array(count * perFrame);
  const frameBytes = width * height * 3;
  for (let first = 0; first < count; first += batch) {
    if (ending()) throw new CodedError('ENCODER_FAILED', 'The encoder has been closed.');
    const inBatch = Math.min(batch, count - first);
    const packed = filledUp(frames.subarray(first * frameBytes, (first + inBatch) * frameBytes), frameBytes, batch);
    const tensor = new Tensor('uint8', packed, [batch, height, width, 3]);
    const output = await runSession(session, { name: SERVED.frames, tensor }, [SERVED.rows[dtype], SERVED.lengths]);
    const { [SERVED.rows[dtype]]: rows, [SERVED.lengths]: lengths } = output;
    if (rows.dims.join() !== [batch, patches, card.dim].join()) {
      throw new CodedError(
        'FEATURES_INVALID',
        `The encoder gave [${rows.dims.join(', ')}] for ${width}x${height} frames, ` +
          `its card promises [${[batch, patches, card.dim].join(', ')}].`,
      );
    }
    const { l2Normalised } = card;
    const firstFrame = request.firstFrame + first;
    checkLengths(lengths.data as Float32Array, { count: inBatch, patches, l2Normalised, firstFrame });
    features.set(numbersOf(rows).subarray(0, inBatch * perFrame), first * perFrame);
    rows.dispose();
    lengths.dispose();
  }
  return { features: features.buffer };
}

/** As many frames as a batch has, the last one repeated: the shape of a batch never changes. */
function filledUp(packed: Uint8Array, frameBytes: number, batch: number): Uint8Array {
  if (packed.length === batch * frameBytes) return packed;
  const full = new Uint8Array(batch * frameBytes);
  full.set(packed);
  const last = packed.subarray(packed.length - frameBytes);
  for (let at = packed.length; at < full.length; at += frameBytes) full.set(last, at);
  return full;
}

/** float32 numbers, or the bits of binary16. */
function numbersOf({ type, data }: Tensor): Float32Array | Uint16Array {
  const { buffer, byteOffset, length } = data as Float32Array | Uint16Array;
  return type === 'float32' ? (data as Float32Array) : new Uint16Array(buffer, byteOffset, length);
}
