import { compiledProgram } from './compiled-program';
import { EncoderCard } from './encoder-card';
import { ExecutionProvider } from './execution-provider';
import { Network } from './served-graph';
import { ThreadPool } from './thread-pool';

/**
 * Which graph a thread runs: the one of the file, that one on packed frames (`withFramesIn`), or with everything round it
 * inside (`servedGraph`).
 */
export type ThreadGraph =
  { kind: 'file' } | { kind: 'frames'; card: EncoderCard } | { kind: 'served'; card: EncoderCard; network: Network };

/** `workerData` of the encoder thread. */
export interface EncoderThreadOptions {
  path: string;
  /** The file must still have this digest: features are keyed by it. */
  sha256: string;
  provider: ExecutionProvider;
  deviceId: number;
  intraOpThreads: number;
  graph: ThreadGraph;
}

/**
 * For a thread with the served graph. `frames` (rgb24) changes owner; `firstFrame` is its index in the caller's frames,
 * for messages.
 */
export interface EncodeRequest {
  kind: 'encode';
  frames: Uint8Array;
  firstFrame: number;
  count: number;
  batch: number;
  width: number;
  height: number;
  dtype: 'fp16' | 'fp32';
  card: EncoderCard;
}

export interface EncodeReply {
  /** count x patches x dim of the asked type. */
  features: ArrayBuffer;
  /** Time in the runtime: upload, computation, read-back. */
  runMs: number;
}

/** Runs the graph on the given input; `names` are the input's and the output's. */
export interface RawRequest {
  kind: 'raw';
  /** Changes owner; as many values as `dims` say. */
  input: Float32Array | Uint8Array;
  dims: number[];
  names: [input: string, output: string];
}

export interface RawReply {
  type: string;
  dims: number[];
  /** The values, where they are float32. */
  values?: Float32Array;
}

/** What ONNX Runtime says about one input or output. */
export interface ValueMetadata {
  name: string;
  isTensor: boolean;
  type?: string;
  shape?: (number | string)[];
}

export interface EncoderHello {
  inputs: ValueMetadata[];
  outputs: ValueMetadata[];
}

export type EncoderThreads = ThreadPool<EncodeRequest | RawRequest, EncodeReply | RawReply, EncoderHello>;

export function encoderThreads(options: EncoderThreadOptions, size: number): EncoderThreads {
  return new ThreadPool(compiledProgram('encoder-worker'), options, size);
}
