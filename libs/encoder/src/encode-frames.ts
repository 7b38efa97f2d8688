import { CodedError } from '@propago/contracts';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { EncodeReply, EncodeRequest } from './encoder-thread';
import { runSession } from './open-session';
import { checkLengths } from './row-lengths';
import { SERVED } from './served-graph';

/** Shapes of input that each session has given rows of the promised shape for. */
const proved = new WeakMap<InferenceSession, Set<string>>();

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
  const perRun = batch * patches * card.dim;
  const runs = Math.ceil(count / batch);
  const features = dtype === 'fp16' ? new Uint16Array(runs * perRun) : new Float32Array(runs * perRun);
  const frameBytes = width * height * 3;
  const start = performance.now();
  for (let first = 0; first < count; first += batch) {
    if (ending()) throw new CodedError('ENCODER_FAILED', 'The encoder has been closed.');
    const inBatch = Math.min(batch, count - first);
    const packed = filledUp(frames.subarray(first * frameBytes, (first + inBatch) * frameBytes), frameBytes, batch);
    const input = new Tensor('uint8', packed, [batch, height, width, 3]);
    const target = features.subarray((first / batch) * perRun, (first / batch + 1) * perRun);
    const lengths = await rowsInto(target, { session, input, shape: [batch, patches, card.dim] });
    const { l2Normalised } = card;
    checkLengths(lengths, { count: inBatch, patches, l2Normalised, firstFrame: request.firstFrame + first });
  }
  const runMs = performance.now() - start;
  const length = count * patches * card.dim;
  return { features: (length === features.length ? features : features.slice(0, length)).buffer, runMs };
}

/**
 * One run whose rows the runtime writes to where they are wanted. A first run at a size shows that its rows have the
 * promised shape.
 * @returns the lengths of the rows, batch x patches
 */
async function rowsInto(
  target: Uint16Array | Float32Array,
  { session, input, shape }: { session: InferenceSession; input: Tensor; shape: number[] },
): Promise<Float32Array> {
  const half = target instanceof Uint16Array;
  const name = SERVED.rows[half ? 'fp16' : 'fp32'];
  const shapes = proved.get(session) ?? new Set();
  proved.set(session, shapes);
  const key = `${input.dims.join('x')} ${name}`;
  if (shapes.has(key)) {
    const rows = half ? new Tensor('float16', target, shape) : new Tensor('float32', target, shape);
    const output = await runSession(
      session,
      { name: SERVED.frames, tensor: input },
      { [name]: rows, [SERVED.lengths]: null },
    );
    return output[SERVED.lengths].data as Float32Array;
  }
  const output = await runSession(
    session,
    { name: SERVED.frames, tensor: input },
    { [name]: null, [SERVED.lengths]: null },
  );
  const rows = output[name];
  if (rows.dims.join() !== shape.join()) {
    throw new CodedError(
      'FEATURES_INVALID',
      `The encoder gave [${rows.dims.join(', ')}] for ${input.dims[2]}x${input.dims[1]} frames, ` +
        `its card promises [${shape.join(', ')}].`,
    );
  }
  target.set(numbersOf(rows));
  shapes.add(key);
  return output[SERVED.lengths].data as Float32Array;
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
