import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { sharedInt32 } from './layout';
import { Job } from './propagate-row';
import { CANCELLED, takeRow } from './rows';

export interface WorkMessage {
  id: number;
  job: Job;
  control: Int32Array;
}

/** Runs a job to its end. Rejects with the signal's reason when it is aborted. */
export interface Pool {
  run(job: Job, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** The compiled worker beside this file; absent where TypeScript is run without a build, as in unit tests. */
const WORKER_FILE = join(__dirname, 'worker.js');

/** Worker threads, or this thread where the worker has not been compiled. Labels are the same bits either way. */
export function createPool(threads: number, workerFile = WORKER_FILE): Pool {
  return existsSync(workerFile) ? new ThreadPool(threads, workerFile) : new InlinePool();
}

/** Works on the calling thread, giving way to the event loop after every row of patches. */
class InlinePool implements Pool {
  private closed = false;

  async run(job: Job, signal?: AbortSignal): Promise<void> {
    const control = sharedInt32(2);
    while (takeRow(job, control)) {
      await new Promise(setImmediate);
      signal?.throwIfAborted();
      if (this.closed) throw new Error('The affinity engine is closed');
    }
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

interface Running {
  left: number;
  control: Int32Array;
  resolve: () => void;
  reject: (reason: unknown) => void;
}

/** Every thread gets every job and takes its rows one by one from a shared counter, so none waits for a slow one. */
class ThreadPool implements Pool {
  private readonly workers: Worker[] = [];
  private readonly running = new Map<number, Running>();
  private nextId = 0;
  private closed = false;

  constructor(
    private readonly threads: number,
    private readonly workerFile: string,
  ) {}

  async run(job: Job, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.closed) throw new Error('The affinity engine is closed');
    while (this.workers.length < this.threads) this.workers.push(this.start());
    const id = this.nextId++;
    const control = sharedInt32(2);
    const cancel = () => Atomics.store(control, CANCELLED, 1);
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        this.running.set(id, { left: this.workers.length, control, resolve, reject });
        const message: WorkMessage = { id, job, control };
        for (const worker of this.workers) {
          // Only work in progress keeps the process alive, not idle threads.
          worker.ref();
          worker.postMessage(message);
        }
      });
    } finally {
      this.running.delete(id);
      if (this.running.size === 0) for (const worker of this.workers) worker.unref();
      signal?.removeEventListener('abort', cancel);
    }
    signal?.throwIfAborted();
  }

  async close(): Promise<void> {
    this.closed = true;
    this.fail(new Error('The affinity engine is closed'));
    await Promise.all(this.workers.splice(0).map((worker) => worker.terminate()));
  }

  private start(): Worker {
    const worker = new Worker(this.workerFile);
    worker.on('message', (id: number) => {
      const run = this.running.get(id);
      if (run && --run.left === 0) run.resolve();
    });
    worker.on('error', (error) => {
      // Without one of its threads a job would never end; the next job starts a new set.
      this.fail(error);
      for (const other of this.workers.splice(0)) void other.terminate();
    });
    return worker;
  }

  private fail(reason: unknown): void {
    for (const { control, reject } of this.running.values()) {
      Atomics.store(control, CANCELLED, 1);
      reject(reason);
    }
  }
}
