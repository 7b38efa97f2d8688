import { Command } from 'commander';
import { z } from 'zod';
import { ApiClient } from '../api-client';
import { keyOption, type Connection } from '../connection';
import { Interruption } from '../interruption';

const removed = z.object({ blobs: z.number(), bytes: z.number() });

const janitorReport = z.object({
  dryRun: z.boolean(),
  expiredRuns: z.array(z.string()),
  features: removed,
  frames: removed,
  overlays: removed,
  orphans: z.record(z.string(), removed),
  kept: z.array(removed.extend({ what: z.string(), why: z.string() })),
});

type GcCommand = Connection & { dryRun?: boolean; json?: boolean };

/** `propago gc`: what the janitor does at intervals, now. */
export function registerGc(program: Command, interruption: Interruption): void {
  program
    .command('gc')
    .description('remove expired runs, caches by age and size, and orphaned blobs (needs a key with the scope admin)')
    .option('--dry-run', 'only say what would be removed')
    .option('--server <url>', 'address of the platform’s admin API', 'http://127.0.0.1:8080')
    .addOption(keyOption())
    .option('--json', 'print JSON')
    .action(async ({ dryRun = false, json, ...connection }: GcCommand) => {
      const client = new ApiClient(connection, interruption.signal);
      const report = janitorReport.parse(await client.call('POST', '/v1/admin/gc', { dryRun }));
      console.log(json ? JSON.stringify(report) : describe(report));
    });
}

function describe({
  dryRun,
  expiredRuns,
  features,
  frames,
  overlays,
  orphans,
  kept,
}: z.infer<typeof janitorReport>): string {
  const line = (what: string, { blobs, bytes }: z.infer<typeof removed>) =>
    `${what}: ${blobs} files, ${(bytes / 2 ** 20).toFixed(1)} MiB`;
  return [
    dryRun ? 'Would be removed:' : 'Removed:',
    `expired runs: ${expiredRuns.length}`,
    line('features of ended runs', features),
    line('decoded frames', frames),
    line('overlays', overlays),
    ...Object.entries(orphans).map(([folder, total]) => line(`orphans in ${folder}/`, total)),
    'Kept:',
    ...kept.map(({ what, why, ...total }) => line(`${what}, ${why}`, total)),
  ].join('\n');
}
