import { setTimeout as sleep } from 'node:timers/promises';
import { bearer, ClosedPlatform } from './support/closed-platform';
import { documentedFetch } from './support/documented-fetch';
import { until, type Problem, type RunResource } from './support/platform';
import { Propago } from './support/propago-command';
import { smallClip, type SmallClip } from './support/small-clip';
import { isSigned, WebhookReceiver } from './support/webhook-receiver';

jest.setTimeout(240_000);

const SERVICES = ['gateway', 'gateway', 'ingest', 'features', 'propagation', 'results', 'models'] as const;

interface Webhook {
  id: string;
  secret: string;
  enabled: boolean;
  disabledReason: string | null;
  failingSince: string | null;
  [field: string]: unknown;
}
interface Delivery {
  id: string;
  type: string;
  state: string;
  attempts: number;
  body: { data: Record<string, unknown> };
  log: { number: number; status: number | null; error: string | null; answer: string | null }[];
}

let sut: ClosedPlatform;
let clip: SmallClip;
/** So long that a run on it does not end before it is cancelled. */
let long: SmallClip;
let key: string;
let receivers: WebhookReceiver[];

beforeAll(async () => {
  clip = await smallClip({ frames: 8 });
  long = await smallClip({ frames: 200, seed: 98 });
  sut = await ClosedPlatform.start(
    {
      WEBHOOKS_ALLOW: '127.0.0.0/8',
      WEBHOOK_TIMEOUT_SECONDS: '1',
      WEBHOOK_RETRY_SECONDS: '0.1',
      MAX_WEBHOOKS: '3',
    },
    { services: SERVICES.map((name) => ({ name })) },
  );
});
afterAll(() => sut?.stop());

let tenants = 0;
beforeEach(async () => {
  key = await sut.keyText({ tenant: `tenant-${++tenants}` });
  receivers = [];
});
afterEach(async () => {
  for (const receiver of receivers) await receiver.stop();
});

async function started(behave?: WebhookReceiver['behave']): Promise<WebhookReceiver> {
  const receiver = await new WebhookReceiver().start();
  if (behave) receiver.behave = behave;
  receivers.push(receiver);
  return receiver;
}

async function call(method: string, path: string, body?: object, as = key): Promise<Response> {
  return documentedFetch(`${sut.url}/v1/webhooks${path}`, {
    method,
    headers: { ...bearer(as), ...(body && { 'content-type': 'application/json' }) },
    body: body && JSON.stringify(body),
  });
}

async function answer<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await call(method, path, body);
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (text ? JSON.parse(text) : undefined) as T;
}

/** A webhook to a receiver, which knows its secret. */
async function webhookTo(receiver: WebhookReceiver, request: object = {}): Promise<Webhook> {
  const created = await answer<Webhook>('POST', '', { url: receiver.url, ...request });
  receiver.secrets = [created.secret];
  return created;
}

const delivery = (webhook: Webhook, event: string) => answer<Delivery>('GET', `/${webhook.id}/deliveries/${event}`);

/** A test delivery that has come to its end. */
async function tested(webhook: Webhook): Promise<Delivery> {
  const { id } = await answer<Delivery>('POST', `/${webhook.id}/test`);
  await until('the test has ended', async () => (await delivery(webhook, id)).state !== 'pending');
  return delivery(webhook, id);
}

async function acceptedRun(of = clip): Promise<RunResource> {
  const response = await sut.platform.postRun({ ...of, headers: bearer(key) });
  if (response.status !== 202) throw new Error(`not accepted: ${response.status} ${await response.text()}`);
  return (await response.json()) as RunResource;
}

const refusal = async (response: Response) => [response.status, ((await response.json()) as Problem).code];

describe('a webhook', () => {
  it('tells of a run from its acceptance to its correction and its export, in order and signed', async () => {
    const receiver = await started();
    await webhookTo(receiver);
    const run = await acceptedRun();
    await until('the run has succeeded', async () => receiver.types.includes('run.succeeded'));
    const made = await fetch(`${sut.url}/v1/runs/${run.id}/exports`, {
      method: 'POST',
      headers: { ...bearer(key), 'content-type': 'application/json' },
      body: JSON.stringify({ format: 'coco' }),
    });
    expect(made.status).toBe(202);
    await until('the export is ready', async () => receiver.types.includes('export.ready'));
    const corrected = await fetch(`${sut.url}/v1/runs/${run.id}/prompts/5`, {
      method: 'PUT',
      headers: { ...bearer(key), 'content-type': 'image/png' },
      body: new Uint8Array(clip.mask),
    });
    expect(corrected.status).toBe(202);
    await until(
      'the correction is done',
      async () => receiver.types.filter((type) => type === 'run.succeeded').length > 1,
    );
    const ofRun = receiver.types.filter((type) => type !== 'video.ready');
    expect(ofRun).toEqual(['run.created', 'run.succeeded', 'export.ready', 'run.corrected', 'run.succeeded']);
    expect(receiver.types).toContain('video.ready');
    expect(receiver.forged).toEqual([]);
    const [first, second] = receiver.accepted.filter(({ type }) => type === 'run.succeeded');
    expect(first!.data).toEqual({
      runId: run.id,
      videoId: run.videoId,
      name: null,
      tags: [],
      revision: 1,
      error: null,
    });
    expect(second!.data.revision).toBe(2);
    expect(first!.headers['user-agent']).toMatch(/^Propago\//);
    const file = receiver.accepted.find(({ type }) => type === 'export.ready')!;
    expect(file.data).toMatchObject({ runId: run.id, format: 'coco', frames: 8, revision: 1, error: null });
  });

  it('tells why a run has failed, and nothing that is not asked for', async () => {
    const [all, some] = [await started(), await started()];
    await webhookTo(all);
    await webhookTo(some, { events: ['run.failed'] });
    // How many frames the video has shows only when it is decoded.
    const { video, mask } = await smallClip({ frames: 6, seed: 97 });
    const response = await sut.platform.postRun({ video, masks: { 0: mask, 99: mask }, headers: bearer(key) });
    expect(response.status).toBe(202);
    await until('both know', async () => all.types.includes('run.failed') && some.types.includes('run.failed'));
    expect(some.types).toEqual(['run.failed']);
    expect(some.accepted[0]!.data.error).toEqual({
      code: 'FRAME_NOT_FOUND',
      detail: 'A prompt is on frame 99, and the video has 6 frames.',
    });
    const same = all.accepted.find(({ type }) => type === 'run.failed')!;
    expect(same).toMatchObject({ id: some.accepted[0]!.id, body: some.accepted[0]!.body });
  });

  it('is told of a cancelled run, and of nothing that other tenants do', async () => {
    const receiver = await started();
    await webhookTo(receiver, { events: ['run.created', 'run.cancelled'] });
    const own = key;
    key = await sut.keyText({ tenant: 'somebody-else' });
    await acceptedRun();
    key = own;
    const { id } = await acceptedRun(long);
    const cancelled = await fetch(`${sut.url}/v1/runs/${id}/cancel`, { method: 'POST', headers: bearer(key) });
    expect(cancelled.ok).toBe(true);
    await until('it is told', async () => receiver.types.includes('run.cancelled'));
    expect(receiver.accepted.map(({ data }) => data.runId)).toEqual([id, id]);
  });

  it('is there for its own tenant only, and only for keys that may change something', async () => {
    const webhook = await webhookTo(await started());
    const { id: event } = await tested(webhook);
    const other = await sut.keyText({ tenant: 'other' });
    const reader = await sut.keyText({ tenant: `tenant-${tenants}`, scopes: ['runs:read'] });
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/rotate'],
      ['POST', '/test'],
      ['GET', '/deliveries'],
      ['GET', `/deliveries/${event}`],
      ['POST', `/deliveries/${event}/redeliver`],
    ] as const) {
      expect(await refusal(await call(method, `/${webhook.id}${path}`, undefined, other))).toEqual([
        404,
        'WEBHOOK_NOT_FOUND',
      ]);
      expect(await refusal(await call(method, `/${webhook.id}${path}`, undefined, reader))).toEqual([
        403,
        'SCOPE_MISSING',
      ]);
    }
    expect(await (await call('GET', '', undefined, other)).json()).toEqual({ items: [] });
  });

  it.each([
    [{ url: 'ftp://example.org' }, 400, 'REQUEST_INVALID'],
    [{ url: 'https://example.org', events: ['run.exploded'] }, 400, 'REQUEST_INVALID'],
    [{ url: 'https://example.org', events: [] }, 400, 'REQUEST_INVALID'],
    [{ url: 'https://user:password@example.org' }, 422, 'WEBHOOK_URL_FORBIDDEN'],
    [{ url: 'https://10.1.2.3/hook' }, 422, 'WEBHOOK_URL_FORBIDDEN'],
    [{ url: 'http://169.254.169.254/latest/meta-data' }, 422, 'WEBHOOK_URL_FORBIDDEN'],
    [{ url: 'https://[::ffff:10.0.0.1]/' }, 422, 'WEBHOOK_URL_FORBIDDEN'],
    [{ url: 'http://0x0a000001/' }, 422, 'WEBHOOK_URL_FORBIDDEN'],
  ])('is not created from %j', async (request, status, code) => {
    expect(await refusal(await call('POST', '', request))).toEqual([status, code]);
  });

  it('is one of so many, however many are asked for at once', async () => {
    const request = { url: 'https://example.org/hook' };
    const statuses = await Promise.all(Array.from({ length: 8 }, async () => (await call('POST', '', request)).status));
    expect(statuses.sort()).toEqual([201, 201, 201, 409, 409, 409, 409, 409]);
  });

  it('has a secret that is shown once, stored nowhere, and changed with both counting for a time', async () => {
    const receiver = await started();
    const webhook = await webhookTo(receiver);
    const shown = await answer<object>('GET', `/${webhook.id}`);
    expect(JSON.stringify(shown)).not.toContain('whsec_');
    const rows = JSON.stringify(
      await sut.platform.query('select * from "WebhookEndpoint" where id = $1', [webhook.id]),
    );
    expect(rows).not.toContain(webhook.secret.slice('whsec_'.length));

    const renewed = await answer<Webhook>('POST', `/${webhook.id}/rotate`, { graceSeconds: 3600 });
    receiver.secrets = [webhook.secret, renewed.secret];
    await tested(webhook);
    const { body, headers } = receiver.accepted.at(-1)!;
    expect([webhook.secret, renewed.secret].map((secret) => isSigned(secret, body, headers))).toEqual([true, true]);

    const last = await answer<Webhook>('POST', `/${webhook.id}/rotate`, { graceSeconds: 0 });
    receiver.secrets = [last.secret];
    await tested(webhook);
    const now = receiver.accepted.at(-1)!;
    const signed = [webhook.secret, renewed.secret, last.secret].map((one) => isSigned(one, now.body, now.headers));
    expect(signed).toEqual([false, false, true]);
  });
});

describe('a delivery', () => {
  it('is tried again until it gets through, follows no redirect, and keeps its id', async () => {
    const trap = await started();
    const answers = [
      { status: 500 },
      { status: 307, location: `${trap.url}?internal` },
      'cut',
      'hang',
      { status: 204 },
    ] as const;
    let attempts = 0;
    const receiver = await started(({ type }) =>
      type === 'run.created' ? answers[Math.min(attempts++, 4)]! : 'accept',
    );
    const webhook = await webhookTo(receiver, { events: ['run.created', 'run.cancelled'] });
    const { id } = await acceptedRun(long);
    const cancelled = await fetch(`${sut.url}/v1/runs/${id}/cancel`, { method: 'POST', headers: bearer(key) });
    expect(cancelled.ok).toBe(true);
    await until('both got through', async () => receiver.types.length === 2);
    // What came later waited for its turn.
    expect(receiver.types).toEqual(['run.created', 'run.cancelled']);
    const created = receiver.seen.filter(({ type }) => type === 'run.created');
    expect(created).toHaveLength(5);
    expect(new Set(created.map((event) => event.id)).size).toBe(1);
    expect(new Set(created.map(({ body }) => body)).size).toBe(1);
    expect([...trap.seen, ...trap.forged]).toEqual([]);
    await until('it is noted', async () => (await delivery(webhook, created[0]!.id)).state === 'delivered');
    const { log, attempts: counted } = await delivery(webhook, created[0]!.id);
    expect(counted).toBe(5);
    expect(log.map(({ number, status }) => [number, status])).toEqual([
      [5, 204],
      [4, null],
      [3, null],
      [2, 307],
      [1, 500],
    ]);
    expect(log[4]).toMatchObject({ error: 'The answer was 500.', answer: 'not now' });
    expect(log[1]!.error).toBe('No answer within 1 s.');
  });

  it('that a killed gateway had under way is made by another one', async () => {
    let attempts = 0;
    const receiver = await started(() => (attempts++ === 0 ? 'hang' : 'accept'));
    const webhook = await webhookTo(receiver, { events: ['run.created'] });
    await acceptedRun();
    await until('it is under way', async () => attempts === 1);
    await sut.platform.stack.services.kill('gateway', 0, 'SIGKILL');
    await sut.platform.stack.services.kill('gateway', 1, 'SIGKILL');
    await sut.platform.stack.services.restart('gateway', 0);
    await until('it has arrived', async () => receiver.accepted.length === 1);
    await sut.platform.stack.services.restart('gateway', 1);
    expect(receiver.accepted[0]!.id).toBe(receiver.seen[0]!.id);
    await until('it is noted', async () => (await delivery(webhook, receiver.seen[0]!.id)).state === 'delivered');
  });

  it('of an endpoint that hangs does not hold up that of another one', async () => {
    const [hanging, other] = [await started(() => 'hang'), await started()];
    await webhookTo(hanging);
    await webhookTo(other);
    for (let i = 0; i < 6; i++) await acceptedRun();
    const created = (receiver: WebhookReceiver) => receiver.seen.filter(({ type }) => type === 'run.created');
    await until('the other one has all', async () => new Set(created(other).map(({ id }) => id)).size === 6);
    expect(hanging.accepted).toEqual([]);
  });

  it('is made again when somebody asks for it, with the same id and content', async () => {
    const receiver = await started();
    const webhook = await webhookTo(receiver);
    const { id } = await tested(webhook);
    await answer('POST', `/${webhook.id}/deliveries/${id}/redeliver`);
    await until('it is there twice', async () => receiver.accepted.length === 2);
    const [first, second] = receiver.accepted;
    expect(second).toMatchObject({ id: first!.id, body: first!.body });
    // The receiver knows it before the gateway.
    await until('it is noted', async () => (await delivery(webhook, id)).state === 'delivered');
    const listed = await answer<{ items: Delivery[] }>('GET', `/${webhook.id}/deliveries?state=delivered&limit=1`);
    expect(listed.items.map((one) => one.id)).toEqual([id]);
    const unknown = await call('POST', `/${webhook.id}/deliveries/${webhook.id}/redeliver`);
    expect(await refusal(unknown)).toEqual([404, 'WEBHOOK_DELIVERY_NOT_FOUND']);
    expect(await refusal(await call('GET', `/${webhook.id}/deliveries?state=lost`))).toEqual([
      400,
      'OPTION_OUT_OF_RANGE',
    ]);
    expect(await refusal(await call('GET', `/${webhook.id}/deliveries?cursor=x`))).toEqual([400, 'REQUEST_INVALID']);
  });
});

describe('an endpoint', () => {
  it('that answers 410 is disabled at once, and goes on where somebody enables it', async () => {
    let status = 410;
    const receiver = await started(() => ({ status }));
    const webhook = await webhookTo(receiver, { events: ['run.created'] });
    await acceptedRun();
    await until('it is disabled', async () => !(await answer<Webhook>('GET', `/${webhook.id}`)).enabled);
    expect(await answer<Webhook>('GET', `/${webhook.id}`)).toMatchObject({ disabledReason: 'gone' });
    await acceptedRun();
    expect(await refusal(await call('POST', `/${webhook.id}/test`))).toEqual([409, 'WEBHOOK_DISABLED']);
    await sleep(1500);
    expect(receiver.seen).toHaveLength(1);
    status = 204;
    await answer('PATCH', `/${webhook.id}`, { enabled: true });
    const { id } = await acceptedRun();
    await until('it is told again', async () => receiver.accepted.length > 0);
    expect(receiver.accepted.map(({ data }) => data.runId)).toEqual([id]);
  });

  it('that nothing has got through to for long is disabled', async () => {
    const receiver = await started(() => ({ status: 503 }));
    const webhook = await webhookTo(receiver, { events: ['run.created'] });
    await acceptedRun();
    await until('it fails', async () => (await answer<Webhook>('GET', `/${webhook.id}`)).failingSince !== null);
    await sut.platform.query(`update "WebhookEndpoint" set "failingSince" = now() - interval '6 days' where id = $1`, [
      webhook.id,
    ]);
    await until('it is disabled', async () => !(await answer<Webhook>('GET', `/${webhook.id}`)).enabled);
    expect(await answer<Webhook>('GET', `/${webhook.id}`)).toMatchObject({ disabledReason: 'failing' });
  });

  it('that is disabled and enabled by a person is told what was pending, and nothing of the time between', async () => {
    const receiver = await started(() => ({ status: 500 }));
    const webhook = await webhookTo(receiver, { events: ['run.created'] });
    const { id: pending } = await acceptedRun();
    await until('it was tried', async () => receiver.seen.length > 0);
    await answer('PATCH', `/${webhook.id}`, { enabled: false });
    await acceptedRun();
    receiver.behave = () => 'accept';
    await answer('PATCH', `/${webhook.id}`, { enabled: true, description: 'back' });
    await until('it is told', async () => receiver.accepted.length > 0);
    const { id: last } = await acceptedRun();
    await until('it is told again', async () => receiver.accepted.length > 1);
    expect(receiver.accepted.map(({ data }) => data.runId)).toEqual([pending, last]);
  });
});

describe('propago webhooks', () => {
  const propago = (...args: string[]) =>
    new Propago(['webhooks', ...args, '--server', sut.url], { PROPAGO_API_KEY: key });

  it('adds, lists, tests, rotates and removes', async () => {
    const receiver = await started();
    const added = propago('add', receiver.url, '--event', 'run.succeeded', '--description', 'of the lab');
    const secret = await added.output();
    receiver.secrets = [secret];
    const [, id] = /^webhook (\S+) /.exec(added.stderr)!;
    expect(await propago('list').output()).toMatch(
      new RegExp(`^${id} +enabled +run.succeeded +${receiver.url} +of the lab$`),
    );
    expect(await propago('test', id!).output()).toBe('delivered, HTTP 204');
    expect(await propago('deliveries', id!).output()).toMatch(/^\S+ +\S+ +webhook.test +delivered +1 attempt$/);
    const renewed = await propago('rotate', id!, '--grace-seconds', '0').output();
    expect(renewed).toMatch(/^whsec_[\w+/]{43}=$/);
    // It does not know the new secret.
    const test = propago('test', id!);
    expect(await test.ended).toBe(1);
    expect(test.stderr.trim()).toBe('not delivered: The answer was 401.');
    receiver.secrets = [renewed];
    await propago('redeliver', id!, receiver.accepted[0]!.id).output();
    await until('it has come again', async () => receiver.accepted.length === 2);
    expect(await propago('disable', id!).output()).toBe(`disabled ${id}`);
    expect(await propago('list').output()).toContain('disabled (user)');
    await propago('remove', id!).output();
    expect(await propago('list', '--json').output()).toBe('[]');
  });
});

describe('the metrics', () => {
  it('tell attempts, what waits and how many webhooks there are', async () => {
    const receiver = await started();
    await tested(await webhookTo(receiver));
    const texts = await Promise.all(sut.gateways.map(async (url) => (await fetch(`${url}/metrics`)).text()));
    expect(texts.join('')).toMatch(/^propago_webhook_attempts_total\{outcome="delivered"\} [1-9]/m);
    expect(texts[0]).toMatch(/^propago_webhook_pending \d/m);
    expect(texts[0]).toMatch(/^propago_webhook_oldest_pending_seconds \d/m);
    expect(texts[0]).toMatch(/^propago_webhooks\{state="enabled"\} [1-9]/m);
  });
});
