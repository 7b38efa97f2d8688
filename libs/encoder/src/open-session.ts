import { CodedError } from '@propago/contracts';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { EncoderThreadOptions, ThreadGraph } from './encoder-thread';
import { providerUnavailable } from './provider-unavailable';
import { servedGraph, withFramesIn } from './served-graph';

/**
 * A session on the provider that is asked for and no other.
 * @throws CodedError ENCODER_INVALID if the file has another digest or ONNX Runtime refuses it;
 * EXECUTION_PROVIDER_UNAVAILABLE if only this machine's provider does
 */
export async function openSession(options: EncoderThreadOptions): Promise<InferenceSession> {
  // Warnings about a graph are for its author; failures arrive as exceptions.
  env.logLevel = 'fatal';
  const file = await readFile(options.path);
  const digest = createHash('sha256').update(file).digest('hex');
  if (digest !== options.sha256) {
    throw new CodedError(
      'ENCODER_INVALID',
      `The encoder file has changed: its sha256 is ${digest}, not ${options.sha256}.`,
    );
  }
  const model = graphOf(file, options.graph);
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

function graphOf(file: Uint8Array, graph: ThreadGraph): Uint8Array {
  if (graph.kind === 'file') return file;
  return graph.kind === 'served' ? servedGraph(file, graph.card, graph.network) : withFramesIn(file, graph.card);
}

/**
 * One run with one input.
 * @param outputs by name: a tensor to write to, or null for a new one
 * @throws CodedError ENCODER_FAILED
 */
export async function runSession<Output extends string>(
  session: InferenceSession,
  input: { name: string; tensor: Tensor },
  outputs: Record<Output, Tensor | null>,
): Promise<Record<Output, Tensor>> {
  try {
    return (await session.run({ [input.name]: input.tensor }, outputs)) as Record<Output, Tensor>;
  } catch (error) {
    const size = input.tensor.dims.join('x');
    throw new CodedError('ENCODER_FAILED', `ONNX Runtime failed on ${size}: ${firstLine(error)}`);
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim().split('\n')[0];
}
