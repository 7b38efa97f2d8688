import { readdirSync, readFileSync } from 'node:fs';
import type { ServiceProcess } from '@propago/local-stack';
import { readEvents } from '../../cli/src/sse';
import { bearer } from './closed-platform';
import { NATIVE_SIZE } from './platform';
import type { SmallClip } from './small-clip';

/** Milliseconds by what took them. */
export class Measures {
  private readonly values = new Map<string, number[]>();

  add(what: string, ms: number): void {
    this.values.set(what, [...(this.values.get(what) ?? []), ms]);
  }

  async time<T>(what: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await work();
    this.add(what, performance.now() - start);
    return result;
  }

  /** Nearest-rank percentile; NaN where nothing was measured. */
  percentile(what: string, percent: number): number {
    const sorted = [...(this.values.get(what) ?? [])].sort((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? NaN;
  }

  /** Rows of a Markdown table: what, how often, p50, p95 and p99 in ms. */
  rows(): string[] {
    return [...this.values].sort().map(([what, values]) => {
      const percentiles = [50, 95, 99].map((percent) => this.percentile(what, percent).toFixed(0));
      return `| ${what} | ${values.length} | ${percentiles.join(' | ')} |`;
    });
  }
}

/** One client of a tenant: uploads a video, watches its run, and fetches what came of it. */
export class LoadClient {
  runs = 0;

  constructor(
    readonly tenant: string,
    private readonly url: string,
    private readonly key: string,
    private readonly measures: Measures,
  ) {}

  async oneRun({ video, mask, frames }: SmallClip): Promise<void> {
    const start = performance.now();
    const form = new FormData();
    form.append('options', JSON.stringify({ parameters: NATIVE_SIZE }));
    form.append('mask', new Blob([new Uint8Array(mask)]), 'mask.png');
    form.append('video', new Blob([new Uint8Array(video)]), 'clip.mp4');
    const answer = await this.timed('POST /v1/runs', '/v1/runs', { method: 'POST', body: form });
    const { id } = JSON.parse(answer.toString()) as { id: string };
    const events = await this.fetch(`/v1/runs/${id}/events`);
    let hasMask = false;
    let state = '';
    for await (const { data } of readEvents(events.body!)) {
      const event = JSON.parse(data) as { state: string; progress: { results: { done: number } } };
      state = event.state;
      if (hasMask || event.progress.results.done === 0) continue;
      hasMask = true;
      // The segments of a run are stored in any order.
      const list = await this.fetch(`/v1/runs/${id}/frames?limit=1`);
      const { items } = (await list.json()) as { items: { index: number }[] };
      await this.timed('GET mask.png', `/v1/runs/${id}/frames/${items[0]!.index}/mask.png`);
      this.measures.add(`first mask, ${this.tenant}`, performance.now() - start);
    }
    if (state !== 'succeeded') throw new Error(`run ${id} ${state}`);
    this.measures.add(`whole run, ${this.tenant}`, performance.now() - start);
    await this.timed('GET run', `/v1/runs/${id}`);
    await this.timed('GET frames', `/v1/runs/${id}/frames?limit=${frames.length}`);
    await this.timed('GET timeline', `/v1/runs/${id}/timeline`);
    await this.timed('GET masks.zip', `/v1/runs/${id}/masks.zip`);
    await this.timed('DELETE run', `/v1/runs/${id}`, { method: 'DELETE' });
    this.runs++;
  }

  private timed(what: string, path: string, init?: RequestInit): Promise<Buffer> {
    return this.measures.time(what, async () => Buffer.from(await (await this.fetch(path, init)).arrayBuffer()));
  }

  private async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const answer = await fetch(`${this.url}${path}`, { ...init, headers: bearer(this.key) });
    if (!answer.ok) throw new Error(`${init.method ?? 'GET'} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }
}

/** What a process holds. */
export interface Held {
  /** Resident memory, MiB. */
  memory: number;
  /** Open files and sockets. */
  handles: number;
}

export function heldBy({ pid }: ServiceProcess): Held {
  const [, kib] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
  return { memory: Number(kib) / 1024, handles: readdirSync(`/proc/${pid}/fd`).length };
}
