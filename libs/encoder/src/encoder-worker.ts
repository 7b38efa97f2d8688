import { asCodedError } from '@propago/contracts';
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { encodeFrames } from './encode-frames';
import { EncodeReply, EncodeRequest, EncoderThreadOptions, RawReply, RawRequest } from './encoder-thread';
import { openSession, runSession } from './open-session';
import { END_THREAD, WorkerFailure } from './thread-pool';

/** The worker thread of `Encoder`: the only place where ONNX Runtime runs, because its `run()` blocks its thread. */

/** The pool is closing: leave the current request after the run that is in progress. */
let ending = false;

/** The output as the graph gives it, copied out of the runtime's memory. */
async function runRaw(session: InferenceSession, { input, dims, names }: RawRequest): Promise<RawReply> {
  const tensor = input instanceof Uint8Array ? new Tensor('uint8', input, dims) : new Tensor('float32', input, dims);
  const { [names[1]]: output } = await runSession(session, { name: names[0], tensor }, { [names[1]]: null });
  const reply: RawReply = { type: output.type, dims: [...output.dims] };
  if (output.type === 'float32') reply.values = Float32Array.from(output.data as Float32Array);
  output.dispose();
  return reply;
}

function answer(session: InferenceSession, request: EncodeRequest | RawRequest): Promise<EncodeReply | RawReply> {
  return request.kind === 'raw' ? runRaw(session, request) : encodeFrames(session, request, () => ending);
}

function transferred(reply: EncodeReply | RawReply): ArrayBuffer[] {
  if ('features' in reply) return [reply.features];
  return reply.values ? [reply.values.buffer as ArrayBuffer] : [];
}

function failure(error: unknown): WorkerFailure {
  const { code, message } = asCodedError(error);
  return { code: code === 'INTERNAL' ? 'ENCODER_FAILED' : code, message };
}

async function main(): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('encoder-worker runs only as a worker thread');
  let session: InferenceSession;
  try {
    session = await openSession(workerData as EncoderThreadOptions);
  } catch (error) {
    port.postMessage({ failed: failure(error) });
    return;
  }
  let current: Promise<void> = Promise.resolve();
  port.on('message', (message: EncodeRequest | RawRequest | typeof END_THREAD) => {
    if (message === END_THREAD) {
      ending = true;
      void current.then(() => session.release()).finally(() => port.close());
      return;
    }
    current = answer(session, message)
      .then((reply) => port.postMessage({ reply }, transferred(reply)))
      .catch((error: unknown) => port.postMessage({ failed: failure(error) }));
  });
  port.postMessage({ ready: { inputs: session.inputMetadata, outputs: session.outputMetadata } });
}

void main();
