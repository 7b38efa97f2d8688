import { Injectable } from '@nestjs/common';
import {
  averageFrameRate,
  CodedError,
  ERRORS,
  STAGES,
  shownDetail,
  type AnswerOf,
  type ErrorCode,
  type ExportFormat,
  type ExportState,
  type PropagationParameters,
  type RunState,
  type RunWarning,
  type Stage,
} from '@propago/contracts';
import { Database, type Prisma } from '@propago/database';
import { progressOf, type ObjectKind } from '@propago/passes';
import type { VideoProbe } from '@propago/video';
import type { Caller } from '../access/caller';
import { cursorOf, olderThan, UUID, type PlaceInList } from '../http/paging';
import { RunProgressService, type RunProgress } from './run-progress.service';
import { conditionOf, type RunFilter } from './run-request';

const INCLUDE = {
  outcome: true,
  objects: { orderBy: { id: 'asc' } },
  prompts: { select: { frame: true, objects: true, digest: true } },
  keypointPrompts: { select: { frame: true, objects: true, digest: true } },
  video: true,
  featureSet: { include: { frameSet: true, video: true } },
} satisfies Prisma.RunInclude;

type FullRun = Prisma.RunGetPayload<{ include: typeof INCLUDE }>;

/** Exports that an event tells of. */
const MOST_EXPORTS = 20;

/** The runs that exist for a caller: its tenant's own. Those of others are not forbidden but unknown. */
const visibleTo = ({ tenant }: Caller) => ({ tenant, deletedAt: null, shadowOfId: null });

/** A run as the API shows it, put together from what each stage has stored. */
@Injectable()
export class RunViewService {
  constructor(
    private readonly database: Database,
    private readonly progress: RunProgressService,
  ) {}

  /** @throws CodedError RUN_NOT_FOUND */
  async get(id: string, caller: Caller): Promise<AnswerOf<'Run'>> {
    const run = await this.find(id, caller);
    return viewOf(run, await this.progressOf(id));
  }

  /** State and progress only: what the event stream sends. @throws CodedError RUN_NOT_FOUND */
  async snapshot(id: string, caller: Caller): Promise<AnswerOf<'RunEvent'>> {
    const run = await this.find(id, caller);
    const progress = await this.progressOf(id);
    return {
      state: stateOf(run, progress),
      revision: run.revision,
      progress: framesOf(progress),
      passes: passesOf(run, progress),
      estimate: estimateOf(run, progress),
      exports: await this.exportsOf(id),
      error: errorOf(run),
    };
  }

  /** Newest first, those after the given place. */
  async list(
    caller: Caller,
    filter: RunFilter,
    { limit, after }: { limit: number; after?: PlaceInList },
  ): Promise<AnswerOf<'RunPage'>> {
    const runs = await this.database.run.findMany({
      where: { AND: [visibleTo(caller), conditionOf(filter), olderThan(after)] },
      include: INCLUDE,
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: limit + 1,
    });
    const items = runs.slice(0, limit);
    const progress = await this.progress.of(items.map(({ id }) => id));
    return {
      // A run that was removed between the two queries is left out.
      items: items.filter(({ id }) => progress.has(id)).map((run) => viewOf(run, progress.get(run.id)!)),
      next: runs.length > limit ? cursorOf(items.at(-1)!) : null,
    };
  }

  /** @throws CodedError RUN_NOT_FOUND */
  async mustExist(id: string, caller: Caller): Promise<void> {
    const found = UUID.test(id) && (await this.database.run.count({ where: { id, ...visibleTo(caller) } }));
    if (!found) throw notFound(id);
  }

  private async find(id: string, caller: Caller): Promise<FullRun> {
    const run = UUID.test(id)
      ? await this.database.run.findFirst({ where: { id, ...visibleTo(caller) }, include: INCLUDE })
      : null;
    if (!run) throw notFound(id);
    return run;
  }

  private async exportsOf(runId: string): Promise<AnswerOf<'RunEvent'>['exports']> {
    const rows = await this.database.export.findMany({
      where: { runId },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: MOST_EXPORTS,
      select: { id: true, format: true, frames: true, work: { select: { state: true, framesDone: true } } },
    });
    return rows.map(({ id, format, frames, work }) => ({
      id,
      format: format as ExportFormat,
      state: (work?.state ?? 'queued') as ExportState,
      progress: { done: work?.framesDone ?? 0, total: frames },
    }));
  }

  private async progressOf(id: string): Promise<RunProgress> {
    const progress = (await this.progress.of([id])).get(id);
    // Removed since it was found.
    if (!progress) throw notFound(id);
    return progress;
  }
}

function notFound(id: string): CodedError {
  return new CodedError('RUN_NOT_FOUND', `There is no run ${id}.`);
}

function viewOf(run: FullRun, progress: RunProgress): AnswerOf<'Run'> {
  const { featureSet, outcome } = run;
  const { frames, steps } = progress;
  const probe = featureSet.video.probe as unknown as VideoProbe;
  const seconds = (until: Date | null | undefined) =>
    until ? (until.getTime() - run.createdAt.getTime()) / 1000 : null;
  return {
    id: run.id,
    state: stateOf(run, progress),
    name: run.name,
    tags: run.tags,
    progress: framesOf(progress),
    passes: passesOf(run, progress),
    revision: run.revision,
    preset: run.preset,
    parameters: run.parameters as PropagationParameters,
    classIds: run.objects.filter(({ kind }) => kind === 'mask').map(({ id }) => id),
    encoder: {
      name: run.encoderName,
      version: run.encoderVersion,
      sha256: run.encoderSha256,
      chosenBy: run.encoderChosenBy,
    },
    // Only shadow runs have none, which nobody sees.
    videoId: run.videoId!,
    video: {
      sha256: featureSet.videoSha256,
      bytes: Number(featureSet.video.bytes),
      fileName: run.video?.fileName ?? null,
      width: probe.width,
      height: probe.height,
      codec: probe.codec,
      rotation: probe.rotation,
      frameRate: averageFrameRate(probe, steps),
      timeBase: probe.timeBase,
      frames,
    },
    inputSize: { width: featureSet.frameSet.width, height: featureSet.frameSet.height },
    timings: {
      acceptedAt: run.createdAt.toISOString(),
      firstMaskAt: progress.firstMaskAt?.toISOString() ?? null,
      finishedAt: outcome?.finishedAt.toISOString() ?? null,
      seconds: seconds(outcome?.finishedAt),
      firstMaskSeconds: seconds(progress.firstMaskAt),
      stages: ofStages((stage) => progress[stage].seconds),
    },
    warnings: run.warnings as unknown as RunWarning[],
    error: errorOf(run),
  };
}

function stateOf(run: FullRun, progress: RunProgress): RunState {
  if (run.outcome) return run.outcome.state as RunState;
  if (run.cancelRequestedAt) return 'cancelling';
  return progress.ingest.frames > 0 ? 'running' : 'queued';
}

function framesOf(work: RunProgress): AnswerOf<'Run'>['progress'] {
  const { frames } = work;
  return { frames, ...ofStages((stage) => ({ done: work[stage].frames, total: frames })) };
}

function passesOf(
  { objects: rows, prompts: masks, keypointPrompts, featureSet }: FullRun,
  { frames, labels }: RunProgress,
): AnswerOf<'Run'>['passes'] {
  const objects = rows.map(({ id, kind, isTracedBack }) => ({ id, kind: kind as ObjectKind, isTracedBack }));
  const prompts = [...masks, ...keypointPrompts].sort((a, b) => a.frame - b.frame);
  const video = { frameCount: frames, segmentFrames: featureSet.frameSet.segmentFrames };
  return progressOf({ objects, prompts }, new Map(Object.entries(labels)), video).map(({ pass, ...segments }) => ({
    direction: pass.direction,
    fromFrame: pass.from,
    toFrame: pass.to ?? (frames === null ? null : frames - 1),
    objects: [...pass.objects],
    segments,
  }));
}

function ofStages<T>(make: (stage: Stage) => T): Record<Stage, T> {
  return Object.fromEntries(STAGES.map((stage) => [stage, make(stage)])) as Record<Stage, T>;
}

/** By the mean since the run was accepted: waiting in the queue counts, as it will for the rest. */
function estimateOf({ createdAt, outcome }: FullRun, progress: RunProgress): AnswerOf<'RunEvent'>['estimate'] {
  const { frames: done } = progress.results;
  if (outcome || done === 0) return null;
  const framesPerSecond = done / Math.max(0.001, (Date.now() - createdAt.getTime()) / 1000);
  return { framesPerSecond, secondsLeft: progress.frames && (progress.frames - done) / framesPerSecond };
}

function errorOf({ id, outcome }: FullRun): AnswerOf<'Run'>['error'] {
  if (!outcome?.errorCode) return null;
  const { errorCode: code, errorDetail } = outcome;
  const title = ERRORS[code as ErrorCode]?.title ?? code;
  return { code, title, detail: shownDetail(code, errorDetail, id) };
}
