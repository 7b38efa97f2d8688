import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { randomUUID } from 'node:crypto';
import { documentedFetch } from './support/documented-fetch';
import { Platform, until, type Problem, type RunResource } from './support/platform';
import { sharedPlatform } from './support/shared-platform';
import { FORM_END, partHead, RawUpload } from './support/raw-upload';
import { smallClip, type SmallClip } from './support/small-clip';
import { filesOfZip } from './support/zip';

jest.setTimeout(120_000);

type Page = { items: (RunResource & { name: string | null; tags: string[] })[]; next: string | null };

let platform: Platform;
let clip: SmallClip;
/** A run that has succeeded. */
let id: string;

beforeAll(async () => {
  clip = await smallClip({ frames: 8 });
  platform = await sharedPlatform();
  ({ id } = await platform.succeededRun({ ...clip, fileName: 'Straße 1.mp4' }));
});
afterAll(() => platform?.stop());

const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  documentedFetch(`${platform.url}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });

const problemOf = async (answer: Response): Promise<Problem & { errors?: { path: string; suggestion?: string }[] }> => {
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const problem = (await answer.json()) as Problem;
  expect(problem.status).toBe(answer.status);
  return problem;
};

/** What a connection gets that sends these bytes and, if so, ends its side. */
const rawAnswer = (bytes: string, { end = false } = {}): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(platform.url);
    let received = '';
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true }, () =>
      end ? socket.end(bytes) : socket.write(bytes),
    );
    socket.on('data', (data) => (received += data.toString()));
    socket.on('end', () => (socket.destroy(), resolve(received)));
    socket.on('close', () => resolve(received));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' ? resolve(received) : reject(error),
    );
  });

describe('text that cannot be stored', () => {
  const form = (name: string, fileName: string): FormData => {
    const data = new FormData();
    data.append('mask', new Blob([new Uint8Array(clip.mask)]), 'mask.png');
    data.append(name, new Blob([new Uint8Array(clip.video)]), fileName);
    return data;
  };

  it.each(['video', 'mask'])('as the file name of the %s is refused', async (name) => {
    const parts = [partHead(name, 'a\0b.mp4'), clip.mask.toString('latin1'), FORM_END].join('');
    const upload = new RawUpload(platform.url, Buffer.byteLength(parts, 'latin1'));
    await upload.send(Buffer.from(parts, 'latin1'));
    await until('the answer arrives', async () => upload.answer.includes('TEXT_INVALID'));
    expect(upload.answer).toMatch(/^HTTP\/1.1 400 /);
    upload.disconnect();
  });

  it.each([
    '{"encoder":"a\\u0000b"}',
    '{"name":"\\ud800"}',
    '{"tags":["\\u0000"]}',
    '{"parameters":{"a\\u0000":1}}',
    '{"encoder":"a\0b"}',
  ])('in options is refused: %j', async (options) => {
    for (const part of [options, new Blob([options], { type: 'application/json' })]) {
      const data = form('video', 'clip.mp4');
      if (typeof part === 'string') data.append('options', part);
      else data.append('options', part, 'options');
      const answer = await documentedFetch(`${platform.url}/v1/runs`, { method: 'POST', body: data });
      expect(await problemOf(answer)).toMatchObject({ status: 400 });
    }
  });

  it.each([
    ['objects', '[{"id":1,"name":"a\\u0000b"}]'],
    ['prompts', '[{"frame":0,"objects":[{"id":1,"absent":true,"\\u0000":1}]}]'],
    [
      'keypoints',
      '{"objects":[{"id":2,"points":["\\u0000"]}],"frames":[{"frame":0,"objects":[{"id":2,"absent":true}]}]}',
    ],
    ['keypoints', 'scorer,a,a\nbodyparts,no\0se,no\0se\ncoords,x,y\n0,1,2\n'],
  ])('in the part %s is refused: %j', async (name, value) => {
    const data = new FormData();
    data.append(name, value);
    const answer = await documentedFetch(`${platform.url}/v1/runs`, { method: 'POST', body: data });
    expect(await problemOf(answer)).toMatchObject({ code: 'TEXT_INVALID', status: 400 });
  });

  it.each([
    ['POST', '/v1/admin/keys', { name: 'a\0b', scopes: ['runs:read'] }],
    ['POST', '/v1/admin/keys', { name: '\ud800', scopes: ['runs:read'] }],
    ['POST', '/v1/admin/training-runs', { settings: { ab: 'x\0' } }],
    ['POST', '/v1/admin/training-runs', { data: { folder: '\0' } }],
    ['PUT', '/v1/admin/models/conv-descriptor/aliases/mine', { version: 1, '\0': 1 }],
    ['POST', '/v1/admin/models/conv-descriptor:rollback', { alias: '\0' }],
    ['PATCH', () => `/v1/runs/${id}`, { name: 'a\0' }],
    ['PATCH', () => `/v1/runs/${id}`, { tags: ['\udc00'] }],
  ])('in the body of %s %s is refused', async (method, path, body) => {
    const answer = await send(method, typeof path === 'string' ? path : path(), body);
    expect(await problemOf(answer)).toMatchObject({ code: 'TEXT_INVALID', status: 400 });
  });

  it.each(['/v1/runs?name=%00', '/v1/runs?tag=a%00', '/v1/admin/keys?tenant=%00', '/v1/admin/models/audit?name=%00'])(
    'in the query of %s is refused',
    async (path) => {
      expect(await problemOf(await platform.get(path))).toMatchObject({ code: 'TEXT_INVALID', status: 400 });
    },
  );

  it.each([
    '/v2/models/%00',
    '/v2/models/a%00b/ready',
    '/v2/models/a%00b/versions/1',
    '/v2/models/a%00b/versions/1/ready',
    '/v2/models/conv-descriptor/versions/%00',
    '/v1/admin/models/%00',
    '/v1/admin/models/%00/versions',
    '/v1/admin/models/%00/versions/1',
    '/v1/admin/models/%00/versions/1/file',
    '/v1/admin/models/%00/aliases',
    '/v1/admin/models/conv-descriptor/aliases/%00',
    '/v1/admin/models/%00/traffic',
    '/v1/admin/models/%00/shadow-comparisons',
    '/v1/admin/keys/%00',
    '/v1/admin/training-runs/%00',
    `/v1/admin/training-runs/${randomUUID()}/artifacts/%00`,
    '/v1/runs/%00',
    '/v1/runs/%00/masks.zip',
    '/v1/runs/%00/frames/%00/mask.png',
  ])('names nothing in an address: %s', async (path) => {
    expect(await problemOf(await platform.get(path))).toMatchObject({
      status: 404,
      code: expect.stringMatching(/_NOT_FOUND$/),
    });
  });

  it.each([
    ['DELETE', '/v1/admin/models/%00/versions/1', undefined],
    ['DELETE', '/v1/admin/models/conv-descriptor/aliases/%00', undefined],
    ['POST', '/v1/admin/models/%00:promote', {}],
    ['POST', '/v1/admin/models/%00/versions/1:validate', undefined],
    ['PUT', '/v1/admin/models/%00/traffic', { split: [{ alias: 'champion', percent: 100 }] }],
    ['PUT', '/v1/admin/models/conv-descriptor/aliases/%00', { version: 1 }],
  ])('in an address that is to be changed is no error of the server: %s %s', async (method, path, body) => {
    expect([400, 404]).toContain((await problemOf(await send(method, path, body))).status);
  });

  it.each([
    ['PUT', '/v1/admin/models/conv-descriptor/aliases/mine', { version: 2 ** 40 }],
    ['PUT', '/v1/admin/models/conv-descriptor/aliases/mine', { version: 1, expectedRevision: 2 ** 40 }],
    ['GET', `/v1/runs?cursor=999999999999999_${randomUUID()}`, undefined],
    ['GET', '/v1/runs?createdAfter=2026-13-01', undefined],
  ])('nor are numbers and times that cannot: %s %s', async (method, path, body) => {
    expect(await problemOf(await send(method, path, body))).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
  });
});

describe('what nobody foresaw', () => {
  /** Takes a column away while the work is done. */
  const without = async (table: string, column: string, work: () => Promise<void>): Promise<void> => {
    await platform.query(`alter table "${table}" rename column "${column}" to gone`);
    await work().finally(() => platform.query(`alter table "${table}" rename column gone to "${column}"`));
  };
  const logOf = (service: string): string =>
    platform.stack.services.processes
      .filter(({ name }) => name === service)
      .map(({ logFile }) => readFileSync(logFile, 'utf8'))
      .join('');

  it.each([
    ['gateway', 'Run', 'tags', () => platform.get('/v1/runs')],
    ['models', 'ModelVersion', 'provenance', () => platform.postRun({ ...clip })],
  ])('in %s is answered by an id that its log has, and by nothing else of it', async (service, table, column, ask) => {
    await without(table, column, async () => {
      const answer = await ask();
      const text = await answer.clone().text();
      const problem = (await problemOf(answer)) as Problem & { id: string };
      expect(problem).toMatchObject({ code: 'INTERNAL', status: 500 });
      expect(problem.detail).toBe(`The server could not do this; its log says why under the id ${problem.id}.`);
      expect(text).not.toMatch(/prisma|column|gone|select|invocation/i);
      await until('the log has the reason', async () => logOf(service).includes(problem.id));
      const line = logOf(service)
        .split('\n')
        .find((each) => each.includes(problem.id));
      expect(line).toMatch(new RegExp(column));
    });
  });

  it('in a run that failed stays in the log too', async () => {
    const run = await platform.succeededRun(clip);
    const detail = 'ENOENT: /var/lib/secret';
    await platform.query(
      `update "RunOutcome" set state = 'failed', "errorCode" = 'INTERNAL', "errorDetail" = $2 where "runId" = $1`,
      [run.id, detail],
    );
    const shown = await platform.run(run.id);
    expect(shown.error).toMatchObject({ code: 'INTERNAL', detail: expect.stringContaining(run.id) });
    expect(JSON.stringify(shown)).not.toContain('secret');
    await platform.removeRun(run.id);
  });
});

describe('what is no request, or not the whole of one', () => {
  const body = (answer: string): Problem => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as Problem;

  it.each([
    ['a line of nonsense', 'nonsense\r\n\r\n', 400, 'REQUEST_INVALID'],
    ['another protocol', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n', 400, 'REQUEST_INVALID'],
    ['a header with NUL', 'GET / HTTP/1.1\r\nhost: a\r\nidempotency-key: a\0b\r\n\r\n', 400, 'REQUEST_INVALID'],
    ['headers without end', `GET / HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'HEADERS_TOO_LARGE'],
    ['an address without end', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nhost: a\r\n\r\n`, 431, 'HEADERS_TOO_LARGE'],
    [
      'two lengths',
      'POST /v1/runs HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
      400,
      'REQUEST_INVALID',
    ],
    ['an unknown expectation', 'GET / HTTP/1.1\r\nhost: a\r\nexpect: wonders\r\n\r\n', 400, 'REQUEST_INVALID'],
  ])('%s is answered by a problem', async (_, bytes, status, code) => {
    const answer = await rawAnswer(bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*application/problem\\+json`));
    expect(body(answer)).toMatchObject({ status, code, type: `urn:propago:error:${code}` });
  });

  it.each([
    [
      'a form',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="video"; filename="a"\r\n\r\nabc',
    ],
    ['JSON', 'application/json', '{"name":'],
  ])('%s whose sender closes its side in the middle is answered by a problem', async (_, type, part) => {
    const answer = await rawAnswer(
      `POST /v1/runs HTTP/1.1\r\nhost: a\r\ncontent-type: ${type}\r\ncontent-length: 5000\r\n\r\n${part}`,
      { end: true },
    );
    expect(answer).toMatch(/^HTTP\/1.1 400 [^]*application\/problem\+json/);
    expect(body(answer)).toMatchObject({ code: 'UPLOAD_ABORTED' });
  });

  it('a request without Host is answered', async () => {
    const answer = await rawAnswer('GET /v2/health/live HTTP/1.1\r\nconnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
  });
});

describe('an address', () => {
  it.each([
    ['PUT', '/v1/runs', 'GET, HEAD, POST'],
    ['POST', `/v1/runs/${randomUUID()}`, 'DELETE, GET, HEAD, PATCH'],
    ['DELETE', `/v1/runs/${randomUUID()}/masks.zip`, 'GET, HEAD'],
    ['GET', '/v1/admin/models/any:promote', undefined],
    ['GET', '/v1/admin/models/any/versions/1:validate', undefined],
    ['DELETE', '/v1/admin/models/any', 'GET, HEAD'],
  ])('says to %s %s which methods it takes: %s', async (method, path, allowed) => {
    const answer = await send(method, path);
    if (allowed === undefined) return expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.headers.get('allow')).toBe(allowed);
    expect(await problemOf(answer)).toMatchObject({ code: 'METHOD_NOT_ALLOWED', status: 405 });
  });

  it('of the server itself is that of the page', async () => {
    const answer = await fetch(`${platform.url}/`, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it.each(['limit=1&limit=2', 'cursor=a&cursor=b', 'name=a&name=b', 'createdAfter=2026-01-01&createdAfter=2026-01-02'])(
    'takes a query parameter once: %s',
    async (query) => {
      const problem = await problemOf(await platform.get(`/v1/runs?${query}`));
      expect(problem).toMatchObject({ code: 'REQUEST_INVALID', detail: expect.stringMatching(/^Expected .* once\.$/) });
    },
  );

  it('that is no file of the document is not there', async () => {
    expect(await problemOf(await fetch(`${platform.url}/docs/nothing`))).toMatchObject({ code: 'ROUTE_NOT_FOUND' });
  });

  it.each([
    [
      '/v1/runs?status=succeeded',
      ['status', 'state'],
      'limit, cursor, state, name, tag, videoSha256, createdAfter, createdBefore',
    ],
    ['/v1/runs?limt=2&offset=3', ['limt', 'limit'], 'Unknown query parameter offset'],
    [`/v1/runs/${randomUUID()}?verbose=1`, ['verbose', undefined], 'this address takes none'],
    ['/v2/models/any?version=1', ['version', undefined], 'this address takes none'],
  ])('does not overlook an unknown query parameter: %s', async (path, [name, suggestion], detail) => {
    const problem = await problemOf(await platform.get(path));
    expect(problem).toMatchObject({ code: 'QUERY_UNKNOWN', status: 400 });
    expect(problem.detail).toContain(detail);
    expect(problem.errors![0]).toMatchObject({ path: name, ...(suggestion ? { suggestion } : {}) });
  });
});

describe('a file', () => {
  const FILES = ['frames/3/mask.png', 'masks.zip', 'overlay.mp4'];
  const get = (file: string, headers: Record<string, string> = {}): Promise<Response> =>
    platform.get(`/v1/runs/${id}/${file}`, headers);
  const bytesOf = async (answer: Response): Promise<Buffer> => Buffer.from(await answer.arrayBuffer());

  it.each(FILES)('is the same each time, and is not sent to whoever has it: %s', async (file) => {
    const [first, second] = [await get(file), await get(file)];
    const etag = first.headers.get('etag')!;
    expect(etag).toMatch(/^"[\w-]+"$/);
    expect(second.headers.get('etag')).toBe(etag);
    const bytes = await bytesOf(first);
    expect((await bytesOf(second)).equals(bytes)).toBe(true);
    expect(first.headers.get('content-length')).toBe(String(bytes.length));
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const answer = await get(file, { 'if-none-match': known });
      expect([answer.status, answer.headers.get('etag'), (await bytesOf(answer)).length]).toEqual([304, etag, 0]);
    }
    expect((await get(file, { 'if-none-match': '"other"' })).status).toBe(200);
    // Before a range is looked at.
    expect((await get(file, { 'if-none-match': etag, range: 'bytes=0-1' })).status).toBe(304);
  });

  it.each(FILES)('is served in parts that make the whole: %s', async (file) => {
    const whole = await bytesOf(await get(file));
    const cut = Math.floor(whole.length / 3);
    for (const range of [`0-${cut - 1}`, `${cut}-`, `-${cut}`, `${cut}-${2 * cut}`, `${whole.length - 1}-`, '0-0']) {
      const [start = '', end = ''] = range.split('-');
      const first = start === '' ? whole.length - Number(end) : Number(start);
      const last = start === '' || end === '' ? whole.length - 1 : Number(end);
      const answer = await get(file, { range: `bytes=${range}` });
      expect([range, answer.status, answer.headers.get('content-range')]).toEqual([
        range,
        206,
        `bytes ${first}-${last}/${whole.length}`,
      ]);
      expect((await bytesOf(answer)).equals(whole.subarray(first, last + 1))).toBe(true);
    }
    const beyond = await get(file, { range: `bytes=${whole.length}-` });
    expect(beyond.headers.get('content-range')).toBe(`bytes */${whole.length}`);
    expect(await problemOf(beyond)).toMatchObject({ code: 'RANGE_NOT_SATISFIABLE', status: 416 });
  });

  it.each(FILES)('is sent whole to whoever has a part of another one: %s', async (file) => {
    const etag = (await get(file)).headers.get('etag')!;
    const status = async (ifRange: string) => (await get(file, { range: 'bytes=0-9', 'if-range': ifRange })).status;
    const date = 'Wed, 21 Oct 2026 07:28:00 GMT';
    expect([await status(etag), await status('"other"'), await status(`W/${etag}`), await status(date)]).toEqual([
      206, 200, 200, 200,
    ]);
  });

  it.each(FILES)('is described by HEAD, and comes as bytes to whoever asks for these: %s', async (file) => {
    const whole = await bytesOf(await get(file));
    const head = await fetch(`${platform.url}/v1/runs/${id}/${file}`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(whole.length)]);
    const plain = await get(file, { accept: 'application/octet-stream' });
    expect(plain.headers.get('content-type')).toBe('application/octet-stream');
    expect((await bytesOf(plain)).equals(whole)).toBe(true);
  });

  it('of a model is served in parts too', async () => {
    const path = '/v1/admin/models/conv-descriptor/versions/1/file';
    const whole = await platform.bytes(path);
    const answer = await platform.get(path, { range: 'bytes=100-199' });
    expect(answer.status).toBe(206);
    expect((await bytesOf(answer)).equals(whole.subarray(100, 200))).toBe(true);
    const known = await platform.get(path, { 'if-none-match': answer.headers.get('etag')! });
    expect(known.status).toBe(304);
  });

  it('says which video it is of, and so does the folder in the zip', async () => {
    const folder = `Straße 1-${id.slice(0, 8)}`;
    const answer = await get('masks.zip');
    expect(answer.headers.get('content-disposition')).toBe(
      `attachment; filename="Stra_e 1-${id.slice(0, 8)}.zip"; filename*=UTF-8''${encodeURIComponent(folder)}.zip`,
    );
    expect([...(await filesOfZip(await bytesOf(answer))).keys()][0]).toBe(`${folder}/00000.png`);
    const overlay = await get('overlay.mp4', { range: 'bytes=0-0' });
    expect(overlay.headers.get('content-disposition')).toMatch(/^inline; filename="Stra_e 1-\w{8}\.mp4"; filename\*=/);
  });
});

describe('name and tags of a run', () => {
  const list = async (query: string): Promise<string[]> =>
    (await platform.json<Page>(`/v1/runs?${query}`)).items.map((run) => run.id);

  it('are shown, changed, and found again', async () => {
    const options = { name: 'Katze 🐈', tags: ['street', 'a,b'] };
    const run = await platform.succeededRun({ ...clip, options });
    expect(run).toMatchObject(options);
    const other = await platform.succeededRun({ ...clip, options: { tags: ['street'] } });
    expect(other).toMatchObject({ name: null, tags: ['street'] });
    expect(await list(`name=${encodeURIComponent(options.name)}`)).toEqual([run.id]);
    expect(await list('tag=street')).toEqual([other.id, run.id]);
    expect(await list('tag=street&tag=a%2Cb')).toEqual([run.id]);
    expect(await list('tag=stree')).toEqual([]);

    const path = `/v1/runs/${run.id}`;
    const renamed = await send('PATCH', path, { name: 'second' });
    expect(await renamed.json()).toMatchObject({ id: run.id, name: 'second', tags: options.tags });
    const untagged = await send('PATCH', path, { name: null, tags: [] });
    expect(await untagged.json()).toMatchObject({ name: null, tags: [] });
    expect(await platform.run(run.id)).toMatchObject({ name: null, tags: [], state: 'succeeded' });
    for (const each of [run.id, other.id]) await platform.removeRun(each);
  });

  it.each([[{ nam: 'x' }], [{ name: '' }], [{ name: 5 }], [{ tags: 'a' }], [{ tags: [''] }], ['x'], [[]]])(
    'are not changed to %j',
    async (body) => {
      expect(await problemOf(await send('PATCH', `/v1/runs/${id}`, body))).toMatchObject({ code: 'REQUEST_INVALID' });
    },
  );

  it('are those of a run that there is', async () => {
    const answer = await send('PATCH', `/v1/runs/${randomUUID()}`, { name: 'x' });
    expect(await problemOf(answer)).toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  it('and state and time choose runs of a list, also from page to page', async () => {
    const all = await list('limit=200');
    expect(await list('state=succeeded')).toEqual(all);
    expect(await list('state=failed')).toEqual([]);
    expect(await list('state=queued&state=running&state=cancelling')).toEqual([]);
    expect(await list('createdAfter=2020-01-01&createdBefore=2999-01-01T00:00:00%2B02:00')).toEqual(all);
    expect(await list('createdBefore=2020-01-01T00:00:00Z')).toEqual([]);
    const { sha256 } = (await platform.run(id)).video as { sha256: string };
    expect(await list(`videoSha256=${sha256}`)).toContain(id);
    expect(await list(`videoSha256=${'0'.repeat(64)}`)).toEqual([]);
    const { acceptedAt } = (await platform.run(id)).timings as { acceptedAt: string };
    expect(await list(`createdAfter=${acceptedAt}`)).not.toContain(id);
    const more = await platform.succeededRun({ ...clip, options: { tags: ['page'] } });
    const last = await platform.succeededRun({ ...clip, options: { tags: ['page'] } });
    const first = await platform.json<Page>('/v1/runs?tag=page&limit=1');
    expect(first.items.map((run) => run.id)).toEqual([last.id]);
    expect(await list(`tag=page&limit=1&cursor=${first.next}`)).toEqual([more.id]);
    const problem = await problemOf(await platform.get('/v1/runs?state=done'));
    expect(problem).toMatchObject({ code: 'REQUEST_INVALID', detail: expect.stringContaining('succeeded') });
  });
});

describe('a form', () => {
  it.each(['video', 'mask'] as const)('whose %s has no file name is told so', async (name) => {
    const form = new FormData();
    form.append(name, clip[name].toString('latin1'));
    const problem = await problemOf(await documentedFetch(`${platform.url}/v1/runs`, { method: 'POST', body: form }));
    expect(problem).toMatchObject({ code: 'REQUEST_INVALID', status: 400 });
    expect(problem.detail).toMatch(new RegExp(`^The part ${name} came as a field: give it a file name`));
  });

  it('with several wrong options is told of all', async () => {
    const problem = await problemOf(
      await platform.postRun({ ...clip, options: { preset: 'siamae', parameters: { topk: 7, temperature: 11 } } }),
    );
    expect(problem.errors).toMatchObject([
      { path: 'preset', code: 'PRESET_UNKNOWN', suggestion: 'siammae' },
      { path: 'parameters.temperature', code: 'OPTION_OUT_OF_RANGE' },
      { path: 'parameters.topk', code: 'OPTION_UNKNOWN', suggestion: 'topK' },
    ]);
    expect(problem).toMatchObject({ code: 'PRESET_UNKNOWN', status: 400 });
    expect(problem.detail).toMatch(/siamae.*siammae.*temperature.*topk. Did you mean topK\?/);
  });
});
