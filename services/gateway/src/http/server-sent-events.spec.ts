import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { NEVER, Subject } from 'rxjs';
import { streamEvents, type StreamedEvent, type StreamedEvents } from './server-sent-events';

let server: FastifyInstance;
let source: StreamedEvents;
let url: string;

beforeEach(async () => {
  server = new FastifyAdapter().getInstance();
  server.get('/', async (request, reply) => {
    await streamEvents(reply, request.headers['last-event-id'] as string | undefined, source);
  });
  url = await server.listen({ host: '127.0.0.1', port: 0 });
});

afterEach(() => server.close());

const read = (lastId?: string) => fetch(url, { headers: lastId ? { 'last-event-id': lastId } : {} });

/** Counts up to `last`, some numbers in an event; a client says what it has. */
function counting(last: number, { atOnce = 1, news = NEVER as StreamedEvents['news'] } = {}): StreamedEvents {
  const after = async (id?: string): Promise<StreamedEvent> => {
    const to = Math.min(last, Number(id ?? 0) + atOnce);
    return { id: String(to), isEnd: to === last, hasMore: to < last, data: { to } };
  };
  return { after, news, assertAllowed: async () => {} };
}

it('sends all that is there, one event after the other', async () => {
  source = counting(5, { atOnce: 2 });
  const answer = await read();
  expect(answer.headers.get('content-type')).toBe('text/event-stream');
  expect(await answer.text()).toBe(
    'id: 2\nevent: progress\ndata: {"to":2}\n\n' +
      'id: 4\nevent: progress\ndata: {"to":4}\n\n' +
      'id: 5\nevent: state\ndata: {"to":5}\n\n',
  );
});

it('sends a client that comes back what it does not know', async () => {
  source = counting(3);
  expect(await (await read('2')).text()).toBe('id: 3\nevent: state\ndata: {"to":3}\n\n');
  expect((await read('3')).status).toBe(204);
});

it('looks again when there is news, and sends what is new only', async () => {
  const news = new Subject<void>();
  const ids = ['a', 'a', 'b'];
  const after = async () => {
    const id = ids.shift()!;
    if (id === 'a') setImmediate(() => news.next());
    return { id, isEnd: id === 'b', data: {} };
  };
  source = { after, news, assertAllowed: async () => {} };
  expect(await (await read()).text()).toBe('id: a\nevent: progress\ndata: {}\n\nid: b\nevent: state\ndata: {}\n\n');
});

it('says that it is there when nothing is new for long', async () => {
  const news = new Subject<void>();
  let isEnd = false;
  const after = async () => ({ id: isEnd ? 'b' : 'a', isEnd, data: {} });
  source = { after, news, assertAllowed: async () => {}, keepAliveMs: 5 };
  const answer = await read();
  let text = '';
  for await (const bytes of answer.body!) {
    text += Buffer.from(bytes).toString();
    if (!text.includes(': still here\n\n')) continue;
    isEnd = true;
    news.next();
  }
  expect(text).toMatch(/^id: a\n[^]*: still here\n\n[^]*id: b\nevent: state\n/);
});

it('ends the stream of a caller who may not look any more', async () => {
  const assertAllowed = async () => {
    throw new Error('revoked');
  };
  source = { ...counting(3), assertAllowed };
  expect(await (await read()).text()).toBe('id: 1\nevent: progress\ndata: {"to":1}\n\n');
});

it('answers with the error of the first look', async () => {
  const after = async () => {
    throw Object.assign(new Error('unknown'), { statusCode: 404 });
  };
  source = { ...counting(1), after };
  expect((await read()).status).toBe(404);
});
