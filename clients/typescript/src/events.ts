import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { Api, Schemas } from './api.js';
import { good } from './errors.js';
import { sleep } from './patient-fetch.js';

export type RunEvent = Schemas['RunEvent'];

/** Streams in a row on which nothing arrives before it is given up. */
const ATTEMPTS = 6;

/**
 * What happens to a run, until it has ended and its exports are made. A stream that breaks off is gone on with.
 * @throws PropagoError where the run is not there, and the error of fetch where the server is not
 */
export async function* runEvents(api: Api, id: string): AsyncGenerator<RunEvent> {
  let lastId: string | undefined;
  let fruitless = 0;
  for (;;) {
    const header = lastId === undefined ? {} : { 'Last-Event-ID': lastId };
    const stream = await good(api.GET('/v1/runs/{id}/events', { params: { path: { id }, header }, parseAs: 'stream' }));
    // No content: there is nothing that this client has not been told.
    if (!stream) return;
    const events = stream.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()).getReader();
    let broken: unknown;
    try {
      for (;;) {
        const { value: event, done } = await events.read().catch((error: unknown) => {
          broken = error;
          return { value: undefined, done: true };
        });
        if (done || !event) break;
        lastId = event.id ?? lastId;
        fruitless = 0;
        yield JSON.parse(event.data) as RunEvent;
        if (event.event === 'state') return;
      }
    } finally {
      await events.cancel().catch(() => undefined);
    }
    if (++fruitless === ATTEMPTS) throw broken ?? new Error('the event stream ends before the run');
    await sleep(Math.min(5000, 100 * 2 ** fruitless));
  }
}

/** Waits until a run has ended. */
export async function untilEnded(api: Api, id: string): Promise<void> {
  for await (const { state } of runEvents(api, id)) {
    if (state === 'succeeded' || state === 'failed' || state === 'cancelled') return;
  }
}
