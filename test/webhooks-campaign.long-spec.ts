import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { campaignNumber } from './support/campaign';
import { NATIVE_SIZE, type Platform, startPlatform, until } from './support/platform';
import { oneOf, randomFrom } from './support/random-corrections';
import { smallClip, type SmallClip } from './support/small-clip';
import { WebhookReceiver, type Behaviour } from './support/webhook-receiver';

/** `npm run campaign:webhooks -- --count 1000 --seed 7` sets these. */
const COUNT = campaignNumber('COUNT', 40);
const SEED = campaignNumber('SEED', 1);
const PATIENCE_MS = 60_000 + COUNT * 2000;

jest.setTimeout(120_000 + 2 * PATIENCE_MS);

let platform: Platform;
let clip: SmallClip;
let receiver: WebhookReceiver;
/** Where the receiver redirects to. */
let trap: WebhookReceiver;

beforeAll(async () => {
  clip = await smallClip({ frames: 4 });
  // No encoder: runs are accepted and cancelled, which is all that events need.
  platform = await startPlatform(
    {
      WEBHOOKS_ALLOW: '127.0.0.0/8',
      WEBHOOK_TIMEOUT_SECONDS: '0.5',
      WEBHOOK_RETRY_SECONDS: '0.1',
      RECONCILE_SECONDS: '0.5',
      MAX_ACTIVE_RUNS: '100000',
    },
    {
      services: (['gateway', 'gateway', 'ingest', 'results', 'models'] as const).map((name) => ({ name })),
    },
  );
  [receiver, trap] = [await new WebhookReceiver().start(), await new WebhookReceiver().start()];
});
afterAll(async () => {
  await receiver?.stop();
  await trap?.stop();
  await platform?.stop();
});

const gateways = () => platform.stack.services.processes.filter(({ name }) => name === 'gateway').map(({ url }) => url);

/** A request to any gateway, until one has answered. */
async function call<T>(next: () => number, method: string, path: string, body?: object, key?: string): Promise<T> {
  for (;;) {
    try {
      const answer = await fetch(`${oneOf(next, gateways())}${path}`, {
        method,
        headers: { ...(body && { 'content-type': 'application/json' }), ...(key && { 'idempotency-key': key }) },
        body: body && JSON.stringify(body),
      });
      if (answer.ok) return (await answer.json()) as T;
      const text = await answer.text();
      // A cancellation whose answer was lost.
      if (text.includes('RUN_FINISHED')) return {} as T;
      if (![503, 409].includes(answer.status)) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    } catch (error) {
      if ((error as Error).name !== 'TypeError') throw error;
    }
    await sleep(50);
  }
}

/** Requests that look like events and are not: of another secret, of nobody, replayed too late, with another body. */
async function forge(next: () => number): Promise<void> {
  const [secret] = receiver.secrets as [string];
  const body = JSON.stringify({
    type: 'run.succeeded',
    timestamp: new Date().toISOString(),
    data: { runId: 'forged' },
  });
  const id = randomUUID();
  const at = next() < 0.25 ? new Date(Date.now() - 3_600_000) : new Date();
  const isOld = Date.now() - at.getTime() > 1000;
  const signer = new Webhook(isOld ? secret : `whsec_${randomBytes(32).toString('base64')}`);
  const signature = signer.sign(id, at, body);
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': next() < 0.5 ? signature : `v1,${randomBytes(32).toString('base64')} v1a,x`,
  };
  const answer = await fetch(receiver.url, { method: 'POST', headers, body }).catch(() => undefined);
  if (answer) expect(answer.status).toBe(401);
}

it(`of ${COUNT} events each arrives, in the order of its run, and no other one is taken for one`, async () => {
  const next = randomFrom(SEED * 7919);
  const url = receiver.url;
  const { secret, id } = await call<{ secret: string; id: string }>(next, 'POST', '/v1/webhooks', {
    url,
    events: ['run.created', 'run.cancelled'],
  });
  receiver.secrets = [secret];
  const behaviours: [number, Behaviour][] = [
    [0.1, { status: 500 }],
    [0.15, { status: 429 }],
    [0.2, { status: 307, location: `${trap.url}?inside` }],
    [0.25, 'cut'],
    [0.3, 'hang'],
  ];
  receiver.behave = () => {
    const drawn = next();
    return behaviours.find(([below]) => drawn < below)?.[1] ?? 'accept';
  };
  const form = new FormData();
  form.append('video', new Blob([new Uint8Array(clip.video)]), 'clip.mp4');
  const sent = await fetch(`${platform.url}/v1/videos`, { method: 'POST', body: form });
  const { id: videoId } = (await sent.json()) as { id: string };
  const [width, height] = [clip.width, clip.height];
  const prompts = [
    {
      frame: 0,
      objects: [
        {
          id: 1,
          polygons: [
            [
              [1, 1],
              [width / 2, 1],
              [1, height / 2],
            ],
          ],
        },
      ],
    },
  ];

  let isOver = false;
  let [kills, restarts, forgeries] = [0, 0, 0];
  const disturbances = async () => {
    while (!isOver) {
      await sleep(300 + next() * 1500);
      if (next() < 0.4) {
        await receiver.stop();
        await sleep(next() * 500);
        await receiver.start();
        restarts++;
      } else if (next() < 0.5) {
        const index = next() < 0.5 ? 0 : 1;
        await platform.stack.services.kill('gateway', index, 'SIGKILL');
        await platform.stack.services.restart('gateway', index);
        kills++;
      } else {
        await forge(next);
        forgeries++;
      }
    }
  };
  const disturbing = disturbances();

  const runs: string[] = [];
  const worker = async () => {
    while (runs.length < COUNT / 2) {
      const name = `run ${runs.push('') - 1}`;
      const body = { videoId, prompts, options: { parameters: NATIVE_SIZE, name } };
      const run = await call<{ id: string }>(next, 'POST', '/v1/runs', body, name);
      runs[Number(name.slice(4))] = run.id;
      await call(next, 'POST', `/v1/runs/${run.id}/cancel`);
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  // What the database says has happened, for a run may have been accepted by a gateway that was killed before it said so.
  const states = async () =>
    platform.query<{ id: string; state: string | null }>(
      'select run.id, outcome.state from "Run" run left join "RunOutcome" outcome on outcome."runId" = run.id',
    );
  await until('all runs are cancelled', async () => {
    const ended = new Set((await states()).filter(({ state }) => state === 'cancelled').map(({ id: run }) => run));
    return runs.every((run) => ended.has(run));
  });
  const wanted = new Set(
    (await states()).flatMap(({ id: run, state }) => [`${run} run.created`, ...(state ? [`${run} run.${state}`] : [])]),
  );
  expect(wanted.size).toBeGreaterThanOrEqual(COUNT);
  const arrived = () => receiver.accepted.map(({ data, type }) => `${data.runId} ${type}`);
  const missing = () => [...wanted].filter((event) => !arrived().includes(event));
  await until('all events have arrived', async () => new Set(arrived()).size >= wanted.size, PATIENCE_MS);
  isOver = true;
  await disturbing;

  expect(missing()).toEqual([]);
  expect(new Set(arrived())).toEqual(wanted);
  const byId = new Map(receiver.accepted.map((event) => [event.id, `${event.data.runId} ${event.type}`]));
  expect(byId.size).toBe(wanted.size);
  for (const run of runs) {
    expect([run, arrived().indexOf(`${run} run.created`) < arrived().indexOf(`${run} run.cancelled`)]).toEqual([
      run,
      true,
    ]);
  }
  expect([...trap.seen, ...trap.forged]).toEqual([]);
  expect(forgeries).toBeGreaterThanOrEqual(receiver.forged.length);
  receiver.behave = () => 'accept';
  await until('all is noted', async () => {
    const rows = await platform.query('select 1 from "WebhookDelivery" where state = \'pending\'');
    return rows.length === 0;
  });
  const rows = await platform.query<{ state: string }>('select state from "WebhookDelivery" where "endpointId" = $1', [
    id,
  ]);
  expect(rows).toHaveLength(wanted.size);
  expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(['delivered']));
  process.stderr.write(
    `${wanted.size} events, ${receiver.seen.length} requests signed rightly, ${receiver.accepted.length} accepted, ` +
      `${receiver.forged.length} forged ones refused, ${kills} gateways killed, ${restarts} restarts of the receiver\n`,
  );
});
