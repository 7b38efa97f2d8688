import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CodedError, shownDetail, type AnswerOf, type RunEndState } from '@propago/contracts';
import { Database } from '@propago/database';
import { Answers } from '@propago/runtime';
import type { VideoProbe } from '@propago/video';
import { CurrentCaller, type Caller } from '../access/caller';
import { RequireScope } from '../access/require-scope';
import { PageQuery, ShadowRunParameter } from '../http/open-api/parameters';
import { Refuses } from '../http/open-api/refuses';
import { cursorOf, olderThan, pageOf, placeOf, UUID } from '../http/paging';
import { framePage } from '../runs/frame-page';

const PAGE = { fallback: 50, most: 200 };
const FRAMES = { fallback: 100, most: 1000 };

/** What the shadow of a model would have changed. */
@ApiTags('models')
@RequireScope('admin')
@Controller('v1/admin/models/:name/shadow-comparisons')
export class ShadowComparisonsController {
  constructor(private readonly database: Database) {}

  @Get()
  @ApiOperation({ summary: 'Shadow runs of a model, newest first: their difference to the run that the user got' })
  @Answers('ShadowComparisonPage')
  @PageQuery(PAGE)
  @Refuses('MODEL_NOT_FOUND', 'OPTION_OUT_OF_RANGE')
  async listShadowComparisons(
    @Param('name') name: string,
    @Query('limit') limit?: string,
    @Query('cursor') cursor?: string,
  ): Promise<AnswerOf<'ShadowComparisonPage'>> {
    if (!(await this.database.modelVersion.count({ where: { name } }))) {
      throw new CodedError('MODEL_NOT_FOUND', `There is no model ${name}.`);
    }
    const most = pageOf(limit, PAGE);
    const runs = await this.database.run.findMany({
      where: {
        encoderName: name,
        shadowOfId: { not: null },
        deletedAt: null,
        ...olderThan(cursor === undefined ? undefined : placeOf(cursor)),
      },
      include: {
        outcome: true,
        comparison: true,
        shadowOf: true,
        featureSet: { select: { video: { select: { frameTable: { select: { frameCount: true } } } } } },
      },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: most + 1,
    });
    const items = runs.slice(0, most);
    return {
      items: items.map(
        ({ id, createdAt, encoderVersion, encoderSha256, outcome, comparison, shadowOf, featureSet }) => ({
          shadowRunId: id,
          runId: shadowOf!.id,
          createdAt: createdAt.toISOString(),
          version: encoderVersion,
          sha256: encoderSha256,
          baseVersion: shadowOf!.encoderVersion,
          baseSha256: shadowOf!.encoderSha256,
          state: (outcome?.state as RunEndState | undefined) ?? null,
          error: outcome?.errorCode
            ? { code: outcome.errorCode, detail: shownDetail(outcome.errorCode, outcome.errorDetail, id) }
            : null,
          comparison: comparison && {
            frames: comparison.frames,
            meanJaccard: comparison.meanJaccard,
            secondsPerFrame: perFrame(comparison.seconds, featureSet.video.frameTable?.frameCount),
            baseSecondsPerFrame: perFrame(comparison.baseSeconds, featureSet.video.frameTable?.frameCount),
            comparedAt: comparison.comparedAt.toISOString(),
          },
        }),
      ),
      next: runs.length > most ? cursorOf(items.at(-1)!) : null,
    };
  }

  @Get(':shadowRunId/frames')
  @ApiOperation({
    summary: 'The frame table of a shadow run, to lay its masks beside those that the user got',
    description: 'Of the own tenant only: an administrator sees figures of the runs of others, and no pictures.',
  })
  @Answers('FramePage')
  @ShadowRunParameter()
  @PageQuery(FRAMES)
  @Refuses('RUN_NOT_FOUND', 'OPTION_OUT_OF_RANGE')
  async listShadowFrames(
    @Param('name') name: string,
    @Param('shadowRunId') id: string,
    @CurrentCaller() { tenant }: Caller,
    @Query('limit') limit?: string,
    @Query('cursor') cursor?: string,
  ): Promise<AnswerOf<'FramePage'>> {
    const where = { id, tenant, encoderName: name, shadowOfId: { not: null }, deletedAt: null };
    const include = { featureSet: { select: { video: { select: { probe: true } } } } };
    const run = UUID.test(id) ? await this.database.run.findFirst({ where, include }) : null;
    if (!run) throw new CodedError('RUN_NOT_FOUND', `There is no shadow run ${id}.`);
    const { timeBase } = run.featureSet.video.probe as unknown as VideoProbe;
    return framePage(this.database, { runId: id, timeBase }, { most: pageOf(limit, FRAMES), cursor });
  }
}

function perFrame(seconds: number | null, frames: number | undefined): number | null {
  return seconds === null || frames === undefined ? null : seconds / frames;
}
