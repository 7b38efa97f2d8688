import './no-telemetry';
import { CodedError, ErrorCode } from '@propago/contracts';
import { TransferListItem, Worker } from 'node:worker_threads';

/**
 * Asks a worker to end by itself once its current request has ended. Threads are never terminated from outside: native
 * code that is running then throws into a dead thread, which aborts the whole process.
 */
export const END_THREAD = 'end-thread';

/** What a worker posts first: it is ready, with facts about itself, or why it cannot work. */
export type WorkerHello<Hello> = { ready: Hello } | { failed: WorkerFailure };

/** What a worker posts once per request. */
export type WorkerReply<Reply> = { reply: Reply } | { failed: WorkerFailure };

/** A coded error in a form that crosses threads. */
export interface WorkerFailure {
  code: ErrorCode;
  message: string;
}

/**
 * A fixed number of threads that each answer one request at a time. A thread that dies takes only its own request with
 * it, and the next request in its place starts a new one.
 */
export class ThreadPool<Request, Reply, Hello> {
  private readonly slots: (Promise<Thread<Request, Reply, Hello>> | undefined)[];
  private readonly idle: number[];
  private readonly waiting: ((slot: number) => void)[] = [];
  private closed = false;

  /**
   * @param file the compiled worker
   * @param workerData given to every thread
   * @param size number of threads
   */
  constructor(
    private readonly file: string,
    private readonly workerData: unknown,
    size: number,
  ) {
    this.slots = Array.from({ length: size }, () => undefined);
    this.idle = this.slots.map((_, slot) => slot);
  }

  get size(): number {
    return this.slots.length;
  }

  /** Starts all threads; resolves with what the first one said. @throws CodedError as the worker gave it */
  async start(): Promise<Hello> {
    const results = await Promise.allSettled(this.slots.map((_, slot) => this.thread(slot)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) {
      await this.close();
      throw failed.reason;
    }
    return (await this.thread(0)).hello;
  }

  /**
   * @param transfer buffers of `request` that change owner
   * @throws CodedError the worker's own, or ENCODER_FAILED if its thread ends before it answers
   */
  async run(request: Request, transfer: TransferListItem[] = []): Promise<Reply> {
    const slot = this.idle.pop() ?? (await new Promise<number>((resolve) => this.waiting.push(resolve)));
    try {
      if (this.closed) throw new CodedError('ENCODER_FAILED', 'The encoder has been closed.');
      const thread = await this.thread(slot);
      return await thread.ask(request, transfer);
    } finally {
      const next = this.waiting.shift();
      if (next) next(slot);
      else this.idle.push(slot);
    }
  }

  /** Resolves when all threads have ended. A worker may finish its current request first; waiting requests reject. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.slots.map((thread) => thread?.then((t) => t.end()).catch(() => undefined)));
  }

  private thread(slot: number): Promise<Thread<Request, Reply, Hello>> {
    const evict = () => {
      if (this.slots[slot] === started) this.slots[slot] = undefined;
    };
    if (this.slots[slot]) return this.slots[slot];
    const started = Thread.start<Request, Reply, Hello>(this.file, this.workerData, evict);
    this.slots[slot] = started;
    started.catch(evict);
    return started;
  }
}

type Settle<T> = { resolve: (value: T) => void; reject: (error: Error) => void };

class Thread<Request, Reply, Hello> {
  private pending: Settle<Reply> | undefined;
  private dead: CodedError | undefined;

  private constructor(
    private readonly worker: Worker,
    readonly hello: Hello,
    private readonly ended: Promise<CodedError>,
  ) {}

  static async start<Request, Reply, Hello>(
    file: string,
    workerData: unknown,
    onEnd: () => void,
  ): Promise<Thread<Request, Reply, Hello>> {
    const worker = new Worker(file, { workerData });
    const ended = new Promise<CodedError>((resolve) => {
      worker.once('error', (error) => resolve(threadEnded(error instanceof Error ? error.message : String(error))));
      worker.once('exit', (exitCode) => resolve(threadEnded(`exit code ${exitCode}`)));
    });
    void ended.then(onEnd);
    const hello = new Promise<WorkerHello<Hello>>((resolve) => worker.once('message', resolve));
    const first = await Promise.race([hello, ended]);
    if (first instanceof CodedError) throw first;
    if ('failed' in first) {
      await ended;
      throw new CodedError(first.failed.code, first.failed.message);
    }
    const thread = new Thread<Request, Reply, Hello>(worker, first.ready, ended);
    void ended.then((error) => thread.die(error));
    worker.on('message', (message: WorkerReply<Reply>) => thread.settle(message));
    return thread;
  }

  ask(request: Request, transfer: TransferListItem[]): Promise<Reply> {
    if (this.dead) return Promise.reject(this.dead);
    return new Promise((resolve, reject) => {
      this.pending = { resolve, reject };
      this.worker.postMessage(request, transfer);
    });
  }

  async end(): Promise<void> {
    this.worker.postMessage(END_THREAD);
    await this.ended;
  }

  private settle(message: WorkerReply<Reply>): void {
    const pending = this.pending;
    this.pending = undefined;
    if ('failed' in message) pending?.reject(new CodedError(message.failed.code, message.failed.message));
    else pending?.resolve(message.reply);
  }

  private die(error: CodedError): void {
    this.dead = error;
    this.pending?.reject(error);
    this.pending = undefined;
  }
}

function threadEnded(how: string): CodedError {
  return new CodedError('ENCODER_FAILED', `The encoder's worker thread ended (${how}).`);
}
