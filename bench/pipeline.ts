import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { SERVICE_NAMES, startStack, type Stack } from '@propago/local-stack';
import { endOf, postRun, writeClip, type EndedRun } from './clip';
import { processUsage, treeCpu, type ProcessUsage } from './process-usage';

async function follow(url: string, id: string): Promise<{ run: EndedRun; encodedAtFirstMask: number }> {
  let encodedAtFirstMask = -1;
  const run = await endOf(url, id, (text) => {
    const done = Number(/"features":\{"done":(\d+)/.exec(text)?.[1] ?? 0);
    const masks = Number(/"results":\{"done":(\d+)/.exec(text)?.[1] ?? 0);
    if (masks > 0 && encodedAtFirstMask < 0) encodedAtFirstMask = done;
  });
  return { run, encodedAtFirstMask };
}

type Usage = Record<(typeof SERVICE_NAMES)[number], ProcessUsage> & { servers: number };

function usageOf(stack: Stack): Usage {
  const services = SERVICE_NAMES.map((name) => [name, processUsage(stack.services.pid(name))]);
  return {
    ...Object.fromEntries(services),
    servers: Object.values(stack.servers.pids).reduce((sum, pid) => sum + treeCpu(pid), 0),
  };
}

/** CPU seconds between two looks, by what they were spent on. */
function account(before: Usage, after: Usage) {
  const spent = (service: (typeof SERVICE_NAMES)[number], part: Exclude<keyof ProcessUsage, 'peakMemory'>) =>
    after[service][part] - before[service][part];
  // Each encoder version is a process below the worker.
  const encoder = spent('features', 'children');
  // The kernel's own threads, and the little that Node's do beside them.
  const kernel = spent('propagation', 'otherThreads');
  // Resizing to the encoder's input size happens on the main thread of ingest, making masks on that of results.
  const decode = spent('ingest', 'children') + spent('ingest', 'mainThread');
  const masks = spent('results', 'mainThread');
  const services =
    SERVICE_NAMES.reduce((sum, name) => sum + spent(name, 'mainThread') + spent(name, 'otherThreads'), 0) +
    spent('gateway', 'children') -
    (kernel + masks + spent('ingest', 'mainThread'));
  return { encoder, kernel, decode, masks, services, servers: after.servers - before.servers };
}

/** The same, as each process has spent it. */
function byProcess(before: Usage, after: Usage) {
  const entries = SERVICE_NAMES.map((name) => {
    const parts = ['mainThread', 'otherThreads', 'children'] as const;
    return [name, Object.fromEntries(parts.map((part) => [part, after[name][part] - before[name][part]]))];
  });
  return Object.fromEntries(entries);
}

const program = new Command('bench:pipeline')
  .description('One run through real services and servers; prints where the time went, as JSON')
  .option('--encoder <file>', 'ONNX encoder; the shipped one by default')
  .option('--preset <name>', 'preset', 'dino')
  .option('--frames <n>', 'frames of the clip', Number, 100)
  .option('--prompts <n>', 'frames whose labels are given, at equal distances from the first one on', Number, 1)
  .option('--short-side <px>', 'of a frame as the encoder sees it; that of the preset by default', Number)
  .option('--cores <n>', 'processors that the work could use', Number, availableParallelism());

async function main(): Promise<void> {
  const { encoder, preset, frames, prompts, shortSide, cores } = program.parse().opts<{
    encoder?: string;
    preset: string;
    frames: number;
    prompts: number;
    shortSide?: number;
    cores: number;
  }>();
  const inputSize = { kind: 'short-side', shortSide, multipleOf: 16, rounding: 'floor' };
  const options = { preset, ...(shortSide === undefined ? {} : { parameters: { inputSize } }) };
  const prompted = Array.from({ length: prompts }, (_, i) => Math.floor((i * frames) / prompts));
  const folder = await mkdtemp(path.join(tmpdir(), 'propago-bench-'));
  let stack: Stack | undefined;
  try {
    const clip = await writeClip(folder, frames);
    stack = await startStack({ serviceEnv: encoder ? { ENCODERS: path.resolve(encoder) } : {} });
    // The first run loads the encoder and warms up the code; its clip is another one, so nothing of it is reused.
    await follow(stack.url, await postRun(stack.url, await writeClip(folder, 17), options, [0]));
    const before = usageOf(stack);
    const { run, encodedAtFirstMask } = await follow(stack.url, await postRun(stack.url, clip, options, prompted));
    const after = usageOf(stack);
    const cpu = account(before, after);
    const wall = run.timings.seconds;
    const work = cpu.encoder + cpu.kernel + cpu.decode + cpu.masks;
    const all = work + cpu.services + cpu.servers;
    const result = {
      frames,
      prompts,
      preset,
      wallSeconds: wall,
      framesPerSecond: frames / wall,
      firstMaskSeconds: run.timings.firstMaskSeconds,
      framesEncodedAtFirstMask: encodedAtFirstMask,
      cpuSeconds: cpu,
      /** Parts of all processor time that the platform used. */
      cpuShares: Object.fromEntries(Object.entries(cpu).map(([part, seconds]) => [part, seconds / all])),
      cpuSecondsByProcess: byProcess(before, after),
      /** Services, queues and storage. */
      overheadShare: (cpu.services + cpu.servers) / all,
      /** Wall time beyond what the work alone needs on all processors: overhead, waiting and imperfect overlap. */
      notWorkingShare: 1 - work / (wall * cores),
      peakMemoryMiB: Object.fromEntries(
        SERVICE_NAMES.map((name) => [name, Math.round(after[name].peakMemory / 2 ** 20)]),
      ),
    };
    process.stdout.write(
      `${JSON.stringify(result, (_, value) => (typeof value === 'number' ? round(value) : value), 2)}\n`,
    );
  } finally {
    await stack?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
