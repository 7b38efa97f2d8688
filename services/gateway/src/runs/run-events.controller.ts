import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { filter, interval, merge, takeUntil, throttleTime } from 'rxjs';
import { RUN_END_STATES, STAGES } from '@propago/contracts';
import { CurrentCaller, type Caller } from '../access/caller';
import { KeysService } from '../access/keys.service';
import { RequireScope } from '../access/require-scope';
import { runNews } from './run-news.controller';
import { RunViewService } from './run-view.service';

const AT_MOST_EVERY_MS = 300;
/** News is at most once: what is missed shows at the next look. Also keeps proxies from closing an idle stream. */
const LOOK_EVERY_MS = 2000;

type Snapshot = Awaited<ReturnType<RunViewService['snapshot']>>;

/**
 * Server-sent events of a run. Each event carries the whole progress, and its id is a digest of it: a client that comes
 * back with Last-Event-ID, to whichever gateway, gets the present state at once unless it has it already.
 */
@ApiTags('runs')
@RequireScope('runs:read')
@Controller('v1/runs/:id/events')
export class RunEventsController {
  constructor(
    private readonly view: RunViewService,
    private readonly keys: KeysService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Progress as server-sent events until the run ends; resumes with Last-Event-ID' })
  @ApiProduces('text/event-stream')
  async events(
    @Param('id') id: string,
    @CurrentCaller() caller: Caller,
    @Res() reply: FastifyReply,
    @Headers('last-event-id') lastId?: string,
  ) {
    let snapshot = await this.view.snapshot(id, caller);
    // 204 is how an EventSource learns that there is nothing to come back for.
    if (isEnd(snapshot) && eventIdOf(snapshot) === lastId) return reply.status(204).send();
    reply.hijack();
    const response = reply.raw;
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    });
    let sent = lastId;
    const send = () => {
      const eventId = eventIdOf(snapshot);
      if (eventId === sent) return response.write(': still here\n\n');
      const event = isEnd(snapshot) ? 'state' : 'progress';
      sent = eventId;
      return response.write(`id: ${eventId}\nevent: ${event}\ndata: ${JSON.stringify(snapshot)}\n\n`);
    };
    send();
    if (isEnd(snapshot)) return response.end();

    const closed = new Promise<void>((resolve) => (response.closed ? resolve() : response.once('close', resolve)));
    const news = runNews.pipe(filter((runId) => runId === id));
    let looking = false;
    merge(news, interval(LOOK_EVERY_MS))
      .pipe(throttleTime(AT_MOST_EVERY_MS, undefined, { leading: true, trailing: true }), takeUntil(closed))
      .subscribe(async () => {
        if (looking) return;
        looking = true;
        try {
          await this.keys.assertStillValid(caller);
          snapshot = await this.view.snapshot(id, caller);
          send();
          if (isEnd(snapshot)) response.end();
        } catch {
          // The run was deleted, the key revoked, or Postgres is away: the client comes back and is told.
          response.end();
        } finally {
          looking = false;
        }
      });
  }
}

function eventIdOf({ state, progress }: Snapshot): string {
  return [...STAGES.map((stage) => progress[stage].done), progress.frames ?? '', state].join('.');
}

function isEnd({ state }: Snapshot): boolean {
  return (RUN_END_STATES as readonly string[]).includes(state);
}
