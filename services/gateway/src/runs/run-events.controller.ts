import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { filter } from 'rxjs';
import { RUN_END_STATES, STAGES } from '@propago/contracts';
import { AnswersEvents } from '@propago/runtime';
import { CurrentCaller, type Caller } from '../access/caller';
import { RequireScope } from '../access/require-scope';
import { SessionsService } from '../access/sessions.service';
import { LastEventHeader, RunParameter } from '../http/open-api/parameters';
import { Refuses } from '../http/open-api/refuses';
import { streamEvents } from '../http/server-sent-events';
import { runNews } from './run-news.controller';
import { RunViewService } from './run-view.service';

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
    private readonly sessions: SessionsService,
  ) {}

  @Get()
  @ApiOperation({
    summary:
      'Progress as server-sent events until the run has ended and its exports are made; resumes with Last-Event-ID',
  })
  @AnswersEvents('RunEvent')
  @LastEventHeader()
  @RunParameter()
  @Refuses('RUN_NOT_FOUND')
  async streamRunEvents(
    @Param('id') id: string,
    @CurrentCaller() caller: Caller,
    @Res() reply: FastifyReply,
    @Headers('Last-Event-ID') lastId?: string,
  ) {
    const after = async () => {
      const snapshot = await this.view.snapshot(id, caller);
      return { id: eventIdOf(snapshot), isEnd: isEnd(snapshot), data: snapshot };
    };
    const news = runNews.pipe(filter((runId) => runId === id));
    await streamEvents(reply, lastId, { after, news, assertAllowed: () => this.sessions.assertStillValid(caller) });
  }
}

function eventIdOf({ revision, state, progress, exports }: Snapshot): string {
  const done = STAGES.map((stage) => progress[stage].done);
  const files = exports.map(({ id, state: made, progress: { done: frames } }) => `${id.slice(0, 8)}-${made}-${frames}`);
  return [revision, ...done, progress.frames ?? '', state, ...files].join('.');
}

/** Nothing happens any more: the run has ended, and no file is being made of it. */
function isEnd({ state, exports }: Snapshot): boolean {
  const hasEnded = (RUN_END_STATES as readonly string[]).includes(state);
  return hasEnded && exports.every(({ state: made }) => made === 'ready' || made === 'failed');
}
