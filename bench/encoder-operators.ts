import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import {
  type EncoderCard,
  type ExecutionProvider,
  floatValue,
  onnxNode,
  SERVED,
  servedGraph,
  writeOnnxModel,
} from '@propago/encoder';

/** What one kind of operator takes in a run. */
export interface OperatorTime {
  /** With the provider that runs it, which need not be the one that was asked for. */
  operator: string;
  calls: number;
  milliseconds: number;
  /** Multiplications and additions of matrix products and convolutions. */
  gflop: number;
}

interface ProfileEvent {
  name: string;
  dur: number;
  args?: { op_name?: string; provider?: string; input_type_shape?: object[]; output_type_shape?: object[] };
}

const RUNS = 3;

/** ONNX Runtime's own profile of one frame, one thread, the mean of some runs; the longest first. */
export async function operatorTimes(
  file: string,
  card: EncoderCard,
  { provider, height, width }: { provider: ExecutionProvider; height: number; width: number },
): Promise<OperatorTime[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'propago-profile-'));
  try {
    const graph = servedGraph(await readFile(file), card, provider === 'cpu' ? 'plain' : 'fused');
    const session = await InferenceSession.create(graph, {
      executionProviders: [provider],
      intraOpNumThreads: 1,
      logSeverityLevel: 4,
      enableProfiling: true,
      profileFilePrefix: path.join(folder, 'run'),
    });
    const pixels = Uint8Array.from({ length: height * width * 3 }, (_, i) => (i * 7919) % 251);
    const feeds = { [SERVED.frames]: new Tensor('uint8', pixels, [1, height, width, 3]) };
    // The first run allocates; its events are dropped below.
    for (let run = 0; run <= RUNS; run++) await session.run(feeds, [SERVED.rows.fp16, SERVED.lengths]);
    session.endProfiling();
    await session.release();
    const [profile] = await readdir(folder);
    return summed(JSON.parse(await readFile(path.join(folder, profile!), 'utf8')) as ProfileEvent[]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function summed(events: ProfileEvent[]): OperatorTime[] {
  const kernels = events.filter(({ name, args }) => args?.op_name && name.endsWith('_kernel_time'));
  const times = new Map<string, OperatorTime>();
  for (const { dur, args } of kernels.slice(kernels.length / (RUNS + 1))) {
    const operator = `${args!.op_name!} (${args!.provider?.replace('ExecutionProvider', '') ?? '?'})`;
    const time = times.get(operator) ?? { operator, calls: 0, milliseconds: 0, gflop: 0 };
    times.set(operator, time);
    time.calls += 1 / RUNS;
    time.milliseconds += dur / 1000 / RUNS;
    time.gflop += operations(args!) / 1e9 / RUNS;
  }
  return [...times.values()].sort((a, b) => b.milliseconds - a.milliseconds);
}

/** Of matrix products and convolutions, by the shapes that the runtime saw. */
function operations({ op_name: name = '', ...args }: NonNullable<ProfileEvent['args']>): number {
  const shapes = (list: object[] = []) => list.map((entry) => (Object.values(entry)[0] ?? []) as number[]);
  const [inputs, [output = []]] = [shapes(args.input_type_shape), shapes(args.output_type_shape)];
  const elements = output.reduce((product, side) => product * side, 1);
  // Image, then kernel: [outputs, inputs per group, rows, columns]; scales and biases have fewer axes.
  const kernel = inputs.filter(({ length }) => length === 4)[1] ?? [];
  if (name.includes('Conv')) return 2 * elements * kernel.slice(1).reduce((a, b) => a * b, 1);
  if (/MatMul|Gemm/.test(name)) return 2 * elements * (inputs[0]?.at(-1) ?? 0);
  return 0;
}

/** Billions of operations per second of a large product of matrices, one thread: what the encoder is held against. */
export async function peakGflops(provider: ExecutionProvider): Promise<number> {
  const side = provider === 'cpu' ? 1024 : 4096;
  const square = floatValue('a', [side, side]);
  const graph = writeOnnxModel({
    irVersion: 8,
    opsetImport: [{ version: 17 }],
    graph: {
      name: 'peak',
      // The sum of each row keeps what travels small.
      node: [
        onnxNode('MatMul', ['a', 'a'], 'product'),
        onnxNode('ReduceMax', ['product'], 'largest', { axes: [0, 1], keepdims: 0 }),
      ],
      input: [square],
      output: [floatValue('largest', [])],
    },
  });
  const session = await InferenceSession.create(graph, {
    executionProviders: [provider],
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const a = new Tensor('float32', new Float32Array(side * side).fill(0.01), [side, side]);
  let fastest = Infinity;
  for (let run = 0; run < 6; run++) {
    const start = performance.now();
    await session.run({ a });
    fastest = Math.min(fastest, performance.now() - start);
  }
  await session.release();
  return (2 * side ** 3) / fastest / 1e6;
}
