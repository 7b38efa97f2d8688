import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repoRoot, type StackOptions } from '@propago/local-stack';
import { Platform, startPlatform } from './platform';
import { documentedFetch } from './documented-fetch';
import { closedSharedPlatform, KEY_SECRET } from './shared-platform';

/** The answer to a new key. */
export interface CreatedKey {
  id: string;
  key: string;
  prefix: string;
  [field: string]: unknown;
}

export interface KeyRequest {
  name?: string;
  tenant?: string;
  scopes?: string[];
  [limit: string]: unknown;
}

export const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });

/** A platform that lets nobody in without a key, and its admin key. */
export class ClosedPlatform {
  private constructor(
    readonly platform: Platform,
    readonly adminKey: string,
  ) {}

  /** One of its own. */
  static async start(
    env: NodeJS.ProcessEnv = {},
    options: Pick<StackOptions, 'services'> = {},
  ): Promise<ClosedPlatform> {
    const closed = { ACCESS: 'keys', KEY_SECRET, RATE_LIMIT_PER_MINUTE: '100000', ...env };
    return ClosedPlatform.of(await startPlatform(closed, options));
  }

  /** That of all spec files; see {@link closedSharedPlatform}. */
  static async shared(): Promise<ClosedPlatform> {
    return ClosedPlatform.of(await closedSharedPlatform());
  }

  private static async of(platform: Platform): Promise<ClosedPlatform> {
    try {
      const { stdout } = await bootstrapKey(platform);
      return new ClosedPlatform(platform, stdout.trim());
    } catch (error) {
      await platform.stop();
      throw error;
    }
  }

  get url(): string {
    return this.platform.url;
  }

  /** Addresses of all gateways. */
  get gateways(): string[] {
    return this.platform.stack.services.processes.filter(({ name }) => name === 'gateway').map(({ url }) => url);
  }

  /** A call of the admin API that must succeed. */
  async admin<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await documentedFetch(`${this.url}/v1/admin${path}`, {
      method,
      headers: { ...bearer(this.adminKey), ...(body && { 'content-type': 'application/json' }) },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  createKey({
    name = 'of a test',
    scopes = ['runs:read', 'runs:write'],
    ...rest
  }: KeyRequest = {}): Promise<CreatedKey> {
    return this.admin<CreatedKey>('POST', '/keys', { name, scopes, ...rest });
  }

  async keyText(request: KeyRequest = {}): Promise<string> {
    return (await this.createKey(request)).key;
  }

  async revokedKey(request: KeyRequest = {}): Promise<string> {
    const { id, key } = await this.createKey(request);
    await this.admin('DELETE', `/keys/${id}`);
    return key;
  }

  async expiredKey(request: KeyRequest = {}): Promise<string> {
    const { id, key } = await this.createKey(request);
    await this.platform.query('update "ApiKey" set "expiresAt" = now() - interval \'1 second\' where id = $1', [id]);
    return key;
  }

  get(path: string, key: string, base = this.url): Promise<Response> {
    return fetch(`${base}${path}`, { headers: bearer(key) });
  }

  stop(): Promise<void> {
    return this.platform.stop();
  }
}

/** Runs the program that makes the first admin key. */
export function bootstrapKey(platform: Platform, ...options: string[]): Promise<{ stdout: string; stderr: string }> {
  const program = join(repoRoot(), 'dist/services/gateway/src/bootstrap-key.js');
  const env = { ...process.env, DATABASE_URL: platform.stack.servers.databaseUrl, KEY_SECRET };
  return promisify(execFile)(process.execPath, [program, ...options], { env });
}
