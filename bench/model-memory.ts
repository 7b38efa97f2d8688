import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Encoder, EncoderProcess, loadEncoderCard, openEncoder, type EncoderOptions } from '@propago/encoder';
import { processUsage } from './process-usage';
import { largeEncoderBytes } from '../libs/encoder/testing/large-encoder';

/**
 * What stays of an encoder that is loaded, run and closed again and again: memory of this process and its children.
 * Also what it costs to have the encoder in a process: the same frames through threads of this one.
 * Exit code 1 when more stays than may.
 */
const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '100' },
    megabytes: { type: 'string', default: '90' },
    threads: { type: 'string', default: '2' },
    isolation: { type: 'string', default: 'process' },
  },
});
const SEGMENT = { count: 16, width: 848, height: 480 };
/** Memory after all cycles may be so much of what it was before. */
const MOST_KEPT = 1.1;
const COLOUR_DESCRIPTOR = resolve(__dirname, '../../encoders/colour-descriptor.onnx');

type Opened = Pick<Encoder | EncoderProcess, 'encode' | 'close'>;
type Isolation = 'process' | 'threads';

const open = (isolation: Isolation, options: EncoderOptions): Promise<Opened> =>
  isolation === 'process' ? EncoderProcess.open(options) : openEncoder(options);

/** Megabytes resident in this process and all its children. */
function residentMegabytes(): number {
  const pids = [process.pid, ...childrenOf(process.pid)];
  return pids.reduce((sum, pid) => {
    const resident = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
    return sum + Number(resident?.[1] ?? 0) / 1024;
  }, 0);
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').trim().split(' ').filter(Boolean).map(Number),
  );
}

/** Milliseconds of processor time that this process and its children take for a segment, the least of some. */
async function encodeCost(isolation: Isolation, options: EncoderOptions, frames: Uint8Array): Promise<number> {
  const encoder = await open(isolation, options);
  const spent = () =>
    [process.pid, ...childrenOf(process.pid)].reduce((sum, pid) => {
      const { mainThread, otherThreads } = processUsage(pid);
      return sum + 1000 * (mainThread + otherThreads);
    }, 0);
  let least = Infinity;
  for (let i = 0; i < 12; i++) {
    const before = spent();
    await encoder.encode(frames, SEGMENT);
    least = Math.min(least, spent() - before);
  }
  await encoder.close();
  return least;
}

async function main(): Promise<void> {
  const isolation: Isolation = values.isolation === 'threads' ? 'threads' : 'process';
  const frames = new Uint8Array(SEGMENT.count * SEGMENT.width * SEGMENT.height * 3).map((_, i) => (i * 7919) >> 3);
  const workers = Number(values.threads);
  const small = { path: COLOUR_DESCRIPTOR, card: await loadEncoderCard(COLOUR_DESCRIPTOR), workers };
  const inThreads = await encodeCost('threads', small, frames);
  const inProcess = await encodeCost('process', small, frames);
  print(
    `16 frames of 848x480, colour descriptor: ${inThreads.toFixed(0)} ms of processor time in threads of this process, ` +
      `${inProcess.toFixed(0)} ms with a process`,
  );

  const folder = mkdtempSync(join(tmpdir(), 'propago-model-memory-'));
  try {
    const path = join(folder, 'large.onnx');
    writeFileSync(path, largeEncoderBytes(Number(values.megabytes) * 1e6));
    await cycles(isolation, { path, card: await loadEncoderCard(path), workers }, frames);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function cycles(isolation: Isolation, options: EncoderOptions, frames: Uint8Array): Promise<void> {
  const count = Number(values.cycles);
  const threads = options.workers ?? 1;
  const onePerThread = frames.subarray(0, threads * SEGMENT.width * SEGMENT.height * 3);
  const settled = async () => {
    global.gc?.();
    await new Promise((done) => setTimeout(done, 200));
    return residentMegabytes();
  };
  // What was needed to get here is given back little by little.
  for (let i = 0; i < 10; i++) await settled();
  const start = await settled();
  print(`before: ${start.toFixed(0)} MB; encoder of ${values.megabytes} MB in ${isolation}`);
  let most = 0;
  for (let cycle = 1; cycle <= count; cycle++) {
    const encoder = await open(isolation, options);
    await encoder.encode(onePerThread, { ...SEGMENT, count: threads });
    const loaded = residentMegabytes();
    await encoder.close();
    const closed = await settled();
    most = Math.max(most, closed);
    if (cycle <= 5 || cycle % 10 === 0)
      print(`cycle ${cycle}: ${loaded.toFixed(0)} MB loaded, ${closed.toFixed(0)} MB closed`);
  }
  const end = await settled();
  const percent = (value: number) => `${((100 * value) / start - 100).toFixed(1)} %`;
  print(
    `after ${count} cycles: ${end.toFixed(0)} MB (${percent(end)}), at most ${most.toFixed(0)} MB (${percent(most)})`,
  );
  if (end > MOST_KEPT * start) {
    print(`TOO MUCH: no more than ${percent(MOST_KEPT * start)} may stay`);
    process.exitCode = 1;
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

void main();
