import { Readable } from 'node:stream';
import fastify, { type FastifyInstance, type InjectOptions } from 'fastify';
import { sendFile, type ServedFile } from './file-answer';

const BYTES = Buffer.from('0123456789');
const ETAG = '"v-1"';

let server: FastifyInstance;
let file: ServedFile;
let opened: number;

beforeEach(() => {
  opened = 0;
  file = {
    mediaType: 'image/png',
    bytes: BYTES.length,
    version: 'v-1',
    name: 'ä.png',
    open: async (range) => {
      opened++;
      return Readable.from([range ? BYTES.subarray(range.start, range.end + 1) : BYTES]);
    },
  };
  server = fastify();
  server.get('/', (request, reply) => sendFile(request, reply, file));
});
afterEach(() => server.close());

const ask = (headers: Record<string, string> = {}, method: InjectOptions['method'] = 'GET') =>
  server.inject({ url: '/', method, headers });

it.each([
  [{}, 200, '0123456789'],
  [{ range: 'bytes=2-4' }, 206, '234'],
  [{ range: 'bytes=2-4', 'if-range': ETAG }, 206, '234'],
  [{ range: 'bytes=2-4', 'if-range': '"other"' }, 200, '0123456789'],
  [{ range: 'bytes=2-4', 'if-range': `W/${ETAG}` }, 200, '0123456789'],
  [{ range: 'bytes=2-4', 'if-range': 'Wed, 21 Oct 2026 07:28:00 GMT' }, 200, '0123456789'],
  [{ range: 'bytes=2-4,6-7' }, 200, '0123456789'],
  [{ range: 'pages=1' }, 200, '0123456789'],
  [{ 'if-none-match': '"other"' }, 200, '0123456789'],
  [{ 'if-none-match': ETAG }, 304, ''],
  [{ 'if-none-match': `"other" , W/${ETAG}` }, 304, ''],
  [{ 'if-none-match': '*' }, 304, ''],
  [{ 'if-none-match': ETAG, range: 'bytes=2-4' }, 304, ''],
] as [Record<string, string>, number, string][])('answers %j with %d and %j', async (headers, status, body) => {
  const answer = await ask(headers);
  expect([answer.statusCode, answer.body, answer.headers.etag]).toEqual([status, body, ETAG]);
  expect(answer.headers['content-length']).toBe(status === 304 ? undefined : String(body.length));
  expect(answer.headers['accept-ranges']).toBe('bytes');
  expect(opened).toBe(status === 304 ? 0 : 1);
});

it('describes the file to HEAD without opening it, and looks at no range', async () => {
  const answer = await ask({ range: 'bytes=2-4' }, 'HEAD');
  expect([answer.statusCode, answer.body, answer.headers['content-length']]).toEqual([200, '', '10']);
  expect(answer.headers['content-type']).toBe('image/png');
  expect(opened).toBe(0);
});

it('gives the bytes as such to whoever asks for these', async () => {
  const answer = await ask({ accept: 'application/octet-stream' });
  expect(answer.headers['content-type']).toBe('application/octet-stream');
  expect((await ask({ accept: 'image/png' })).headers['content-type']).toBe('image/png');
});

it('leaves no header of the file on an answer that fails', async () => {
  file.open = async () => {
    throw Object.assign(new Error('gone'), { statusCode: 500 });
  };
  const failed = await ask();
  const beyond = await ask({ range: 'bytes=10-' });
  for (const { headers } of [failed, beyond]) {
    expect(headers).not.toHaveProperty('etag');
    expect(headers).not.toHaveProperty('content-disposition');
    expect(headers).not.toHaveProperty('cache-control');
  }
});
