import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { decodePng } from '@propago/labels';
import { startStack, type Stack, type StackOptions } from '@propago/local-stack';
import { createBlobStore, type BlobStore } from '@propago/storage';
import { documentedFetch } from './documented-fetch';

/** Longest that a test waits for anything; what takes longer hangs. */
const PATIENCE_MS = 90_000;

/** The native size of a small clip: the presets' 480 pixels would only make the tests slower. */
export const NATIVE_SIZE = { inputSize: { kind: 'native', multipleOf: 8, rounding: 'floor' } } as const;

/** A request for a run. */
export interface RunRequest {
  video?: Buffer;
  mask?: Buffer;
  /** Masks of other frames, by frame. */
  masks?: Record<number, Buffer>;
  /** What else is said about labels, as JSON. */
  prompts?: object[];
  objects?: object[];
  /** Key points in any format: text as it is, or JSON. */
  keypoints?: string | object;
  fit?: string;
  /** What the sender calls the video. Default: clip.mp4. */
  fileName?: string;
  /** Text is sent as it is. Default: native size. */
  options?: object | string;
  headers?: Record<string, string>;
}

/** What the tests read of a run. */
export interface RunResource {
  id: string;
  state: string;
  error: { code: string; title: string; detail: string } | null;
  progress: { frames: number | null } & Record<string, { done: number; total: number | null }>;
  [field: string]: unknown;
}

/** An RFC 9457 answer. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  instance: string;
}

/** The whole platform as processes of its own on servers of its own, and what tests do with it. */
export class Platform {
  readonly store: BlobStore;

  constructor(readonly stack: Stack) {
    this.store = createBlobStore(stack.servers.storageUrl);
  }

  get url(): string {
    return this.stack.url;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return documentedFetch(`${this.url}${path}`, { headers });
  }

  async json<T>(path: string): Promise<T> {
    return (await (await this.get(path)).json()) as T;
  }

  async bytes(path: string): Promise<Buffer> {
    const answer = await this.get(path);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return Buffer.from(await answer.arrayBuffer());
  }

  /** The answer of POST /v1/runs, whatever it is. */
  postRun({
    video,
    mask,
    masks = {},
    prompts,
    objects,
    keypoints,
    fit,
    fileName = 'clip.mp4',
    options = { parameters: NATIVE_SIZE },
    headers,
  }: RunRequest): Promise<Response> {
    const form = new FormData();
    form.append('options', typeof options === 'string' ? options : JSON.stringify(options));
    const png = (bytes: Buffer) => new Blob([new Uint8Array(bytes)], { type: 'image/png' });
    if (mask) form.append('mask', png(mask), 'mask.png');
    for (const [frame, bytes] of Object.entries(masks)) form.append(`mask@${frame}`, png(bytes), `${frame}.png`);
    if (prompts) form.append('prompts', JSON.stringify(prompts));
    if (objects) form.append('objects', JSON.stringify(objects));
    if (keypoints) form.append('keypoints', typeof keypoints === 'string' ? keypoints : JSON.stringify(keypoints));
    if (fit) form.append('fit', fit);
    if (video) form.append('video', new Blob([new Uint8Array(video)]), fileName);
    return documentedFetch(`${this.url}/v1/runs`, { method: 'POST', body: form, headers });
  }

  /** The id of a run that must be accepted. */
  async acceptedRun(request: RunRequest): Promise<string> {
    const answer = await this.postRun(request);
    if (answer.status !== 202) {
      throw new Error(`not accepted: ${answer.status} ${await answer.text()}\n${this.errorsOfGateways()}`);
    }
    return ((await answer.json()) as RunResource).id;
  }

  /** The last errors in their logs: the answer to a client does not say why it is a 500. */
  private errorsOfGateways(): string {
    const gateways = this.stack.services.processes.filter(({ name }) => name === 'gateway');
    return gateways
      .flatMap(({ logFile }) => readFileSync(logFile, 'utf8').split('\n'))
      .filter((line) => line.includes('"level":"error"'))
      .slice(-3)
      .join('\n');
  }

  run(id: string): Promise<RunResource> {
    return this.json<RunResource>(`/v1/runs/${id}`);
  }

  /** The run in its terminal state. */
  async waitForEnd(id: string): Promise<RunResource> {
    let run!: RunResource;
    await until(`run ${id} ends`, async () => {
      run = await this.run(id);
      return ['succeeded', 'failed', 'cancelled'].includes(run.state);
    });
    return run;
  }

  /** A run that must succeed. */
  async succeededRun(request: RunRequest): Promise<RunResource> {
    const run = await this.waitForEnd(await this.acceptedRun(request));
    if (run.state !== 'succeeded') throw new Error(`${run.id} ${run.state}: ${JSON.stringify(run.error)}`);
    return run;
  }

  /** Deletes a run and waits until nothing of it is left in Postgres, which goes last. */
  async removeRun(id: string): Promise<void> {
    const { status } = await fetch(`${this.url}/v1/runs/${id}`, { method: 'DELETE' });
    if (status !== 204) throw new Error(`DELETE of ${id}: ${status}`);
    await until(
      `run ${id} is removed`,
      async () => (await this.query('select 1 from "Run" where id = $1', [id])).length === 0,
    );
  }

  /** PNG of frame n's mask. */
  maskOf(id: string, frame: number): Promise<Buffer> {
    return this.bytes(`/v1/runs/${id}/frames/${frame}/mask.png`);
  }

  /** Digest over the bytes of the masks of frames 0 to n - 1. */
  async digestOfMasks(id: string, frames: number): Promise<string> {
    const hash = createHash('sha256');
    for (let frame = 0; frame < frames; frame++) hash.update(await this.maskOf(id, frame));
    return hash.digest('hex');
  }

  /** Class ids of frame n's mask, height x width. */
  async labelsOf(id: string, frame: number): Promise<Uint8Array> {
    return pixelsOf(await this.maskOf(id, frame)).samples;
  }

  /** Keys of all blobs below the folders. */
  async blobs(...folders: string[]): Promise<string[]> {
    const keys: string[] = [];
    for (const folder of folders) for await (const { key } of this.store.list(folder)) keys.push(key);
    return keys;
  }

  /** Files that are being written to the storage folder, which have no key yet. */
  partsInStorage(): string[] {
    const folder = join(fileURLToPath(this.stack.servers.storageUrl), '.parts');
    return existsSync(folder) ? readdirSync(folder) : [];
  }

  async query<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
    const client = new Client(this.stack.servers.databaseUrl);
    await client.connect();
    try {
      return (await client.query(sql, values)).rows as Row[];
    } finally {
      await client.end();
    }
  }

  stop(): Promise<void> {
    return this.stack.stop();
  }
}

/** Starts a platform of its own for a spec file; the servers that the environment names are not touched. */
export async function startPlatform(
  env: NodeJS.ProcessEnv = {},
  { storageUrl = '', ...options }: Pick<StackOptions, 'services' | 'restart' | 'onLost'> & { storageUrl?: string } = {},
): Promise<Platform> {
  const own = { ...process.env, DATABASE_URL: '', REDIS_URL: '', NATS_URL: '', STORAGE_URL: storageUrl };
  return new Platform(await startStack({ env: own, serviceEnv: env, ...options }));
}

/** Waits until something is so. @throws Error with its name when it never is */
export async function until(what: string, isSo: () => Promise<boolean>, patienceMs = PATIENCE_MS): Promise<void> {
  const begin = Date.now();
  while (!(await isSo())) {
    const waited = Date.now() - begin;
    if (waited > patienceMs) throw new Error(`waited in vain until ${what}`);
    // Whoever asks all the time takes the processor from what is waited for.
    await sleep(Math.min(Math.max(30, waited / 10), 500));
  }
}

/** An indexed PNG as indices and palette. */
export function pixelsOf(png: Buffer): { width: number; height: number; samples: Uint8Array; palette: Uint8Array } {
  const { width, height, samples, palette } = decodePng(png, { maxSide: 65_535, maxPixels: 2 ** 28 });
  if (!palette) throw new Error('the PNG has no palette');
  return { width, height, samples, palette };
}
