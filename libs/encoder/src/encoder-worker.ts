import { asCodedError, CodedError } from '@propago/contracts';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { providerUnavailable } from './provider-unavailable';
import { writeFeatureRows } from './feature-rows';
import { frameTensor } from './frame-tensor';
import { EncodeReply, EncodeRequest, EncoderThreadOptions, RawReply, RawRequest } from './encoder-thread';
import { END_THREAD, WorkerFailure } from './thread-pool';

/** The worker thread of `Encoder`: the only place where ONNX Runtime runs, because its `run()` blocks its thread. */

const options = workerData as EncoderThreadOptions;
/** The pool is closing: leave the current request after the run that is in progress. */
let ending = false;

async function openSession(): Promise<InferenceSession> {
  // Warnings about a graph are for its author; failures arrive as exceptions.
  env.logLevel = 'fatal';
  const model = await readFile(options.path);
  const digest = createHash('sha256').update(model).digest('hex');
  if (digest !== options.sha256) {
    throw new CodedError(
      'ENCODER_INVALID',
      `The encoder file has changed: its sha256 is ${digest}, not ${options.sha256}.`,
    );
  }
  const create = (provider: InferenceSession.ExecutionProviderConfig) =>
    InferenceSession.create(model, {
      executionProviders: [provider],
      intraOpNumThreads: options.intraOpThreads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: 4,
    });
  const invalid = (error: unknown) =>
    new CodedError('ENCODER_INVALID', `ONNX Runtime refuses the encoder: ${firstLine(error)}`);
  if (options.provider === 'cpu') {
    return create('cpu').catch((error: unknown) => {
      throw invalid(error);
    });
  }
  const { provider, deviceId } = options;
  return create(provider === 'webgpu' ? 'webgpu' : { name: provider, deviceId }).catch(async (error: unknown) => {
    // A file that the CPU cannot load either is at fault itself; otherwise the machine is.
    const session = await create('cpu').catch(() => undefined);
    if (!session) throw invalid(error);
    await session.release();
    throw providerUnavailable(provider, error);
  });
}

async function run(session: InferenceSession, inputName: string, outputName: string, input: Tensor): Promise<Tensor> {
  try {
    return (await session.run({ [inputName]: input }, [outputName]))[outputName];
  } catch (error) {
    throw new CodedError('ENCODER_FAILED', `ONNX Runtime failed on ${input.dims.join('x')}: ${firstLine(error)}`);
  }
}

async function encode(session: InferenceSession, request: EncodeRequest): Promise<EncodeReply> {
  const { frames, count, batch, width, height, card } = request;
  const rows = height / card.patchSize;
  const cols = width / card.patchSize;
  const patches = rows * cols;
  const length = count * patches * card.dim;
  const features = request.dtype === 'fp16' ? new Uint16Array(length) : new Float32Array(length);
  const frameBytes = width * height * 3;
  const { mean, std } = card;
  // One input for all runs: a new one each time (5 MB at 832x480) would only wait for the garbage collector.
  const values = new Float32Array(batch * 3 * width * height);
  for (let first = 0; first < count; first += batch) {
    if (ending) throw new CodedError('ENCODER_FAILED', 'The encoder has been closed.');
    const inBatch = Math.min(batch, count - first);
    const packed = frames.subarray(first * frameBytes, (first + inBatch) * frameBytes);
    frameTensor(packed, { count: inBatch, batch, width, height, mean, std }, values);
    const input = new Tensor('float32', values, [batch, 3, height, width]);
    const output = await run(session, card.inputName, card.outputName, input);
    const expected = card.layout === 'tokens' ? [batch, patches, card.dim] : [batch, card.dim, rows, cols];
    if (output.type !== 'float32' || output.dims.join() !== expected.join()) {
      throw new CodedError(
        'FEATURES_INVALID',
        `The encoder gave ${output.type} [${output.dims.join(', ')}] for ${width}x${height} frames, ` +
          `its card promises float32 [${expected.join(', ')}].`,
      );
    }
    const raw = {
      values: output.data as Float32Array,
      layout: card.layout,
      count: inBatch,
      patches,
      dim: card.dim,
      l2Normalised: card.l2Normalised,
      firstFrame: request.firstFrame + first,
    };
    writeFeatureRows(raw, features, first * patches);
    output.dispose();
  }
  return { features: features.buffer };
}

/** The output as the graph gives it, copied out of the runtime's memory. */
async function runRaw(session: InferenceSession, { input, dims, names }: RawRequest): Promise<RawReply> {
  const output = await run(session, names[0], names[1], new Tensor('float32', input, dims));
  const reply: RawReply = { type: output.type, dims: [...output.dims] };
  if (output.type === 'float32') reply.values = Float32Array.from(output.data as Float32Array);
  output.dispose();
  return reply;
}

function answer(session: InferenceSession, request: EncodeRequest | RawRequest): Promise<EncodeReply | RawReply> {
  return request.kind === 'raw' ? runRaw(session, request) : encode(session, request);
}

function transferred(reply: EncodeReply | RawReply): ArrayBuffer[] {
  if ('features' in reply) return [reply.features];
  return reply.values ? [reply.values.buffer as ArrayBuffer] : [];
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim().split('\n')[0];
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
    session = await openSession();
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
