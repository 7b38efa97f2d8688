import { CodedError } from '@propago/contracts';
import { type ChildProcess, spawn } from 'node:child_process';
import { z } from 'zod';

/** Hard limits of the process that loads a model. */
export interface ProcessLimits {
  /** Memory that it may allocate, bytes: the kernel refuses more (RLIMIT_DATA). Node and ONNX Runtime alone take 150 MB. */
  memoryBytes: number;
  /** Seconds of all its threads together (RLIMIT_CPU). */
  cpuSeconds: number;
  /** Seconds until it is killed. */
  wallSeconds: number;
}

const MIB = 2 ** 20;
const OPEN_FILES = 256;
const KEPT_STDERR = 8192;

// No core dump, no file, few descriptors; where the whole machine runs out of memory, this process goes first. The CPU limit
// is soft, so that its signal tells why, and hard a little later.
const WITH_LIMITS =
  'echo 1000 2>/dev/null >/proc/self/oom_score_adj; ulimit -c 0; ulimit -f 0; ulimit -n $1; ulimit -d $2 || exit 125; ulimit -S -t $3 || exit 125; ' +
  'ulimit -H -t $4; shift 4; exec "$@"';
const LIMITS_FAILED = 125;
/** Signals that come from outside: from a person, an orchestrator, or the kernel when the machine has no memory left. */
const OUTSIDE = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'];

/** How ONNX Runtime, the C++ library, V8 and Node say that there is no memory left. */
const OUT_OF_MEMORY =
  /bad_alloc|out of memory|OUT_OF_MEMORY|Failed to allocate|bfc_arena|allocation failed|ENOMEM|Cannot allocate/i;

const running = new Set<() => void>();
process.once('exit', () => running.forEach((kill) => kill()));

/** Whether a message is about memory that could not be had. */
export function isOutOfMemory(message: string): boolean {
  return OUT_OF_MEMORY.test(message);
}

/** What the program is doing, as it says before its answer. */
const phaseMessage = z.strictObject({ phase: z.string().max(80) });
/** A program that says more phases than this is no longer listened to. */
const MOST_PHASES = 100;

/** How a question is asked. */
export interface ConfinedOptions {
  limits: ProcessLimits;
  /** Ends the process; the call rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Called with what the program says that it is doing, in words. */
  onPhase?: (phase: string) => void;
}

/**
 * Runs a compiled program in a process of its own under hard limits, asks it one question and kills it when it has answered:
 * whatever it does, it and all that it started are gone when this returns. It sees nothing of this process's environment.
 * @param program a compiled file that answers one IPC message with one, after any number of `{ phase }`
 * @throws CodedError MODEL_TIMEOUT, MODEL_OUT_OF_MEMORY or MODEL_CRASHED if it ends without an answer; INTERNAL, which may be
 * tried again, if somebody else ended it
 */
export async function askConfined(
  program: string,
  question: object,
  { limits, signal, onPhase }: ConfinedOptions,
): Promise<unknown> {
  signal?.throwIfAborted();
  const child = spawnConfined(program, limits);
  const kill = (): void => killGroup(child);
  running.add(kill);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, limits.wallSeconds * 1000);
  signal?.addEventListener('abort', kill, { once: true });
  const errors = lastOutput(child);
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, by) => resolve(by ?? `exit code ${code}`));
    child.once('error', (error) => child.pid === undefined && resolve(error.message));
  });
  try {
    const answer = answerOf(child, onPhase);
    // A process that ends while it is written to says why by how it ends.
    if (child.pid !== undefined) child.send(question, () => undefined);
    const first = await Promise.race([answer, ended]);
    if (typeof first !== 'string') return first.answer;
    signal?.throwIfAborted();
    throw timedOut
      ? new CodedError('MODEL_TIMEOUT', `The model was not done after ${limits.wallSeconds} s.`)
      : endedBy(first, errors(), limits);
  } finally {
    kill();
    await ended;
    clearTimeout(timer);
    signal?.removeEventListener('abort', kill);
    running.delete(kill);
  }
}

/** The first message that is no phase. */
function answerOf(child: ChildProcess, onPhase?: (phase: string) => void): Promise<{ answer: unknown }> {
  let phases = 0;
  return new Promise((resolve) =>
    child.on('message', (message) => {
      const said = phaseMessage.safeParse(message);
      if (!said.success) resolve({ answer: message });
      else if (phases++ < MOST_PHASES) onPhase?.(said.data.phase);
    }),
  );
}

function spawnConfined(program: string, limits: ProcessLimits): ChildProcess {
  const cpu = Math.ceil(limits.cpuSeconds);
  const numbers = [OPEN_FILES, Math.floor(limits.memoryBytes / 1024), cpu, cpu + 2].map(String);
  const heap = Math.max(64, Math.floor(limits.memoryBytes / MIB / 2));
  const command = [process.execPath, `--max-old-space-size=${heap}`, program];
  return spawn('/bin/sh', ['-c', WITH_LIMITS, 'sh', ...numbers, ...command], {
    cwd: '/',
    env: { LC_ALL: 'C' },
    // A group of its own, so that nothing of it outlives it, and signals to this process's group do not reach it.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'json',
  });
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

function lastOutput({ stderr }: ChildProcess): () => string {
  let kept = '';
  stderr?.setEncoding('utf8').on('data', (text: string) => (kept = (kept + text).slice(-KEPT_STDERR)));
  return () => kept;
}

function endedBy(how: string, errors: string, limits: ProcessLimits): CodedError {
  if (how === 'SIGXCPU') {
    return new CodedError('MODEL_TIMEOUT', `The model took more than ${limits.cpuSeconds} s of processor time.`);
  }
  if (isOutOfMemory(errors)) {
    return new CodedError('MODEL_OUT_OF_MEMORY', `The model needs more than ${limits.memoryBytes} bytes of memory.`);
  }
  if (how === `exit code ${LIMITS_FAILED}`) {
    return new CodedError('INTERNAL', `The limits of the model's process cannot be set: ${errors.trim()}`);
  }
  if (OUTSIDE.includes(how)) {
    return new CodedError('INTERNAL', `The process that ran the model was ended from outside (${how}).`);
  }
  const last = errors.trim().split('\n').at(-1)?.slice(0, 200);
  return new CodedError('MODEL_CRASHED', `The process that ran the model ended (${how})${last ? `: ${last}` : ''}.`);
}
