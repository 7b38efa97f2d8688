import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEvents } from '../cli/src/sse';
import { freePort } from '@propago/local-stack';
import { bearer, bootstrapKey, ClosedPlatform, type CreatedKey } from './support/closed-platform';
import { until, type Problem, type RunResource } from './support/platform';
import { smallClip, type SmallClip } from './support/small-clip';

jest.setTimeout(180_000);

const SCOPES = ['runs:read', 'runs:write', 'admin'];
/** All that may be asked without a key. */
const PUBLIC = ['get /metrics', 'get /v2/health/live', 'get /v2/health/ready'];
const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

interface Operation {
  method: string;
  path: string;
  /** `<method> <path>`. */
  name: string;
  security: Record<string, string[]>[] | undefined;
}

let sut: ClosedPlatform;
let clip: SmallClip;
/** A run of the tenant `owner`, with all that a run can have. */
let run: RunResource;
let owner: string;
let operations: Operation[];

beforeAll(async () => {
  clip = await smallClip({ frames: 8 });
  sut = await ClosedPlatform.start({}, { services: everyServiceAnd('gateway') });
  owner = await sut.keyText({ tenant: 'owner' });
  run = await acceptedRun(owner);
  await until('the run has ended', async () => {
    const state = ((await (await sut.get(`/v1/runs/${run.id}`, owner)).json()) as RunResource).state;
    return state === 'succeeded';
  });
  const document = (await (await fetch(`${sut.url}/docs/json`)).json()) as {
    paths: Record<string, Record<string, { security?: Operation['security'] }>>;
  };
  operations = Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => {
      return { method, path, name: `${method} ${path}`, security: item[method]!.security };
    }),
  );
});
afterAll(() => sut?.stop());

function everyServiceAnd(more: 'gateway') {
  const names = ['gateway', 'ingest', 'features', 'propagation', 'results', 'models'] as const;
  return [...names.map((name) => ({ name })), { name: more }];
}

async function acceptedRun(key: string, headers: Record<string, string> = {}): Promise<RunResource> {
  const answer = await sut.platform.postRun({ ...clip, headers: { ...bearer(key), ...headers } });
  if (answer.status !== 202) throw new Error(`not accepted: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as RunResource;
}

const closedOperations = (): Operation[] => operations.filter(({ name }) => !PUBLIC.includes(name));
const scopeOf = ({ security }: Operation): string => security![0]!.key![0]!;

/** The operation on the run of `owner`, or on another id; with a body that none can do anything with. */
async function send({ method, path }: Operation, headers: Record<string, string>, id = run.id): Promise<Response> {
  const names: Record<string, string> = { frame: '0', object: '1', version: '1', name: 'nothing', alias: 'nothing' };
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? id);
  const body = method === 'get' || method === 'delete' ? {} : { body: '"no object"' };
  const json: Record<string, string> = body.body ? { 'content-type': 'application/json' } : {};
  return fetch(`${sut.url}${address}`, { method: method.toUpperCase(), headers: { ...json, ...headers }, ...body });
}

/** `<operation>: <status> <code>` of all operations. */
async function outcomes(
  of: readonly Operation[],
  headersFor: (operation: Operation) => Record<string, string>,
): Promise<string[]> {
  const texts: string[] = [];
  for (const operation of of) {
    const answer = await send(operation, headersFor(operation));
    const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json');
    const code = isProblem ? ((await answer.json()) as Problem).code : 'no problem';
    if (!isProblem) await answer.body?.cancel();
    const challenge = answer.headers.get('www-authenticate')?.startsWith('Bearer ') ? ' with a challenge' : '';
    texts.push(`${operation.name}: ${answer.status} ${code}${challenge}`);
  }
  return texts;
}

const all = (of: readonly Operation[], outcome: string): string[] => of.map(({ name }) => `${name}: ${outcome}`);

describe('every documented operation', () => {
  it('declares one scope, or is known to be public', () => {
    expect(operations.filter(({ security }) => security?.length === 0).map(({ name }) => name)).toEqual(
      expect.arrayContaining(PUBLIC),
    );
    expect(operations.filter(({ security }) => security?.length === 0)).toHaveLength(PUBLIC.length);
    const undeclared = closedOperations().filter(
      (operation) => !SCOPES.includes(operation.security?.[0]?.key?.[0] ?? ''),
    );
    expect(undeclared).toEqual([]);
    expect(closedOperations().length).toBeGreaterThan(12);
  });

  it('has an address that can be filled in', () => {
    expect(operations.filter(({ path }) => !/^(\/([\w.:-]|\{\w+\})+)+$/.test(path))).toEqual([]);
  });

  it('is refused without a key', async () => {
    const expected = all(closedOperations(), '401 KEY_MISSING with a challenge');
    expect(await outcomes(closedOperations(), () => ({}))).toEqual(expected);
    const basic = { authorization: `Basic ${Buffer.from(`key:${owner}`).toString('base64')}` };
    expect(await outcomes(closedOperations(), () => basic)).toEqual(expected);
  });

  it('is refused with the right key at another place', async () => {
    const expected = all(closedOperations(), '401 KEY_MISSING with a challenge');
    const elsewhere = { 'x-api-key': sut.adminKey, cookie: `key=${sut.adminKey}` };
    expect(await outcomes(closedOperations(), () => elsewhere)).toEqual(expected);
  });

  it('is refused with a wrong key', async () => {
    const { prefix } = await sut.createKey({ scopes: SCOPES });
    const wrong = [
      'nonsense',
      prefix,
      `${prefix}_${randomBytes(32).toString('base64url')}`,
      `pgo_${randomBytes(6).toString('hex')}_${randomBytes(32).toString('base64url')}`,
    ];
    for (const key of wrong) {
      const expected = all(closedOperations(), '401 KEY_INVALID with a challenge');
      expect(await outcomes(closedOperations(), () => bearer(key))).toEqual(expected);
    }
  });

  it('is refused with an expired key, and with a revoked one', async () => {
    const [expired, revoked] = [await sut.expiredKey({ scopes: SCOPES }), await sut.revokedKey({ scopes: SCOPES })];
    expect(await outcomes(closedOperations(), () => bearer(expired))).toEqual(
      all(closedOperations(), '401 KEY_EXPIRED with a challenge'),
    );
    expect(await outcomes(closedOperations(), () => bearer(revoked))).toEqual(
      all(closedOperations(), '401 KEY_REVOKED with a challenge'),
    );
  });

  it('is refused with a key that has all scopes but its own', async () => {
    const without = new Map<string, string>();
    for (const scope of SCOPES) {
      without.set(scope, await sut.keyText({ tenant: 'owner', scopes: SCOPES.filter((other) => other !== scope) }));
    }
    const outcome = await outcomes(closedOperations(), (operation) => bearer(without.get(scopeOf(operation))!));
    expect(outcome).toEqual(all(closedOperations(), '403 SCOPE_MISSING with a challenge'));
  });

  it('on a run is 404 for other tenants, as if the run did not exist', async () => {
    const other = await sut.keyText({ tenant: 'other', scopes: SCOPES });
    const ofRuns = operations.filter(({ path }) => path.startsWith('/v1/runs/{id}'));
    expect(ofRuns.length).toBeGreaterThanOrEqual(8);
    expect(await outcomes(ofRuns, () => bearer(other))).toEqual(all(ofRuns, '404 RUN_NOT_FOUND'));
    expect(await (await sut.get('/v1/runs', other)).json()).toEqual({ items: [], next: null });
  });

  it('lets a key with its scope in', async () => {
    const key = await sut.keyText({ tenant: 'empty', scopes: SCOPES });
    for (const operation of closedOperations()) {
      const answer = await send(operation, bearer(key), randomUUID());
      await answer.body?.cancel();
      expect([operation.name, [401, 403, 429, 500, 503].includes(answer.status)]).toEqual([operation.name, false]);
    }
  });

  it('has done nothing to the run that it was refused for', async () => {
    expect(await (await sut.get(`/v1/runs/${run.id}`, owner)).json()).toMatchObject({ state: 'succeeded' });
  });
});

describe('a tenant', () => {
  it('has Idempotency-Keys of its own', async () => {
    const [one, two] = [await sut.keyText({ tenant: 'one' }), await sut.keyText({ tenant: 'two' })];
    const headers = { 'idempotency-key': 'the same' };
    const first = await acceptedRun(one, headers);
    expect((await acceptedRun(one, headers)).id).toBe(first.id);
    expect((await acceptedRun(two, headers)).id).not.toBe(first.id);
  });

  it('does not see what others call the same video', async () => {
    const post = async (tenant: string, fileName: string) => {
      const headers = bearer(await sut.keyText({ tenant }));
      return (await (await sut.platform.postRun({ ...clip, fileName, headers })).json()) as RunResource;
    };
    expect((await post('one', 'secret.mp4')).video).toMatchObject({ fileName: 'secret.mp4' });
    expect((await post('two', 'clip.mp4')).video).toMatchObject({ fileName: 'clip.mp4' });
  });

  it('is shared by its keys', async () => {
    const second = await sut.keyText({ tenant: 'owner', scopes: ['runs:read'] });
    expect((await sut.get(`/v1/runs/${run.id}/masks.zip`, second)).status).toBe(200);
  });
});

describe('a key', () => {
  it('is shown once and stored nowhere', async () => {
    const created = await sut.createKey({ name: 'seen once', expiresAt: '2100-01-01T00:00:00Z', maxActiveRuns: 7 });
    expect(created.key.startsWith(`${created.prefix}_`)).toBe(true);
    const listed = await sut.admin<{ items: CreatedKey[] }>('GET', '/keys?limit=200');
    const found = listed.items.find(({ id }) => id === created.id)!;
    const secret = created.key.slice(created.prefix.length + 1);
    expect(found).toMatchObject({ name: 'seen once', maxActiveRuns: 7, expiresAt: '2100-01-01T00:00:00.000Z' });
    expect(JSON.stringify(listed)).not.toContain(secret);
    const rows = await sut.platform.query('select * from "ApiKey" where id = $1', [created.id]);
    expect(JSON.stringify(rows)).not.toContain(secret);
  });

  it.each([
    [{ scopes: [] }],
    [{ scopes: ['runs:all'] }],
    [{ tenant: 'No Tenant' }],
    [{ expiresAt: '2001-01-01T00:00:00Z' }],
    [{ maxActiveRuns: 0 }],
    [{ unknown: 1 }],
  ])('is not created from %j', async (request) => {
    const body = JSON.stringify({ name: 'bad', scopes: ['runs:read'], ...request });
    const headers = { ...bearer(sut.adminKey), 'content-type': 'application/json' };
    const answer = await fetch(`${sut.url}/v1/admin/keys`, { method: 'POST', headers, body });
    expect([answer.status, ((await answer.json()) as Problem).code]).toEqual([400, 'REQUEST_INVALID']);
  });

  it('that is revoked is refused by every gateway at once, and its event streams end', async () => {
    const { id, key } = await sut.createKey({ tenant: 'leaving' });
    // Without its stage, the run stays as it is and its stream has no reason to end.
    await sut.platform.stack.services.kill('propagation');
    const { id: runId } = await acceptedRun(key);
    const stream = await sut.get(`/v1/runs/${runId}/events`, key, sut.gateways[1]);
    const events = readEvents(stream.body!);
    await events.next();
    for (const base of sut.gateways) expect((await sut.get('/v1/runs', key, base)).status).toBe(200);
    await sut.admin('DELETE', `/keys/${id}`);
    for (const base of sut.gateways) expect((await sut.get('/v1/runs', key, base)).status).toBe(401);
    for (let next = await events.next(); !next.done; next = await events.next());
    await sut.platform.stack.services.restart('propagation');
  });

  it('is rotated: the old one ends now, or when its grace of ten minutes, or of a time of its own, is over', async () => {
    const [hard, soft] = [await sut.createKey({ tenant: 'owner' }), await sut.createKey({ tenant: 'owner' })];
    const usual = await sut.createKey({ tenant: 'owner' });
    const [afterHard, afterSoft] = [
      await sut.admin<CreatedKey>('POST', `/keys/${hard.id}/rotate`, { graceSeconds: 0 }),
      await sut.admin<CreatedKey>('POST', `/keys/${soft.id}/rotate`, { graceSeconds: 3600 }),
    ];
    const statuses = [hard, soft, afterHard, afterSoft].map(async ({ key }) => (await sut.get('/v1/runs', key)).status);
    expect(await Promise.all(statuses)).toEqual([401, 200, 200, 200]);
    const rotatedAt = Date.now();
    await sut.admin<CreatedKey>('POST', `/keys/${usual.id}/rotate`, {});
    const endOf = async ({ id }: CreatedKey) =>
      Date.parse((await sut.admin<{ expiresAt: string }>('GET', `/keys/${id}`)).expiresAt);
    expect(await endOf(soft)).toBeGreaterThan(rotatedAt);
    expect(await endOf(usual)).toBeGreaterThanOrEqual(rotatedAt + 600_000);
    expect(await endOf(usual)).toBeLessThanOrEqual(Date.now() + 600_000);
    expect(afterSoft).toMatchObject({ tenant: 'owner', scopes: ['runs:read', 'runs:write'], expiresAt: null });
  });

  it('of another secret than the keys in the database is no secret to start with', async () => {
    const KEY_SECRET = 'another secret than that of the keys, 32 characters or more';
    await expect(sut.platform.stack.services.add('gateway', { KEY_SECRET })).rejects.toThrow(
      /KEY_SECRET is not the secret that the \d+ API keys in the database came from[^]*--new-admin-key/,
    );
  });

  it('of an admin is made once without the API, and again when it is asked for', async () => {
    expect((await bootstrapKey(sut.platform)).stdout).toBe('');
    const { stdout } = await bootstrapKey(sut.platform, '--another');
    expect((await sut.get('/v1/admin/keys', stdout.trim())).status).toBe(200);
  });
});

describe('the admin API', () => {
  it('is nowhere unless it is configured, and not documented', async () => {
    const { url } = await sut.platform.stack.services.add('gateway', { ADMIN_API: 'off' });
    expect(await codeAt(`${url}/v1/admin/keys`)).toEqual([404, 'ROUTE_NOT_FOUND']);
    expect(await codeAt(`${url}/v1/%61dmin/keys`)).toEqual([404, 'ROUTE_NOT_FOUND']);
    expect(await (await fetch(`${url}/docs/json`)).text()).not.toContain('/v1/admin');
    expect((await sut.get('/v1/runs', sut.adminKey, url)).status).toBe(200);
  });

  it('at a port of its own is there only, and nothing else is', async () => {
    const ADMIN_PORT = String(await freePort());
    const { url } = await sut.platform.stack.services.add('gateway', { ADMIN_PORT });
    const admin = `http://127.0.0.1:${ADMIN_PORT}`;
    expect((await sut.get('/v1/admin/keys', sut.adminKey, admin)).status).toBe(200);
    expect((await sut.get('/v1/%61dmin/keys', sut.adminKey, admin)).status).toBe(200);
    expect((await fetch(`${admin}/v1/admin/keys`)).status).toBe(401);
    for (const path of ['/v1/admin/keys', '/v1/%61dmin/keys', '/v1/admin/keys?x=1']) {
      expect(await codeAt(`${url}${path}`)).toEqual([404, 'ROUTE_NOT_FOUND']);
    }
    for (const path of ['/v1/runs', '/metrics', '/docs', '/docs/json', '/v2/health/live', '/v1/nothing']) {
      expect([path, ...(await codeAt(`${admin}${path}`))]).toEqual([path, 404, 'ROUTE_NOT_FOUND']);
    }
  });

  const codeAt = async (address: string): Promise<[number, string]> => {
    const answer = await fetch(address, { headers: bearer(sut.adminKey) });
    return [answer.status, ((await answer.json()) as Problem).code];
  };
});

describe('the logs', () => {
  it('have requests, and no key', async () => {
    const folder = join(sut.platform.stack.servers.dir, 'logs');
    const logs = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    const text = logs.join('');
    expect(text.includes('"url":"/v1/runs"')).toBe(true);
    expect([owner, sut.adminKey].map((key) => text.includes(key.slice(-43)))).toEqual([false, false]);
  });
});

describe('the metrics', () => {
  it('count refusals by code and answers by route', async () => {
    const text = await (await fetch(`${sut.url}/metrics`)).text();
    for (const code of ['KEY_MISSING', 'KEY_INVALID', 'KEY_EXPIRED', 'KEY_REVOKED', 'SCOPE_MISSING']) {
      expect(text).toMatch(new RegExp(`^propago_access_refusals_total\\{code="${code}"\\} [1-9]`, 'm'));
    }
    expect(text).toMatch(
      /^propago_http_request_seconds_count\{method="GET",route="\/v1\/runs\/:id",status="200"\} [1-9]/m,
    );
    expect(text).not.toContain(run.id);
  });
});
