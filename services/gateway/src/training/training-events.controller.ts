import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { filter, interval, merge, takeUntil, throttleTime } from 'rxjs';
import { TRAINING_END_STATES } from '@propago/contracts';
import type { TrainingMetric } from '@propago/database';
import { CurrentCaller, type Caller } from '../access/caller';
import { KeysService } from '../access/keys.service';
import { RequireScope } from '../access/require-scope';
import { trainingNews } from './training-news.controller';
import { TrainingRunsService } from './training-runs.service';

const AT_MOST_EVERY_MS = 300;
/** News is at most once: what is missed shows at the next look. Also keeps proxies from closing an idle stream. */
const LOOK_EVERY_MS = 2000;
/** Of one event; the next one follows at once. */
const MOST_METRICS = 500;

interface TrainingEvent {
  /** Says which metrics were sent, and what else of the run: one who comes back with it gets what follows. */
  id: string;
  lastStep: number;
  isEnd: boolean;
  data: object;
}

/** Server-sent events of a training run: what the run is, and the metrics since the event before. */
@ApiTags('training')
@RequireScope('admin')
@Controller('v1/admin/training-runs/:id/events')
export class TrainingEventsController {
  constructor(
    private readonly runs: TrainingRunsService,
    private readonly keys: KeysService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Metrics and state as server-sent events until the run ends; resumes with Last-Event-ID' })
  @ApiProduces('text/event-stream')
  async events(
    @Param('id') id: string,
    @CurrentCaller() caller: Caller,
    @Res() reply: FastifyReply,
    @Headers('last-event-id') lastId?: string,
  ) {
    let lastStep = Number(/^(\d{1,10})\./.exec(lastId ?? '')?.[1] ?? -1);
    let sent = lastId;
    let next = await this.nextEvent(id, lastStep);
    // 204 is how an EventSource learns that there is nothing to come back for.
    if (next.isEnd && next.id === sent) return reply.status(204).send();
    reply.hijack();
    const response = reply.raw;
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    });
    const sendAll = async () => {
      while (next.id !== sent) {
        const { id: eventId, isEnd, data } = next;
        response.write(`id: ${eventId}\nevent: ${isEnd ? 'state' : 'progress'}\ndata: ${JSON.stringify(data)}\n\n`);
        [sent, lastStep] = [eventId, next.lastStep];
        next = await this.nextEvent(id, lastStep);
      }
      if (next.isEnd) response.end();
    };
    await sendAll();
    if (next.isEnd) return;

    const closed = new Promise<void>((resolve) => (response.closed ? resolve() : response.once('close', resolve)));
    const news = trainingNews.pipe(filter((runId) => runId === id));
    let looking = false;
    merge(news, interval(LOOK_EVERY_MS))
      .pipe(throttleTime(AT_MOST_EVERY_MS, undefined, { leading: true, trailing: true }), takeUntil(closed))
      .subscribe(async () => {
        if (looking) return;
        looking = true;
        try {
          await this.keys.assertStillValid(caller);
          next = await this.nextEvent(id, lastStep);
          if (next.id === sent) response.write(': still here\n\n');
          await sendAll();
        } catch {
          // The run was deleted, the key revoked, or Postgres is away: the client comes back and is told.
          response.end();
        } finally {
          looking = false;
        }
      });
  }

  private async nextEvent(id: string, afterStep: number): Promise<TrainingEvent> {
    const run = await this.runs.get(id);
    const train = await this.runs.metrics(id, 'train', afterStep, MOST_METRICS);
    const isEnd = isEndState(run.state) && train.length < MOST_METRICS;
    const evaluation = isEnd ? await this.runs.metrics(id, 'evaluation', -1, MOST_METRICS) : [];
    const lastStep = train.at(-1)?.step ?? afterStep;
    const eventId = [Math.max(0, lastStep), run.state, run.starts, run.step, isEnd ? 'end' : 'on'].join('.');
    return { id: eventId, lastStep, isEnd, data: { run, metrics: [...train, ...evaluation].map(metricView) } };
  }
}

function isEndState(state: string): boolean {
  return (TRAINING_END_STATES as readonly string[]).includes(state);
}

function metricView({ kind, step, values, at }: TrainingMetric) {
  return { kind, step, values, at };
}
