import { createHash } from 'node:crypto';
import { bearer, ClosedPlatform } from './support/closed-platform';
import { documentedFetch } from './support/documented-fetch';
import { NATIVE_SIZE, until, type Problem, type RunResource } from './support/platform';
import { smallClip, type SmallClip } from './support/small-clip';
import { begin, idOf, offsetOf, padded, send, sendAndCut, tus, type TusAnswer } from './support/tus-upload';

jest.setTimeout(240_000);

const SERVICES = ['gateway', 'gateway', 'ingest', 'features', 'propagation', 'results', 'models'] as const;
const MIB = 2 ** 20;

let sut: ClosedPlatform;
let clip: SmallClip;
let key: string;

beforeAll(async () => {
  clip = await smallClip({ frames: 8 });
  sut = await ClosedPlatform.start({}, { services: SERVICES.map((name) => ({ name })) });
});
afterAll(() => sut?.stop());

let tenants = 0;
beforeEach(async () => {
  key = await sut.keyText({ tenant: `tenant-${++tenants}` });
});

const gateway = (index: number): string => sut.gateways[index % 2]!;
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const codeOf = ({ status, body }: TusAnswer) => [status, (JSON.parse(body) as Problem).code];

async function post(path: string, body: object | FormData, headers: Record<string, string> = {}): Promise<Response> {
  const isForm = body instanceof FormData;
  return documentedFetch(`${sut.url}${path}`, {
    method: 'POST',
    headers: { ...bearer(key), ...(isForm ? {} : { 'content-type': 'application/json' }), ...headers },
    body: isForm ? body : JSON.stringify(body),
  });
}

const refusal = async (response: Response) => [response.status, ((await response.json()) as Problem).code];

/** An upload that has all its bytes. */
async function sent(bytes: Buffer): Promise<string> {
  const location = await begin(sut.url, bytes.length, bearer(key));
  expect((await send(`${sut.url}${location}`, 0, bytes, bearer(key))).status).toBe(204);
  return idOf(location);
}

describe('an upload', () => {
  it('comes in pieces through any gateway, and becomes a video with the same bytes and name', async () => {
    const bytes = padded(clip.video, 20 * MIB, 7);
    const location = await begin(sut.url, bytes.length, bearer(key), 'ö.mp4');
    let offset = 0;
    for (let i = 0; offset < bytes.length; i++) {
      const piece = bytes.subarray(offset, offset + 3 * MIB + i);
      const answer = await send(`${gateway(i)}${location}`, offset, piece, bearer(key));
      offset += piece.length;
      expect([answer.status, Number(answer.headers['upload-offset'])]).toEqual([204, offset]);
      expect(await offsetOf(`${gateway(i + 1)}${location}`, bearer(key))).toBe(offset);
    }
    const made = await post('/v1/videos', { uploadId: idOf(location) });
    expect(made.status).toBe(201);
    expect(await made.json()).toMatchObject({
      sha256: sha256(bytes),
      bytes: bytes.length,
      fileName: 'ö.mp4',
      isKept: true,
    });
    expect(codeOf(await send(`${sut.url}${location}`, 0, bytes, bearer(key)))).toEqual([404, 'UPLOAD_NOT_FOUND']);
    expect(await refusal(await post('/v1/videos', { uploadId: idOf(location) }))).toEqual([404, 'UPLOAD_NOT_FOUND']);
    expect(await sut.platform.blobs('parts/', 'uploads/')).toEqual([]);
  });

  it('says what has arrived, where to, and when it expires', async () => {
    const answer = await tus('POST', `${sut.url}/v1/uploads`, { 'upload-length': '10', ...bearer(key) });
    expect([answer.status, answer.body]).toEqual([201, '']);
    expect(answer.headers).toMatchObject({
      'tus-resumable': '1.0.0',
      location: expect.stringMatching(/^\/v1\/uploads\/[\w-]{36}$/),
    });
    expect(Date.parse(String(answer.headers['upload-expires']))).toBeGreaterThan(Date.now() + 23 * 3_600_000);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    const url = `${sut.url}${answer.headers.location}`;
    const head = await tus('HEAD', url, bearer(key));
    expect(head.headers).toMatchObject({ 'upload-offset': '0', 'upload-length': '10', 'cache-control': 'no-store' });
    const options = await tus('OPTIONS', `${sut.url}/v1/uploads`, bearer(key));
    expect(options.status).toBe(204);
    expect(options.headers).toMatchObject({
      'tus-version': '1.0.0',
      'tus-extension': 'creation,creation-with-upload,expiration,termination',
      'tus-max-size': '2000000000',
    });
    expect((await tus('DELETE', url, bearer(key))).status).toBe(204);
    expect((await tus('HEAD', url, bearer(key))).status).toBe(404);
  });

  it('may bring its first bytes along', async () => {
    const headers = {
      'upload-length': String(clip.video.length),
      'content-type': 'application/offset+octet-stream',
      ...bearer(key),
    };
    const answer = await tus('POST', `${sut.url}/v1/uploads`, headers, clip.video);
    expect([answer.status, answer.headers['upload-offset']]).toEqual([201, String(clip.video.length)]);
    expect((await post('/v1/videos', { uploadId: idOf(answer.headers.location!) })).status).toBe(201);
  });

  it('keeps what had come when the connection broke', async () => {
    const bytes = padded(clip.video, 12 * MIB);
    const location = await begin(sut.url, bytes.length, bearer(key));
    const url = `${sut.url}${location}`;
    await sendAndCut(url, 0, { all: bytes, sent: 10 * MIB }, bearer(key));
    await until('the rest is stored', async () => (await offsetOf(url, bearer(key))) > 9 * MIB);
    const offset = await offsetOf(url, bearer(key));
    expect((await send(url, offset, bytes.subarray(offset), bearer(key))).status).toBe(204);
    const made = await post('/v1/videos', { uploadId: idOf(location) });
    expect(await made.json()).toMatchObject({ sha256: sha256(bytes) });
  });

  it('goes on at another gateway when one is killed', async () => {
    const bytes = padded(clip.video, 40 * MIB, 3);
    const location = await begin(gateway(1), bytes.length, bearer(key));
    // Never sent to its end.
    const cut = sendAndCut(`${gateway(0)}${location}`, 0, { all: bytes, sent: bytes.length - 1 }, bearer(key));
    await until('some has come', async () => (await offsetOf(`${gateway(1)}${location}`, bearer(key))) > 0);
    await sut.platform.stack.services.kill('gateway', 0, 'SIGKILL');
    await cut;
    const offset = await offsetOf(`${gateway(1)}${location}`, bearer(key));
    expect((await send(`${gateway(1)}${location}`, offset, bytes.subarray(offset), bearer(key))).status).toBe(204);
    await sut.platform.stack.services.restart('gateway', 0);
    const made = await post('/v1/videos', { uploadId: idOf(location) });
    expect(await made.json()).toMatchObject({ sha256: sha256(bytes) });
  });

  it('of two senders at once has the bytes of both in their place, once', async () => {
    const bytes = padded(clip.video, 24 * MIB, 9);
    const location = await begin(sut.url, bytes.length, bearer(key));
    for (let offset = 0; offset < bytes.length; offset = await offsetOf(`${sut.url}${location}`, bearer(key))) {
      const rest = bytes.subarray(offset);
      const answers = await Promise.allSettled(
        [0, 1].map((i) => send(`${gateway(i)}${location}`, offset, rest, bearer(key))),
      );
      const statuses = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value.status : 'cut'));
      expect([204, 409, 'cut']).toEqual(expect.arrayContaining(statuses));
    }
    const made = await post('/v1/videos', { uploadId: idOf(location) });
    expect(await made.json()).toMatchObject({ sha256: sha256(bytes) });
  });

  it('is refused in the words of the API', async () => {
    const url = `${sut.url}${await begin(sut.url, 100, bearer(key))}`;
    const ten = Buffer.alloc(10);
    const patch = (headers: Record<string, string>) => tus('PATCH', url, { ...bearer(key), ...headers }, ten);
    const piece = { 'content-type': 'application/offset+octet-stream' };
    expect(codeOf(await send(url, 5, ten, bearer(key)))).toEqual([409, 'UPLOAD_CONFLICT']);
    expect(codeOf(await send(url, 0, Buffer.alloc(101), bearer(key)))).toEqual([413, 'UPLOAD_TOO_LARGE']);
    expect(codeOf(await patch({ ...piece, 'upload-offset': '0', 'tus-resumable': '' }))).toEqual([412, 'TUS_VERSION']);
    expect(codeOf(await patch({ ...piece, 'upload-offset': 'x' }))).toEqual([400, 'REQUEST_INVALID']);
    expect(codeOf(await patch({ ...piece }))).toEqual([400, 'REQUEST_INVALID']);
    expect(codeOf(await patch({ 'content-type': 'application/json', 'upload-offset': '0' }))[0]).toBe(400);
    const create = (headers: Record<string, string>) =>
      tus('POST', `${sut.url}/v1/uploads`, { ...bearer(key), ...headers });
    expect(codeOf(await create({}))).toEqual([400, 'REQUEST_INVALID']);
    expect(codeOf(await create({ 'upload-length': '-1' }))).toEqual([400, 'REQUEST_INVALID']);
    expect(codeOf(await create({ 'upload-length': '3000000000' }))).toEqual([413, 'UPLOAD_TOO_LARGE']);
    expect(codeOf(await create({ 'upload-length': '5', 'upload-metadata': 'filename AA==' }))).toEqual([
      400,
      'TEXT_INVALID',
    ]);
    expect(await offsetOf(url, bearer(key))).toBe(0);
    expect(await refusal(await post('/v1/videos', { uploadId: idOf(url) }))).toEqual([409, 'UPLOAD_INCOMPLETE']);
    expect(await refusal(await post('/v1/videos', { uploadId: 'x' }))).toEqual([400, 'REQUEST_INVALID']);
    expect(await refusal(await post('/v1/runs', { uploadId: idOf(url), videoId: idOf(url), prompts: [] }))).toEqual([
      400,
      'REQUEST_INVALID',
    ]);
  });

  it('is there for its own tenant only', async () => {
    const url = `${sut.url}${await begin(sut.url, 100, bearer(key))}`;
    const other = bearer(await sut.keyText({ tenant: 'other' }));
    expect(codeOf(await send(url, 0, Buffer.alloc(10), other))).toEqual([404, 'UPLOAD_NOT_FOUND']);
    expect(codeOf(await tus('DELETE', url, other))).toEqual([404, 'UPLOAD_NOT_FOUND']);
    expect((await tus('HEAD', url, other)).status).toBe(404);
    const own = key;
    key = await sut.keyText({ tenant: 'other' });
    expect(await refusal(await post('/v1/videos', { uploadId: idOf(url) }))).toEqual([404, 'UPLOAD_NOT_FOUND']);
    key = own;
    const reader = bearer(await sut.keyText({ tenant: `tenant-${tenants}`, scopes: ['runs:read'] }));
    expect(codeOf(await send(url, 0, Buffer.alloc(10), reader))).toEqual([403, 'SCOPE_MISSING']);
    expect(await offsetOf(url, bearer(key))).toBe(0);
  });

  it('counts in the quota from its beginning to its end, and as the video that it becomes', async () => {
    const bytes = clip.video.length;
    key = await sut.keyText({ tenant: 'full', maxStoredBytes: Math.floor(bytes * 1.5) });
    const create = () => tus('POST', `${sut.url}/v1/uploads`, { 'upload-length': String(bytes), ...bearer(key) });
    const statuses = (await Promise.all([create(), create(), create()])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([201, 429, 429]);
    const [row] = await sut.platform.query<{ id: string }>('select id from "Upload" where tenant = \'full\'');
    const url = `${sut.url}/v1/uploads/${row!.id}`;
    await tus('DELETE', url, bearer(key));
    const id = await sent(clip.video);
    expect(codeOf(await create())).toEqual([429, 'QUOTA_BYTES']);
    expect((await post('/v1/videos', { uploadId: id })).status).toBe(201);
    expect(codeOf(await create())).toEqual([429, 'QUOTA_BYTES']);
  });

  it('that is no video is refused as one in a form is, and stays until it expires', async () => {
    const id = await sent(Buffer.from('no video at all'));
    expect((await refusal(await post('/v1/videos', { uploadId: id })))[0]).toBe(415);
    expect(await offsetOf(`${sut.url}/v1/uploads/${id}`, bearer(key))).toBe(15);
    await sut.platform.query('update "Upload" set "expiresAt" = now() - interval \'1 day\' where id = $1', [id]);
    expect((await tus('HEAD', `${sut.url}/v1/uploads/${id}`, bearer(key))).status).toBe(404);
    expect((await sut.platform.blobs(`parts/${id}/`)).length).toBe(1);
    // A gateway sweeps when it starts.
    await sut.platform.stack.services.kill('gateway', 1, 'SIGKILL');
    await sut.platform.stack.services.restart('gateway', 1);
    await until('it is swept', async () => (await sut.platform.blobs(`parts/${id}/`)).length === 0);
    expect(await sut.platform.query('select 1 from "Upload" where id = $1', [id])).toEqual([]);
  });

  it('becomes the video of a run, by JSON or with masks in a form, and a repeated request makes one run', async () => {
    const prompts = [
      {
        frame: 0,
        objects: [
          {
            id: 1,
            polygons: [
              [
                [2, 2],
                [60, 2],
                [2, 60],
              ],
            ],
          },
        ],
      },
    ];
    const body = { uploadId: await sent(clip.video), prompts, options: { parameters: NATIVE_SIZE } };
    const answers = [
      await post('/v1/runs', body, { 'idempotency-key': 'once' }),
      await post('/v1/runs', body, { 'idempotency-key': 'once' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    const [first, second] = (await Promise.all(answers.map((answer) => answer.json()))) as RunResource[];
    expect(second!.id).toBe(first!.id);
    const form = new FormData();
    form.append('options', JSON.stringify({ parameters: NATIVE_SIZE }));
    form.append('mask', new Blob([new Uint8Array(clip.mask)]), 'mask.png');
    form.append('uploadId', await sent(clip.video));
    const third = await post('/v1/runs', form);
    expect(third.status).toBe(202);
    const { id } = (await third.json()) as RunResource;
    await until('it has succeeded', async () => {
      const run = (await (await sut.get(`/v1/runs/${id}`, key)).json()) as RunResource;
      return run.state === 'succeeded';
    });
  });
});
