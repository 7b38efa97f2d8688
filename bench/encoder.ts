import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import {
  type AcceleratorPlan,
  EncoderProcess,
  EXECUTION_PROVIDERS,
  halvesToFloats,
  loadEncoderCard,
  type EncoderCard,
  type ExecutionProvider,
} from '@propago/encoder';
import { renderClip } from '@propago/sample-clip';
import { operatorTimes, peakGflops } from './encoder-operators';
import { decodeMilliseconds, travelMilliseconds } from './encoder-surroundings';

/** From this program in dist/, in a clone and in the services' image alike. */
const DEFAULT_ENCODER = path.resolve(__dirname, '../../encoders/conv-descriptor.onnx');

interface Size {
  height: number;
  width: number;
}

interface Options {
  encoder: string;
  provider: ExecutionProvider;
  device: number;
  size: Size;
  batch?: number;
  workers?: number;
  frames: number;
  repeat: number;
  compare: boolean;
  operators?: boolean;
  json?: boolean;
}

interface Measured {
  features: Float32Array;
  dim: number;
  secondsPerCall: number[];
  /** Of each call: time in the runtime, all threads together. */
  runSecondsPerCall: number[];
  loadSeconds: number;
  plan: AcceleratorPlan | undefined;
}

/** The work of the features service: one segment at input size, to an encoder process and back as float16 features. */
async function measure(card: EncoderCard, pixels: Uint8Array, options: Options): Promise<Measured> {
  const { encoder: file, provider, device, size, batch, workers, frames, repeat } = options;
  const start = performance.now();
  const threads = { workers, intraOpThreads: 1 };
  const encoder = await EncoderProcess.open({ path: file, card, provider, deviceId: device, ...threads, batch });
  try {
    // float16 is what feature sets have unless FEATURE_PRECISION says otherwise.
    const call = () => encoder.encode(pixels, { count: frames, ...size }, 'fp16');
    // The first call at a new size plans memory, and on a GPU compiles.
    const { features, dim } = await call();
    const loadSeconds = (performance.now() - start) / 1000;
    const secondsPerCall: number[] = [];
    const runSecondsPerCall: number[] = [];
    for (let round = 0; round < repeat; round++) {
      const before = performance.now();
      const { runMs } = await call();
      secondsPerCall.push((performance.now() - before) / 1000);
      runSecondsPerCall.push(runMs / 1000);
    }
    const { plan } = encoder;
    return {
      features: halvesToFloats(features as Uint16Array),
      dim,
      secondsPerCall,
      runSecondsPerCall,
      loadSeconds,
      plan,
    };
  } finally {
    await encoder.close();
  }
}

/** How far two sets of rows lie apart: the largest difference of a value, the smallest cosine of a row. */
function compare(one: Float32Array, other: Float32Array, dim: number) {
  let largestDifference = 0;
  let smallestCosine = 1;
  for (let row = 0; row < one.length; row += dim) {
    let [dot, ones, others] = [0, 0, 0];
    for (let i = row; i < row + dim; i++) {
      dot += one[i]! * other[i]!;
      // float16 has rounded the rows, so that their lengths are not quite 1.
      ones += one[i]! ** 2;
      others += other[i]! ** 2;
      largestDifference = Math.max(largestDifference, Math.abs(one[i]! - other[i]!));
    }
    smallestCosine = Math.min(smallestCosine, dot / Math.sqrt(ones * others));
  }
  return { largestDifference, smallestCosine };
}

async function main(options: Options): Promise<void> {
  const { size, frames, provider } = options;
  const card = await loadEncoderCard(options.encoder);
  const clip = [...renderClip({ ...size, frames, objects: 3, seed: 1 })];
  const pixels = Buffer.concat(clip.map(({ rgb }) => rgb));
  const measured = await measure(card, pixels, options);
  const { features, dim, loadSeconds, plan } = measured;
  const seconds = median(measured.secondsPerCall);
  const alone = await measure(card, pixels, { ...options, workers: 1, batch: options.batch ?? plan?.batch });
  const runSeconds = median(alone.runSecondsPerCall);
  const perFrame = (total: number) => (1000 * total) / frames;
  const travel = await travelMilliseconds(card, { provider, device: options.device, ...size, batch: plan?.batch ?? 1 });
  const result = {
    encoder: card.name,
    sha256: card.sha256,
    provider,
    size: `${size.height}x${size.width}`,
    batch: options.batch ?? plan?.batch ?? 1,
    workers: options.workers ?? 'default',
    framesPerCall: frames,
    framesPerSecond: frames / seconds,
    millisecondsPerFrame: perFrame(seconds),
    oneWorkerMilliseconds: {
      decode: await decodeMilliseconds(clip, size),
      host: perFrame(median(alone.secondsPerCall) - runSeconds),
      copyIn: travel.in,
      run: Math.max(0, perFrame(runSeconds) - travel.in - travel.out),
      readBack: travel.out,
    },
    loadAndFirstCallSeconds: loadSeconds,
    plan,
    againstCpu: undefined as ReturnType<typeof compare> | undefined,
    peakGflops: undefined as number | undefined,
    shareOfPeak: undefined as number | undefined,
    operators: undefined as string[] | undefined,
  };
  if (options.operators) Object.assign(result, await operatorReport(card, options));
  if (options.compare && provider !== 'cpu') {
    const cpu = await measure(card, pixels, { ...options, provider: 'cpu', batch: undefined, repeat: 1 });
    result.againstCpu = compare(features, cpu.features, dim);
  }
  console.log(options.json ? JSON.stringify(result) : textOf(result).join('\n'));
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** A line per operator: calls, milliseconds, its share of the time, and the rate of products. */
async function operatorReport(card: EncoderCard, { encoder, provider, size }: Options) {
  const times = await operatorTimes(encoder, card, { provider, ...size });
  const peak = await peakGflops(provider);
  const all = times.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const gflop = times.reduce((sum, time) => sum + time.gflop, 0);
  const operators = times.map(({ operator, calls, milliseconds, gflop: own }) => {
    const rate = own > 0 ? `, ${((1000 * own) / milliseconds).toFixed(0)} GFLOP/s` : '';
    return `${operator} x${calls.toFixed(0)} ${milliseconds.toFixed(1)} ms ${((100 * milliseconds) / all).toFixed(1)} %${rate}`;
  });
  return { peakGflops: peak, shareOfPeak: (1000 * gflop) / all / peak, operators };
}

/** A line per known field. */
function textOf(result: object): string[] {
  const known = Object.entries(result).filter(([, value]) => value !== undefined);
  return known.map(([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : value}`);
}

const whole = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
};

const sizeOf = (text: string): Size => {
  const [, height, width] = /^(\d+)x(\d+)$/.exec(text) ?? [];
  if (!width) throw new InvalidArgumentError('Expected HEIGHTxWIDTH in pixels.');
  return { height: Number(height), width: Number(width) };
};

const program = new Command('bench:encoder')
  .description('frames per second of an ONNX encoder, through the code path of the features service')
  .option('--encoder <file.onnx>', 'encoder', DEFAULT_ENCODER)
  .addOption(new Option('--provider <name>', 'execution provider').choices([...EXECUTION_PROVIDERS]).default('cpu'))
  .option('--device <n>', 'GPU of the provider', whole, 0)
  .option('--size <HEIGHTxWIDTH>', 'input size; multiples of the patch size', sizeOf, { height: 480, width: 832 })
  .option('--batch <n>', 'frames per run of the graph', whole)
  .option('--workers <n>', 'sessions, each with a thread', whole)
  .option('--frames <n>', 'frames per call: a segment', whole, 16)
  .option('--repeat <n>', 'calls; their median counts', whole, 5)
  .option(
    '--operators',
    'time and rate of every operator of one frame on one thread, and the share of the measured peak',
  )
  .option('--no-compare', 'do not compare the features with those of the CPU')
  .option('--json', 'print one JSON object')
  .action(main);

void program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
