import { readFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Connection } from './connection';
import { Failure } from './failure';
import { isJson, readJsonPrompt, type FramePrompt } from './frame-prompt';
import { FormPart, uploadForm } from './multipart-upload';
import { sendResumably, type SentFile } from './resumable-upload';
import { describeProblem, framePage, problem, RunResource, runResource } from './run-resource';

/** How long a server may answer 503: an export of a long video takes its time. */
const NOT_READY_LIMIT_MS = 30 * 60_000;

/** The platform's HTTP API, as far as the command line uses it. Failures are {@link Failure}s with code and detail. */
export class ApiClient {
  /** Address of the server, without a slash at its end. */
  readonly base: string;
  private readonly headers: Record<string, string>;

  /** @param connection address of the gateway, and the API key if it wants one */
  constructor(
    { server, key }: Connection,
    private readonly signal: AbortSignal,
  ) {
    this.base = server.replace(/\/+$/, '');
    this.headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
  }

  /**
   * One call with a JSON body, for what is not about runs.
   * @returns the answer's JSON; undefined where it has no body
   * @throws Failure with the server's code when it refuses
   */
  async call(method: string, path: string, body?: unknown): Promise<unknown> {
    return body === undefined
      ? this.send(method, path)
      : this.send(method, path, { type: 'application/json', bytes: JSON.stringify(body) });
  }

  /**
   * Says where the objects of a run are on a frame.
   * @param absent ids of objects that have no pixel in a mask, and are not on the frame
   * @param fit what the server does with a mask of another size
   * @throws Failure with the server's code when it refuses
   */
  async putPrompt(runId: string, prompt: FramePrompt, fit = 'exact', absent: readonly number[] = []): Promise<void> {
    const missing = absent.length > 0 ? `&absent=${absent.join()}` : '';
    const path = `/v1/runs/${encodeURIComponent(runId)}/prompts/${prompt.frame}?fit=${encodeURIComponent(fit)}${missing}`;
    const content = isJson(prompt)
      ? { type: 'application/json', bytes: JSON.stringify(readJsonPrompt(prompt)) }
      : { type: 'image/png', bytes: new Uint8Array(readFileSync(prompt.file)) };
    await this.send('PUT', path, content);
  }

  /**
   * Takes a file of another program as prompts of a run.
   * @param frames those to take; undefined: all that it speaks of
   * @throws Failure with the server's code when it refuses
   */
  async importPrompts(runId: string, file: Uint8Array<ArrayBuffer>, frames: string | undefined): Promise<unknown> {
    const query = frames === undefined ? '' : `?frames=${encodeURIComponent(frames)}`;
    const content = { type: 'application/octet-stream', bytes: file };
    return this.send('POST', `/v1/runs/${encodeURIComponent(runId)}/prompts${query}`, content);
  }

  private async send(
    method: string,
    path: string,
    content?: { type: string; bytes: string | Uint8Array<ArrayBuffer> },
  ): Promise<unknown> {
    const type: Record<string, string> = content ? { 'content-type': content.type } : {};
    const answer = await fetch(`${this.base}${path}`, {
      method,
      headers: { ...this.headers, ...type },
      body: content?.bytes,
      signal: this.signal,
    }).catch((error: unknown) => {
      throw this.unreachable(error);
    });
    const text = await answer.text();
    if (!answer.ok) throw new Refused(answer.status, text);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  }

  /** GET of what need not be there. @returns undefined where it is not */
  async find(path: string): Promise<unknown> {
    try {
      return await this.send('GET', path);
    } catch (error) {
      if (error instanceof Refused && error.status === 404) return undefined;
      throw error;
    }
  }

  /** @throws Failure with the server's code when it refuses the run */
  async createRun(parts: readonly FormPart[]): Promise<RunResource> {
    return runResource.parse(await this.submit('/v1/runs', parts));
  }

  /** POSTs a form. @returns the answer's JSON @throws Failure with the server's code when it refuses */
  async submit(path: string, parts: readonly FormPart[]): Promise<unknown> {
    const { status, body } = await uploadForm(`${this.base}${path}`, parts, {
      signal: this.signal,
      headers: this.headers,
    }).catch((error: unknown) => {
      throw this.unreachable(error);
    });
    if (status < 200 || status > 299) throw new Failure(refusal(status, body));
    return JSON.parse(body) as unknown;
  }

  /**
   * Sends a file so that it goes on where an earlier attempt ended.
   * @throws Failure with the server's code when it refuses
   */
  async sendFile(file: string, fileName: string, onProgress?: (sentBytes: number) => void): Promise<SentFile> {
    const { base, headers, signal } = this;
    return sendResumably(file, { base, headers, fileName, signal, onProgress, refusal });
  }

  async getRun(id: string): Promise<RunResource> {
    return runResource.parse(await (await this.get(`/v1/runs/${id}`)).json());
  }

  /** All frames of a run. */
  async frames(id: string): Promise<z.infer<typeof framePage>['items']> {
    const items: z.infer<typeof framePage>['items'] = [];
    let cursor = '';
    do {
      const answer = await this.get(
        `/v1/runs/${id}/frames?limit=500${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      const page = framePage.parse(await answer.json());
      items.push(...page.items);
      cursor = page.next ?? '';
    } while (cursor);
    return items;
  }

  /** The event stream of a run, from after the event `lastEventId`. */
  async events(id: string, lastEventId: string | undefined, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const headers: Record<string, string> = { ...this.headers, accept: 'text/event-stream' };
    if (lastEventId !== undefined) headers['last-event-id'] = lastEventId;
    const answer = await fetch(`${this.base}/v1/runs/${id}/events`, { headers, signal });
    if (!answer.ok || !answer.body) {
      await answer.body?.cancel();
      throw new Failure(`the server has no events of run ${id} (HTTP ${answer.status})`);
    }
    return answer.body as unknown as AsyncIterable<Uint8Array>;
  }

  /** Saves a file of a run. */
  async download(id: string, name: string, file: string): Promise<void> {
    await this.save(`/v1/runs/${id}/${name}`, file);
  }

  /** Saves what lies at an address; the file appears under its name only when it is complete. */
  async save(path: string, file: string): Promise<void> {
    const answer = await this.get(path);
    const draft = `${file}.part`;
    const target = await open(draft, 'w');
    try {
      const body = Readable.fromWeb(answer.body as import('node:stream/web').ReadableStream);
      await pipeline(body, target.createWriteStream(), { signal: this.signal });
      await rename(draft, file);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }

  /** Asks the server to cancel a run. Works after an interruption, and gives up after two seconds. */
  async cancel(id: string): Promise<void> {
    const answer = await fetch(`${this.base}/v1/runs/${id}/cancel`, {
      method: 'POST',
      headers: this.headers,
      signal: AbortSignal.timeout(2000),
    });
    await answer.body?.cancel();
  }

  /** Removes a run and everything of it. Works after an interruption, and gives up after two seconds. */
  async remove(id: string): Promise<void> {
    const answer = await fetch(`${this.base}/v1/runs/${id}`, {
      method: 'DELETE',
      headers: this.headers,
      signal: AbortSignal.timeout(2000),
    });
    await answer.body?.cancel();
  }

  /** GET, repeated while the server says that it is not ready yet (503) or was asked too often (429). */
  private async get(path: string): Promise<Response> {
    const deadline = Date.now() + NOT_READY_LIMIT_MS;
    for (let attempt = 0; ; attempt++) {
      const answer = await fetch(`${this.base}${path}`, { headers: this.headers, signal: this.signal }).catch(
        (error: unknown) => {
          throw this.unreachable(error);
        },
      );
      if (answer.ok) return answer;
      const body = await answer.text();
      const mayPass = answer.status === 503 || answer.status === 429;
      if (!mayPass || Date.now() > deadline) throw new Failure(refusal(answer.status, body));
      // Only with 429 the server knows when it is worth asking again.
      const seconds = answer.status === 429 ? Number(answer.headers.get('retry-after') ?? 1) : undefined;
      const wait = seconds === undefined ? Math.min(2000, 100 * 2 ** attempt) : seconds * 1000;
      await sleep(wait, undefined, { signal: this.signal });
    }
  }

  private unreachable(error: unknown): Error {
    if (this.signal.aborted) return this.signal.reason as Error;
    if (error instanceof Failure) return error;
    const { cause = error } = error as Error;
    const reason = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    return new Failure(
      `no answer from ${this.base} (${reason}); \`propago up\` starts a platform, --server names another one`,
    );
  }
}

/** A request that the server has refused. */
class Refused extends Failure {
  constructor(
    readonly status: number,
    body: string,
  ) {
    super(refusal(status, body));
  }
}

function refusal(status: number, body: string): string {
  try {
    return describeProblem(problem.parse(JSON.parse(body)));
  } catch {
    return `the server answered HTTP ${status}: ${body.slice(0, 200)}`;
  }
}
