import { readEvents } from '../cli/src/sse';
import { ClosedPlatform } from './support/closed-platform';
import { signInLink } from './support/sign-in-link';
import { until, type Problem } from './support/platform';
import { smallClip } from './support/small-clip';

jest.setTimeout(180_000);

interface Session {
  csrfToken: string;
  hasAdmin: boolean;
  key: { name: string; tenant: string; scopes: string[] };
}

let sut: ClosedPlatform;

beforeAll(async () => {
  sut = await ClosedPlatform.shared();
});
afterAll(() => sut?.stop());

/** A browser, as far as the server sees it: it keeps its cookie and says where its pages are from. */
class Browser {
  cookie = '';
  constructor(readonly headers: Record<string, string> = { 'sec-fetch-site': 'same-origin' }) {}

  async send(method: string, path: string, body?: unknown, more: Record<string, string> = {}): Promise<Response> {
    const answer = await fetch(`${sut.url}${path}`, {
      method,
      headers: {
        ...this.headers,
        ...(this.cookie && { cookie: this.cookie }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...more,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const set = answer.headers.get('set-cookie');
    if (set) this.cookie = set.split(';')[0]!;
    return answer;
  }

  async signIn(key: string): Promise<Session> {
    const answer = await this.send('POST', '/v1/session', { key });
    if (answer.status !== 200) throw new Error(await answer.text());
    return (await answer.json()) as Session;
  }

  get id(): string {
    return this.cookie.split('=')[1]!.split('.')[0]!;
  }
}

const outcome = async (answer: Response): Promise<string> =>
  answer.ok ? String(answer.status) : `${answer.status} ${((await answer.json()) as Problem).code}`;

async function signedIn(scopes = ['runs:read', 'runs:write', 'admin']) {
  const browser = new Browser();
  const { id, key } = await sut.createKey({ scopes, tenant: 'pages', name: 'annotator' });
  return { browser, keyId: id, key, session: await browser.signIn(key) };
}

const setSession = (browser: Browser, change: string) =>
  sut.platform.query(`update "Session" set ${change} where id = $1`, [browser.id]);

/** A change that a session may be asked to do; of a run that is not there. */
const change = (browser: Browser, headers: Record<string, string>) =>
  browser.send('DELETE', '/v1/runs/00000000-0000-4000-8000-000000000000', undefined, headers);

describe('signing in', () => {
  it('with a key gives a cookie that no script and no other site gets, and says who is signed in', async () => {
    const { key } = await sut.createKey({ scopes: ['runs:read'], name: 'annotator' });
    const browser = new Browser();
    const answer = await browser.send('POST', '/v1/session', { key });
    expect(answer.headers.get('set-cookie')).toMatch(
      /^propago_session=[^;]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/,
    );
    expect(answer.headers.get('set-cookie')).not.toContain(key);
    expect(await answer.json()).toMatchObject({ key: { name: 'annotator', scopes: ['runs:read'] }, hasAdmin: false });
    expect((await browser.send('GET', '/v1/runs')).status).toBe(200);
  });

  it('behind TLS gives a cookie for TLS and this host only, and counts no other', async () => {
    const { key } = await sut.createKey({ scopes: ['runs:read'] });
    const behindTls = { 'sec-fetch-site': 'same-origin', 'x-forwarded-proto': 'https' };
    const browser = new Browser(behindTls);
    const answer = await browser.send('POST', '/v1/session', { key });
    expect(answer.headers.get('set-cookie')).toMatch(/^__Host-propago_session=.*; Secure$/);
    expect((await browser.send('GET', '/v1/runs')).status).toBe(200);
    browser.cookie = browser.cookie.replace('__Host-', '');
    expect(await outcome(await browser.send('GET', '/v1/runs'))).toBe('401 KEY_MISSING');
  });

  it('is refused with a wrong, an expired and a revoked key', async () => {
    const sign = async (key: string) => outcome(await new Browser().send('POST', '/v1/session', { key }));
    expect(await sign('pgo_nonsense')).toBe('401 KEY_INVALID');
    expect(await sign(await sut.expiredKey())).toBe('401 KEY_EXPIRED');
    expect(await sign(await sut.revokedKey())).toBe('401 KEY_REVOKED');
  });

  it('needs a key or a link, and not both', async () => {
    for (const body of [{}, { key: 'a', link: 'b' }, { password: 'c' }]) {
      expect(await outcome(await new Browser().send('POST', '/v1/session', body))).toBe('400 REQUEST_INVALID');
    }
  });

  it('by a link works once, for who may administer the platform', async () => {
    const link = await signInLink(sut.platform);
    const browser = new Browser();
    const answer = await browser.send('POST', '/v1/session', { link });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ hasAdmin: true });
    expect(await outcome(await browser.send('GET', '/v1/admin/keys'))).toBe('200');
    expect(await outcome(await new Browser().send('POST', '/v1/session', { link }))).toBe('401 LINK_INVALID');
  });

  it('by one link twice at once lets one in', async () => {
    const link = await signInLink(sut.platform);
    const tries = [1, 2, 3].map(async () => outcome(await new Browser().send('POST', '/v1/session', { link })));
    expect((await Promise.all(tries)).sort()).toEqual(['200', '401 LINK_INVALID', '401 LINK_INVALID']);
  });

  it('by a link that is too old, or as a cookie before it was followed, is refused', async () => {
    const link = await signInLink(sut.platform);
    const browser = new Browser();
    browser.cookie = `propago_session=${link}`;
    expect(await outcome(await browser.send('GET', '/v1/runs'))).toBe('401 SESSION_ENDED');
    await setSession(browser, `"expiresAt" = now() - interval '1 second'`);
    expect(await outcome(await new Browser().send('POST', '/v1/session', { link }))).toBe('401 LINK_INVALID');
  });
});

describe('a session', () => {
  it('may do what its key may, and no more', async () => {
    const { browser } = await signedIn(['runs:read']);
    expect((await browser.send('GET', '/v1/runs')).status).toBe(200);
    expect(await outcome(await browser.send('GET', '/v1/admin/keys'))).toBe('403 SCOPE_MISSING');
  });

  it('changes nothing without its own token', async () => {
    const { browser, session } = await signedIn();
    const other = (await signedIn()).session;
    expect(await outcome(await change(browser, {}))).toBe('403 CSRF_INVALID');
    expect(await outcome(await change(browser, { 'x-csrf-token': 'wrong' }))).toBe('403 CSRF_INVALID');
    expect(await outcome(await change(browser, { 'x-csrf-token': other.csrfToken }))).toBe('403 CSRF_INVALID');
    expect(await outcome(await change(browser, { 'x-csrf-token': session.csrfToken }))).toBe('404 RUN_NOT_FOUND');
  });

  it('is worth nothing to pages of other origins, also with its token', async () => {
    const { browser, session } = await signedIn();
    const token = { 'x-csrf-token': session.csrfToken };
    for (const site of ['cross-site', 'same-site']) {
      expect(await outcome(await change(browser, { ...token, 'sec-fetch-site': site }))).toBe('403 ORIGIN_FORBIDDEN');
      expect(await outcome(await browser.send('GET', '/v1/runs', undefined, { 'sec-fetch-site': site }))).toBe(
        '403 ORIGIN_FORBIDDEN',
      );
    }
    const plain = new Browser({});
    plain.cookie = browser.cookie;
    expect(await outcome(await change(plain, { ...token, origin: 'http://elsewhere.example' }))).toBe(
      '403 ORIGIN_FORBIDDEN',
    );
    expect(await outcome(await change(plain, { ...token, origin: 'null' }))).toBe('403 ORIGIN_FORBIDDEN');
    expect(await outcome(await change(plain, { ...token, origin: sut.url }))).toBe('404 RUN_NOT_FOUND');
    const signIn = { key: await sut.keyText() };
    const elsewhere = await plain.send('POST', '/v1/session', signIn, { origin: 'http://elsewhere.example' });
    expect(await outcome(elsewhere)).toBe('403 ORIGIN_FORBIDDEN');
  });

  it('ends when its key is revoked or expires, and when its own time is over', async () => {
    const revoked = await signedIn();
    await sut.admin('DELETE', `/keys/${revoked.keyId}`);
    expect(await outcome(await revoked.browser.send('GET', '/v1/runs'))).toBe('401 KEY_REVOKED');
    const expired = await signedIn();
    await sut.platform.query(`update "ApiKey" set "expiresAt" = now() - interval '1 second' where id = $1`, [
      expired.keyId,
    ]);
    expect(await outcome(await expired.browser.send('GET', '/v1/runs'))).toBe('401 KEY_EXPIRED');
    const idle = await signedIn();
    await setSession(idle.browser, `"expiresAt" = now() - interval '1 second'`);
    expect(await outcome(await idle.browser.send('GET', '/v1/runs'))).toBe('401 SESSION_ENDED');
  });

  it('ends on signing out, which needs its token', async () => {
    const { browser, session } = await signedIn();
    const before = browser.cookie;
    expect(await outcome(await browser.send('DELETE', '/v1/session'))).toBe('403 CSRF_INVALID');
    const out = await browser.send('DELETE', '/v1/session', undefined, { 'x-csrf-token': session.csrfToken });
    expect(out.status).toBe(204);
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0');
    browser.cookie = before;
    expect(await outcome(await browser.send('GET', '/v1/runs'))).toBe('401 SESSION_ENDED');
  });

  it('is given another token after an hour, the same to all requests under way, and keeps its rights', async () => {
    const { browser, session } = await signedIn();
    const first = browser.cookie;
    await setSession(browser, `"rotatedAt" = now() - interval '2 hours'`);
    const offers = await Promise.all(
      [1, 2, 3].map(async () => {
        const one = new Browser();
        one.cookie = first;
        await one.send('GET', '/v1/runs');
        return one.cookie;
      }),
    );
    expect(new Set(offers).size).toBe(1);
    expect(offers[0]).not.toBe(first);
    // An answer that was lost on its way: the token before still counts.
    expect((await browser.send('GET', '/v1/runs')).status).toBe(200);
    browser.cookie = offers[0]!;
    expect(await outcome(await change(browser, { 'x-csrf-token': session.csrfToken }))).toBe('404 RUN_NOT_FOUND');
  });

  it('ends when a token comes back that was replaced', async () => {
    const { browser } = await signedIn();
    const old = new Browser();
    old.cookie = browser.cookie;
    await setSession(browser, `"rotatedAt" = now() - interval '2 hours'`);
    await browser.send('GET', '/v1/runs');
    await browser.send('GET', '/v1/runs');
    // Requests that were under way.
    expect((await old.send('GET', '/v1/runs')).status).toBe(200);
    await setSession(browser, `"previousUntil" = now() - interval '1 second'`);
    expect(await outcome(await old.send('GET', '/v1/runs'))).toBe('401 SESSION_ENDED');
    expect(await outcome(await browser.send('GET', '/v1/runs'))).toBe('401 SESSION_ENDED');
  });

  it('opens pictures and event streams, which end when it does', async () => {
    const { browser, key, session } = await signedIn();
    const clip = await smallClip({ frames: 60 });
    const accepted = await sut.platform.postRun({ ...clip, headers: { authorization: `Bearer ${key}` } });
    const { id } = (await accepted.json()) as { id: string };
    await until('the first mask is there', async () => {
      return (await browser.send('GET', `/v1/runs/${id}/frames/0/mask.png`)).status === 200;
    });
    const stream = await browser.send('GET', `/v1/runs/${id}/events`);
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    const events: string[] = [];
    const reading = (async () => {
      for await (const { event } of readEvents(stream.body!)) events.push(event);
    })();
    await browser.send('DELETE', '/v1/session', undefined, { 'x-csrf-token': session.csrfToken });
    await reading;
    expect(events.length).toBeGreaterThan(0);
  });

  it('leaves programs alone: a key in the header needs no token, whatever cookie comes with it', async () => {
    const { browser, key } = await signedIn();
    const answer = await change(browser, { authorization: `Bearer ${key}`, 'sec-fetch-site': 'cross-site' });
    expect(await outcome(answer)).toBe('404 RUN_NOT_FOUND');
  });
});

it('rows of sessions that are over are removed at the next signing in', async () => {
  const { browser } = await signedIn();
  await setSession(browser, `"expiresAt" = now() - interval '1 second'`);
  await signedIn();
  expect(await sut.platform.query('select 1 from "Session" where id = $1', [browser.id])).toEqual([]);
});
