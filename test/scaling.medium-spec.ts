import { randomUUID } from 'node:crypto';
import { QUEUES, QUEUES_OF, STAGES, type StageJobs } from '@propago/contracts';
import { startServers, type Servers } from '@propago/local-stack';
import { Queues } from '@propago/pipeline';
import { readManifests, settingsOf } from './support/manifests';

const hex = 'a'.repeat(40);
const WORK: StageJobs = {
  ingest: { frameSetId: hex },
  features: { featureSetId: hex, segment: 0 },
  propagation: { runId: randomUUID(), pass: hex, segment: 0 },
  results: { kind: 'segment', runId: randomUUID(), segment: 0, recipe: hex },
  exports: { kind: 'overlay', runId: randomUUID() },
  housekeeping: { kind: 'purge', runId: randomUUID() },
};

describe('the lists that the autoscaler reads', () => {
  let servers: Servers;
  let queues: Queues;

  beforeAll(async () => {
    const env = { ...process.env, DATABASE_URL: '', REDIS_URL: '', NATS_URL: '' };
    servers = await startServers({ env, need: { redis: true } });
    queues = new Queues({ redisUrl: servers.redisUrl, prefix: settingsOf('cpu').QUEUE_PREFIX!, lockSeconds: 15 });
  });
  afterAll(async () => {
    await queues?.close();
    await servers?.stop();
  });

  it.each(QUEUES)('hold the jobs of %s that wait, then those that are at work', async (queue) => {
    const service = STAGES.find((stage) => QUEUES_OF[stage].includes(queue))!;
    const lists = readManifests('k8s/components/autoscaling/workers.yaml')
      .find(({ kind, metadata }) => kind === 'ScaledObject' && metadata.name === service)!
      .spec.triggers.map((trigger: { metadata: { listName: string } }) => trigger.metadata.listName) as string[];
    const [waiting, active] = lists.filter((list) => list.includes(`:${queue}:`));
    const redis = queues.of(queue).client;
    await queues.add(queue, WORK[queue], { tenant: 'default', urgency: 'user' });
    expect(await redis.llen(waiting!)).toBe(1);
    let finish!: () => void;
    const taken = new Promise<void>((isTaken) => {
      void queues.of(queue).process(() => {
        isTaken();
        return new Promise<void>((done) => (finish = done));
      });
    });
    await taken;
    expect([await redis.llen(waiting!), await redis.llen(active!)]).toEqual([0, 1]);
    finish();
  });
});
