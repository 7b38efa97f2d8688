import './no-telemetry';
import { CodedError } from '@propago/contracts';
import { type ChildProcess, fork } from 'node:child_process';
import type { AcceleratorPlan } from './accelerator';
import { compiledProgram } from './compiled-program';
import type { EncodedFrames, EncoderOptions, FeatureType, FrameBatch } from './encoder';
import type { EncoderCard } from './encoder-card';
import type { WorkerFailure } from './thread-pool';

/** What the process of an encoder is told. */
export type ToEncoderChild =
  | { id: number; kind: 'open'; options: EncoderOptions }
  | { id: number; kind: 'encode'; frames: Uint8Array; batch: FrameBatch; dtype: FeatureType }
  | { kind: 'end' };

/** What it answers, once per `id`. */
export type FromEncoderChild =
  { id: number; encoded?: EncodedFrames; plan?: AcceleratorPlan } | { id: number; failed: WorkerFailure };

/** Reading the file and preparing the graph takes seconds; what takes this long hangs. */
const OPEN_LIMIT_MS = 300_000;
/** An encoder that has been told to end may finish one run of its graph; after that it is killed. */
const END_LIMIT_MS = 20_000;

/**
 * What the process reads of the environment. Addresses and passwords of the platform are none of it: it runs other
 * people's models.
 */
const ENVIRONMENT = /^(PATH|HOME|LANG|TZ|TMPDIR|LD_LIBRARY_PATH|MALLOC_.*|OMP_.*|ORT_.*|CUDA_.*|NVIDIA_.*|VK_.*)$/;

type Answer = Exclude<FromEncoderChild, { failed: WorkerFailure }>;
type Settle = { resolve: (answer: Answer) => void; reject: (error: CodedError) => void };

/**
 * An encoder in a process of its own, so that closing it gives back all its memory: ONNX Runtime's and the allocator's
 * arenas keep theirs as long as the process lives (docs/adr/0006-encoder-processes.md). Gives the same bits as `Encoder`,
 * which does the work inside.
 */
export class EncoderProcess {
  private readonly pending = new Map<number, Settle>();
  private nextId = 0;
  private closing: Promise<void> | undefined;
  /** Resolves when the process is gone, whoever ended it, with its exit code or signal. */
  readonly ended: Promise<string>;

  /** Outside the CPU: how the encoder runs there, and why. */
  plan: AcceleratorPlan | undefined;

  private constructor(
    readonly card: EncoderCard,
    private readonly child: ChildProcess,
  ) {
    this.ended = new Promise((resolve) => {
      const end = (how: string) => {
        this.rejectAll(new CodedError('ENCODER_FAILED', `The encoder's process ended (${how}).`));
        resolve(how);
      };
      child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
      child.once('error', (error) => end(error.message));
    });
    child.on('message', (message: FromEncoderChild) => this.settle(message));
  }

  /** @throws CodedError as `openEncoder`; no process is left then */
  static async open(options: EncoderOptions): Promise<EncoderProcess> {
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => ENVIRONMENT.test(name)));
    const child = fork(compiledProgram('encoder-child'), [], {
      env,
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const opened = new EncoderProcess(options.card, child);
    const late = setTimeout(() => child.kill('SIGKILL'), OPEN_LIMIT_MS);
    try {
      opened.plan = (await opened.ask((id) => ({ id, kind: 'open', options }))).plan;
      return opened;
    } catch (error) {
      await opened.close();
      throw error;
    } finally {
      clearTimeout(late);
    }
  }

  /** Whether it was told to end. */
  get isClosing(): boolean {
    return this.closing !== undefined;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** As `Encoder.encode`. @throws CodedError ENCODER_FAILED also when the process ends meanwhile */
  async encode(frames: Uint8Array, batch: FrameBatch, dtype: FeatureType = 'fp16'): Promise<EncodedFrames> {
    return (await this.ask((id) => ({ id, kind: 'encode', frames, batch, dtype }))).encoded!;
  }

  /** Resolves when the process has ended and its memory is free; calls in progress reject. */
  close(): Promise<void> {
    return (this.closing ??= this.end());
  }

  private async end(): Promise<void> {
    if (this.child.connected) this.child.send({ kind: 'end' } satisfies ToEncoderChild, () => {});
    // A whole process may be killed at any time, other than a thread.
    const late = setTimeout(() => this.child.kill('SIGKILL'), END_LIMIT_MS);
    await this.ended;
    clearTimeout(late);
  }

  private ask(message: (id: number) => ToEncoderChild): Promise<Answer> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const fail = (why: string) => {
        this.pending.delete(id);
        reject(new CodedError('ENCODER_FAILED', `The encoder's process cannot be reached: ${why}.`));
      };
      if (this.closing || !this.child.connected) return fail('it has been closed');
      this.pending.set(id, { resolve, reject });
      this.child.send(message(id), (error) => error && fail(error.message));
    });
  }

  private settle(message: FromEncoderChild): void {
    const call = this.pending.get(message.id);
    this.pending.delete(message.id);
    if ('failed' in message) call?.reject(new CodedError(message.failed.code, message.failed.message));
    else call?.resolve(message);
  }

  private rejectAll(error: CodedError): void {
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
  }
}
