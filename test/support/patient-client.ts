import { setTimeout as sleep } from 'node:timers/promises';
import type { History } from './campaign';

/** What a client is told to repeat, as docs say: the platform lacks something that comes back. */
const REPEATED = [429, 503, 507];
const IN_PROGRESS = 'IDEMPOTENCY_KEY_IN_PROGRESS';
const ATTEMPT_MS = 30_000;
const PATIENCE_MS = 180_000;

/** The last answer to a request that was repeated until it was answered. */
export interface Final {
  status: number;
  body: Buffer;
  /** Whether an earlier attempt may have been done, although its answer did not come. */
  isRepeated: boolean;
}

/** Sends requests as a client does that wants them done, whatever happens to the platform meanwhile. */
export class PatientClient {
  /** Answers that are a fault of the platform: 5xx that ask for no repetition. */
  readonly faults: string[] = [];

  constructor(
    private readonly url: string,
    private readonly history: History,
  ) {}

  /** @throws Error when there is no final answer for minutes */
  async send(path: string, init: () => RequestInit = () => ({})): Promise<Final> {
    const deadline = Date.now() + PATIENCE_MS;
    for (let isRepeated = false; ; isRepeated = true) {
      const what = `${init().method ?? 'GET'} ${path}`;
      const answer = await this.attempt(path, init());
      if (typeof answer !== 'string') {
        const { status, body } = answer;
        if (!REPEATED.includes(status) && status < 500 && !body.includes(IN_PROGRESS)) return { ...answer, isRepeated };
      }
      if (Date.now() > deadline) {
        const last = typeof answer === 'string' ? answer : `${answer.status} ${answer.body.toString()}`;
        throw new Error(`${what} was not answered for minutes; at last: ${last}`);
      }
      await sleep(200);
    }
  }

  /** The answer, or why none came. */
  async attempt(path: string, init: RequestInit): Promise<{ status: number; body: Buffer } | string> {
    try {
      const answer = await fetch(`${this.url}${path}`, { ...init, signal: AbortSignal.timeout(ATTEMPT_MS) });
      const { status } = answer;
      const body = Buffer.from(await answer.arrayBuffer());
      if (status >= 500 && !REPEATED.includes(status)) {
        const fault = `${init.method ?? 'GET'} ${path}: ${status} ${body.toString()}`;
        this.history.note(fault);
        this.faults.push(fault);
      }
      return { status, body };
    } catch (error) {
      return String((error as Error).cause ?? error);
    }
  }

  async json<T>(path: string, init?: () => RequestInit): Promise<T> {
    const { status, body } = await this.send(path, init);
    if (status >= 400) throw new Error(`${path}: ${status} ${body.toString()}`);
    return JSON.parse(body.toString()) as T;
  }
}
