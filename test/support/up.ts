import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, type StackState } from '@propago/local-stack';
import { bearer } from './closed-platform';
import { NATIVE_SIZE, until, type RunResource } from './platform';
import { Propago } from './propago-command';
import type { SmallClip } from './small-clip';

/** Of a start: the services have two minutes on a busy machine, after the servers. */
const START_MS = 200_000;
const KEY = /pgo_[0-9a-f]{12}_[\w-]{43}/;

/** A platform that `propago up` runs in a folder, and its admin key. */
export class Up {
  key = '';

  private constructor(
    readonly dir: string,
    readonly url: string,
    readonly command: Propago,
  ) {}

  static async start(dir: string, args: string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Up> {
    const port = await freePort();
    const command = new Propago(['up', '--dir', dir, '--port', String(port), ...args], env);
    const isThere = async () => command.hasEnded || command.stdout.includes('Ctrl-C stops it.');
    try {
      await until('it is up or has ended', isThere, START_MS);
    } catch (error) {
      await command.interrupt();
      throw error;
    }
    if (command.hasEnded) throw new Error(command.stderr);
    const up = new Up(dir, `http://127.0.0.1:${port}`, command);
    up.key = KEY.exec(command.stdout)?.[0] ?? '';
    return up;
  }

  get state(): StackState {
    return JSON.parse(readFileSync(join(this.dir, 'stack.json'), 'utf8')) as StackState;
  }

  get(path: string, key = this.key): Promise<Response> {
    return fetch(`${this.url}${path}`, { headers: bearer(key) });
  }

  async postRun({ video, mask }: SmallClip): Promise<string> {
    const form = new FormData();
    form.append('options', JSON.stringify({ parameters: NATIVE_SIZE }));
    form.append('mask', new Blob([new Uint8Array(mask)]), 'mask.png');
    form.append('video', new Blob([new Uint8Array(video)]), 'clip.mp4');
    const answer = await fetch(`${this.url}/v1/runs`, { method: 'POST', body: form, headers: bearer(this.key) });
    expect(answer.status).toBe(202);
    return ((await answer.json()) as RunResource).id;
  }

  /** Undefined while the platform cannot say. */
  async run(id: string): Promise<RunResource | undefined> {
    const answer = await this.get(`/v1/runs/${id}`);
    return answer.ok ? ((await answer.json()) as RunResource) : undefined;
  }

  async succeeded(id: string): Promise<void> {
    let run: RunResource | undefined;
    await until('the run ends', async () => {
      run = await this.run(id);
      return run !== undefined && ['succeeded', 'failed', 'cancelled'].includes(run.state);
    });
    expect({ state: run!.state, error: run!.error }).toEqual({ state: 'succeeded', error: null });
  }

  async mask(id: string, frame: number): Promise<Buffer> {
    const answer = await this.get(`/v1/runs/${id}/frames/${frame}/mask.png`);
    expect(answer.status).toBe(200);
    return Buffer.from(await answer.arrayBuffer());
  }
}
