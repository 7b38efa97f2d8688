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

it('looks again when there is news, and says that it is there when there is nothing new', async () => {
  const news = new Subject<void>();
  const events = [
    { id: 'a', isEnd: false, data: {} },
    { id: 'a', isEnd: false, data: {} },
    { id: 'b', isEnd: true, data: {} },
  ];
  source = { after: async () => events.shift()!, news, assertAllowed: async () => {} };
  const answer = await read();
  const parts: string[] = [];
  for await (const bytes of answer.body!) {
    parts.push(Buffer.from(bytes).toString());
    news.next();
  }
  expect(parts.join('')).toBe('id: a\nevent: progress\ndata: {}\n\n: still here\n\nid: b\nevent: state\ndata: {}\n\n');
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
