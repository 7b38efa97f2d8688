import { campaignNumber } from './support/campaign';
import { ClosedPlatform } from './support/closed-platform';
import { heldBy, LoadClient, Measures } from './support/load';
import { smallClip } from './support/small-clip';

/** `npm run campaign:load -- --clients 10 --minutes 5` sets these. */
const CLIENTS = campaignNumber('CLIENTS', 2);
const MINUTES = campaignNumber('MINUTES', 0.05);

const FRAMES = 24;
/** Different videos, so that few runs find the features of an earlier one. */
const CLIPS = Math.min(12, 2 * CLIENTS);
/** Buffers of sockets and of the heap that come and go. */
const HANDLES_MARGIN = 10;

let sut: ClosedPlatform;

beforeAll(async () => {
  sut = await ClosedPlatform.shared();
}, 120_000);
afterAll(() => sut?.stop());

describe('clients of several tenants', () => {
  it(
    'have their runs done side by side, and no process keeps handles of them',
    async () => {
      const clips = await Promise.all(
        Array.from({ length: CLIPS }, (_, i) => smallClip({ frames: FRAMES, seed: 100 + i })),
      );
      const measures = new Measures();
      // One tenant has half of all clients, each of the others one.
      const tenants = Array.from({ length: CLIENTS }, (_, i) => (i < CLIENTS / 2 ? 'many' : `single-${i}`));
      const clients = await Promise.all(
        tenants.map(async (tenant) => {
          const key = await sut.keyText({ tenant });
          return new LoadClient(tenant === 'many' ? tenant : 'single', sut.url, key, measures);
        }),
      );
      const { processes } = sut.platform.stack.services;
      // What a process loads once is no growth.
      await new LoadClient('many', sut.url, await sut.keyText({ tenant: 'many' }), new Measures()).oneRun(clips[0]!);
      const before = processes.map(heldBy);
      const startedAt = Date.now();
      const endsAt = startedAt + MINUTES * 60_000;
      const ends = await Promise.allSettled(
        clients.map(async (client, i) => {
          for (let run = i; Date.now() < endsAt || client.runs === 0; run++) await client.oneRun(clips[run % CLIPS]!);
        }),
      );
      // Only now that no client goes on, so that none is left behind on the platform.
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
      const hours = (Date.now() - startedAt) / 3_600_000;
      const after = processes.map(heldBy);
      const runs = clients.reduce((sum, client) => sum + client.runs, 0);
      const held = processes.map(({ name }, i) => {
        const [a, b] = [before[i]!, after[i]!];
        return `| ${name} | ${a.memory.toFixed(0)} | ${b.memory.toFixed(0)} | ${a.handles} | ${b.handles} |`;
      });
      process.stderr.write(
        [
          `load: ${CLIENTS} clients, ${(hours * 60).toFixed(1)} minutes, ${(runs / hours).toFixed(0)} runs per hour`,
          ...['| | times | p50 ms | p95 ms | p99 ms |', '| --- | --: | --: | --: | --: |', ...measures.rows()],
          ...['| process | MiB | at the end | handles | at the end |', '| --- | --: | --: | --: | --: |', ...held],
          '',
        ].join('\n'),
      );
      const grown = processes.filter((_, i) => after[i]!.handles > before[i]!.handles + HANDLES_MARGIN * CLIENTS);
      expect(grown.map(({ name }) => name)).toEqual([]);
    },
    300_000 + MINUTES * 120_000,
  );
});
