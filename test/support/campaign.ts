import type { ServicePlan } from '@propago/local-stack';

export const WORKERS = ['ingest', 'features', 'propagation', 'results'] as const;

/** A dead worker's jobs go to the other one soon. On two cores twelve processes take a thread each. */
export const QUICK_RECOVERY = {
  QUEUE_LOCK_SECONDS: '2',
  RECONCILE_SECONDS: '0.5',
  KERNEL_THREADS: '1',
  ENCODER_THREADS: '1',
};

/** A platform for campaigns, with these gateways. */
export const twoWorkersPerStage = (gateways: ServicePlan[]): ServicePlan[] => [
  ...gateways,
  ...WORKERS.map((name) => ({ name, replicas: 2 })),
  { name: 'models' },
];

/** A setting of a campaign, as scripts/campaign.mjs hands it on; `fallback` is that of npm test. */
export const campaignNumber = (name: string, fallback: number): number =>
  Number(process.env[`CAMPAIGN_${name}`] ?? fallback);
