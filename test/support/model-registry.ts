import { setTimeout as sleep } from 'node:timers/promises';
import type { Platform } from './platform';
import { documentedFetch } from './documented-fetch';

/** Of a platform whose encoders are small: no better than untrained ones, which the floor of quality refuses. */
export const SMALL_MODELS = {
  RECONCILE_SECONDS: '1',
  QUEUE_LOCK_SECONDS: '5',
  MAX_MODEL_BYTES: '1000000',
  VALIDATION_MIN_QUALITY: '0',
};

/** A validation runs the encoder on several clips; beside other work that may take minutes. */
const PATIENCE_MS = 600_000;

/** What the tests read of a version. */
export interface VersionView {
  name: string;
  version: number;
  state: string;
  reasons: { code: string; detail: string }[];
  sha256: string;
  aliases: string[];
  [field: string]: unknown;
}

export interface ModelView {
  aliases: { alias: string; version: number; previousVersion: number | null }[];
  traffic: { split: { alias: string; percent: number }[] };
}

export interface Registration {
  /** Storage key, instead of bytes. */
  source?: string;
  sha256?: string;
  facts?: object;
  provenance?: object;
  headers?: Record<string, string>;
}

/** The admin API of a platform's models; paths begin after /v1/admin/models. */
export class Registry {
  constructor(private readonly platform: Platform) {}

  /** The answer to a registration, whatever it is. */
  send(name: string, bytes: Buffer | undefined, { headers, ...fields }: Registration = {}): Promise<Response> {
    const form = new FormData();
    for (const [field, value] of Object.entries(fields)) {
      form.append(field, typeof value === 'string' ? value : JSON.stringify(value));
    }
    if (bytes) form.append('model', new Blob([new Uint8Array(bytes)]), 'model.onnx');
    return documentedFetch(this.at(`/${name}/versions`), { method: 'POST', body: form, headers });
  }

  /** A registration that must be accepted. */
  async register(name: string, bytes: Buffer, registration: Registration = {}): Promise<VersionView> {
    const answer = await this.send(name, bytes, registration);
    if (answer.status !== 202) throw new Error(`not registered: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as VersionView;
  }

  /** The version when its validation has ended. */
  async validated(name: string, version: number): Promise<VersionView> {
    for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(200)) {
      const view = await this.platform.json<VersionView>(`/v1/admin/models/${name}/versions/${version}`);
      if (view.state === 'READY' || view.state === 'REJECTED') return view;
      if (Date.now() > deadline) throw new Error(`${name}:${version} is still ${view.state}`);
    }
  }

  async states(name: string): Promise<string[]> {
    const { items } = await this.platform.json<{ items: VersionView[] }>(`/v1/admin/models/${name}/versions`);
    return items.map(({ state }) => state);
  }

  put(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
    return this.call('PUT', path, body, headers);
  }

  async mustPut(path: string, body: object): Promise<void> {
    await assertDone(await this.put(path, body));
  }

  async mustPost(path: string): Promise<void> {
    await assertDone(await this.call('POST', path, {}));
  }

  remove(path: string): Promise<Response> {
    return documentedFetch(this.at(path), { method: 'DELETE' });
  }

  private call(method: string, path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
    const json = { 'content-type': 'application/json' };
    return documentedFetch(this.at(path), { method, headers: { ...json, ...headers }, body: JSON.stringify(body) });
  }

  private at(path: string): string {
    return `${this.platform.url}/v1/admin/models${path}`;
  }
}

async function assertDone(answer: Response): Promise<void> {
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status} ${await answer.text()}`);
  await answer.body?.cancel();
}
