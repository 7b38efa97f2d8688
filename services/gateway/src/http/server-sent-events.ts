import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import { EMPTY, exhaustMap, interval, merge, of, takeUntil, takeWhile, throttleTime, type Observable } from 'rxjs';

const AT_MOST_EVERY_MS = 300;
/** News is at most once: what is missed shows at the next look. */
const LOOK_EVERY_MS = 2000;
/** A stream on which nothing moves for so long gets a comment: proxies close idle ones. */
const KEEP_ALIVE_MS = 15_000;

export interface StreamedEvent {
  /** Says what a client knows that has this event. */
  id: string;
  /** Nothing follows. */
  isEnd: boolean;
  /** More than this event holds is there already. */
  hasMore?: boolean;
  data: object;
}

export interface StreamedEvents {
  /** What a client does not know that has the event of this id; that id again where there is nothing. */
  after: (id: string | undefined) => Promise<StreamedEvent>;
  /** Emits when it is worth a look. */
  news: Observable<unknown>;
  /** Asked before each look. @throws where the caller may not look any more */
  assertAllowed: () => Promise<void>;
  /** Longest silence, ms; 15 s by default. */
  keepAliveMs?: number;
}

const open = new Set<ServerResponse>();

/** Ends all streams, of a process that goes; their clients come back to another gateway with what they have. */
export function endEventStreams(): void {
  for (const response of open) response.end();
}

/**
 * Answers with server-sent events, `progress` and a last `state`, until the end. A client that comes back with
 * Last-Event-ID, to whichever gateway, gets at once what it does not know.
 * @throws what the first look throws; later the stream ends, and the client comes back and is told
 */
export async function streamEvents(
  reply: FastifyReply,
  lastId: string | undefined,
  { after, news, assertAllowed, keepAliveMs = KEEP_ALIVE_MS }: StreamedEvents,
): Promise<void> {
  let sent = lastId;
  const first = await after(sent);
  if (first.isEnd && first.id === sent) {
    // 204 is how an EventSource learns that there is nothing to come back for.
    await reply.status(204).send();
    return;
  }
  reply.hijack();
  const response = reply.raw;
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
  const keepAlive = setInterval(() => response.write(': still here\n\n'), keepAliveMs);
  response.once('close', () => clearInterval(keepAlive));
  const send = ({ id, isEnd, data }: StreamedEvent) => {
    if (id === sent) return;
    keepAlive.refresh();
    response.write(`id: ${id}\nevent: ${isEnd ? 'state' : 'progress'}\ndata: ${JSON.stringify(data)}\n\n`);
    sent = id;
    if (isEnd) response.end();
  };
  send(first);
  if (first.isEnd) return;

  const look = async (): Promise<boolean> => {
    let event: StreamedEvent;
    do {
      await assertAllowed();
      event = await after(sent);
      send(event);
    } while (event.hasMore);
    return event.isEnd;
  };
  open.add(response);
  const closed = new Promise<void>((resolve) => (response.closed ? resolve() : response.once('close', resolve)));
  void closed.then(() => open.delete(response));
  const rest = first.hasMore ? of(first) : EMPTY;
  merge(rest, news, interval(LOOK_EVERY_MS))
    .pipe(
      throttleTime(AT_MOST_EVERY_MS, undefined, { leading: true, trailing: true }),
      exhaustMap(look),
      takeWhile((isEnd) => !isEnd),
      takeUntil(closed),
    )
    // What was looked at is deleted, the key revoked, or Postgres away.
    .subscribe({ error: () => response.end() });
}
