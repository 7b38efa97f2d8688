import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { filter } from 'rxjs';
import { TRAINING_END_STATES, type AnswerOf } from '@propago/contracts';
import type { TrainingMetric } from '@propago/database';
import { AnswersEvents } from '@propago/runtime';
import { CurrentCaller, type Caller } from '../access/caller';
import { RequireScope } from '../access/require-scope';
import { SessionsService } from '../access/sessions.service';
import { LastEventHeader, TrainingRunParameter } from '../http/open-api/parameters';
import { Refuses } from '../http/open-api/refuses';
import { streamEvents, type StreamedEvent } from '../http/server-sent-events';
import { trainingNews } from './training-news.controller';
import { TrainingRunsService } from './training-runs.service';

type TrainingEvent = AnswerOf<'TrainingEvent'>;

/** Of one event; the next one follows at once. */
const MOST_METRICS = 500;

/** Server-sent events of a training run: what the run is, and the metrics since the event before. */
@ApiTags('training')
@RequireScope('admin')
@Controller('v1/admin/training-runs/:id/events')
export class TrainingEventsController {
  constructor(
    private readonly runs: TrainingRunsService,
    private readonly sessions: SessionsService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Metrics and state as server-sent events until the run ends; resumes with Last-Event-ID' })
  @AnswersEvents('TrainingEvent')
  @LastEventHeader()
  @TrainingRunParameter()
  @Refuses('TRAINING_RUN_NOT_FOUND')
  async streamTrainingEvents(
    @Param('id') id: string,
    @CurrentCaller() caller: Caller,
    @Res() reply: FastifyReply,
    @Headers('Last-Event-ID') lastId?: string,
  ) {
    const news = trainingNews.pipe(filter((runId) => runId === id));
    await streamEvents(reply, lastId, {
      after: (eventId) => this.after(id, eventId),
      news,
      assertAllowed: () => this.sessions.assertStillValid(caller),
    });
  }

  /** An id begins with the first step that whoever has the event does not know. */
  private async after(id: string, eventId: string | undefined): Promise<StreamedEvent> {
    const afterStep = Number(/^(\d{1,10})\./.exec(eventId ?? '')?.[1] ?? 0) - 1;
    const run = await this.runs.get(id);
    const train = await this.runs.metrics(id, 'train', afterStep, MOST_METRICS);
    const hasMore = train.length === MOST_METRICS;
    const isEnd = isEndState(run.state) && !hasMore;
    const atEnd = isEnd ? ['evaluation', 'skipped'] : [];
    const others = await Promise.all(atEnd.map((kind) => this.runs.metrics(id, kind, -1, MOST_METRICS)));
    const lastStep = train.at(-1)?.step ?? afterStep;
    const nextId = [lastStep + 1, run.state, run.starts, run.step, slug(run.phase), isEnd ? 'end' : 'on'].join('.');
    const data: TrainingEvent = { run, metrics: [...train, ...others.flat()].map(metricView) };
    return { id: nextId, isEnd, hasMore, data };
  }
}

/** A phase as a part of an event's id. */
function slug(phase: string | null): string {
  return (phase ?? '').replace(/\W+/g, '-');
}

function isEndState(state: string): boolean {
  return (TRAINING_END_STATES as readonly string[]).includes(state);
}

function metricView({ kind, step, values, at }: TrainingMetric): TrainingEvent['metrics'][number] {
  return {
    kind: kind as TrainingEvent['metrics'][number]['kind'],
    step,
    values: values as Record<string, unknown>,
    at: at.toISOString(),
  };
}
