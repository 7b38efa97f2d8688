import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { repoRoot, type ServicePlan } from '@propago/local-stack';

export const WORKERS = ['ingest', 'features', 'propagation', 'results'] as const;

/** A dead worker's jobs go to another one soon. */
export const QUICK_RECOVERY = { QUEUE_LOCK_SECONDS: '2', RECONCILE_SECONDS: '0.5' };

/** On two cores twelve processes take a thread each. */
export const ONE_THREAD_EACH = { KERNEL_THREADS: '1', ENCODER_THREADS: '1' };

/** A platform for campaigns, with these gateways. */
export const twoWorkersPerStage = (gateways: ServicePlan[]): ServicePlan[] => [
  ...gateways,
  ...WORKERS.map((name) => ({ name, replicas: 2 })),
  { name: 'models' },
];

/** A setting of a campaign, as scripts/campaign.mjs hands it on; `fallback` is that of npm test. */
export const campaignNumber = (name: string, fallback: number): number =>
  Number(process.env[`CAMPAIGN_${name}`] ?? fallback);

/** What happened in a campaign, in order: what a failure is explained by. */
export class History {
  private readonly lines: string[] = [];
  private readonly startedAt = Date.now();

  note(what: string): void {
    this.lines.push(`${((Date.now() - this.startedAt) / 1000).toFixed(2).padStart(8)} s  ${what}`);
  }

  /** Writes it to `.propago/campaigns/<name>.log`, which is returned. */
  save(name: string): string {
    const folder = path.join(repoRoot(), '.propago/campaigns');
    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, `${name}.log`);
    writeFileSync(file, `${this.lines.join('\n')}\n`);
    return file;
  }

  /** The last lines. */
  tail(count = 40): string {
    return this.lines.slice(-count).join('\n');
  }
}
