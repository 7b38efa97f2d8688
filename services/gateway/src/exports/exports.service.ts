import { createHash, randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import {
  blobKeys,
  CodedError,
  ERRORS,
  EXPORT_FORMATS,
  kindsIn,
  shownDetail,
  type AnswerOf,
  type ErrorCode,
  type ExportFormat,
  type ExportOptions,
  type ExportState,
} from '@propago/contracts';
import { Database, type Export, type ExportWork } from '@propago/database';
import { NextSteps } from '@propago/pipeline';
import { News, STORAGE, type BlobStore } from '@propago/runtime';
import type { Caller } from '../access/caller';
import { UUID } from '../http/paging';
import { EnqueueService } from '../runs/enqueue.service';
import { RunViewService } from '../runs/run-view.service';
import { withoutKeypoints, withoutMasks } from '../runs/without-labels';

type Run = AnswerOf<'Run'>;
type FullExport = Export & { work: ExportWork | null; run: { revision: number } };

const INCLUDE = { work: true, run: { select: { revision: true } } } as const;

/** Files that are made of a run's masks when somebody asks for them. */
@Injectable()
export class ExportsService {
  constructor(
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly database: Database,
    private readonly next: NextSteps,
    private readonly enqueue: EnqueueService,
    private readonly news: News,
    private readonly view: RunViewService,
  ) {}

  /**
   * The export of a run as it is now: the one that is there, or a new one. One that has failed is tried again.
   * @throws CodedError MASKS_NONE, KEYPOINTS_NONE, RUN_NOT_FINISHED, OBJECT_UNKNOWN
   */
  async request<F extends ExportFormat>(run: Run, format: F, options: ExportOptions<F>): Promise<AnswerOf<'Export'>> {
    await this.assertObjects(run.id, format, options.objects);
    const { id: runId, revision } = run;
    const frames = await this.framesOf(run, options.frames);
    const digest = createHash('sha256')
      .update(JSON.stringify([revision, format, options, frames]))
      .digest('hex');
    const key = { runId, digest };
    await this.removeUseless(key);
    const data = { id: randomUUID(), ...key, revision, format, options, frames };
    await this.database.export.createMany({ data: [data], skipDuplicates: true });
    const found = await this.database.export.findFirst({ where: key, include: INCLUDE });
    // The run, and so the export, was removed meanwhile.
    if (!found) throw new CodedError('RUN_NOT_FOUND', `There is no run ${runId}.`);
    if (!found.work) await this.enqueue.nowOrLater(runId, this.next.exportRequested(runId, found.id));
    return viewOf(found);
  }

  /** Newest first. @throws CodedError RUN_NOT_FOUND */
  async list(runId: string, caller: Caller): Promise<AnswerOf<'ExportList'>> {
    await this.view.mustExist(runId, caller);
    const orderBy = [{ createdAt: 'desc' }, { id: 'desc' }] as const;
    const rows = await this.database.export.findMany({ where: { runId }, include: INCLUDE, orderBy: [...orderBy] });
    return { items: rows.map(viewOf) };
  }

  /** @throws CodedError RUN_NOT_FOUND, EXPORT_NOT_FOUND */
  async get(runId: string, exportId: string, caller: Caller): Promise<AnswerOf<'Export'>> {
    await this.view.mustExist(runId, caller);
    const found = UUID.test(exportId)
      ? await this.database.export.findFirst({ where: { id: exportId, runId }, include: INCLUDE })
      : null;
    if (!found) throw notFound(runId, exportId);
    return viewOf(found);
  }

  /** Its file is removed by whoever writes it, or as an orphan. @throws CodedError RUN_NOT_FOUND, EXPORT_NOT_FOUND */
  async remove(runId: string, exportId: string, caller: Caller): Promise<void> {
    await this.get(runId, exportId, caller);
    await this.database.export.deleteMany({ where: { id: exportId, runId } });
    this.news.cancel(runId);
    await this.enqueue.nowOrLater(runId, this.next.exportRemoved(runId, exportId));
  }

  /** @throws CodedError where the run has nothing that a format tells of, or not all that was asked for */
  private async assertObjects(runId: string, format: ExportFormat, wanted: number[] | undefined): Promise<void> {
    const kind = { in: [...kindsIn(format)] };
    const objects = await this.database.runObject.findMany({ where: { runId, kind }, orderBy: { id: 'asc' } });
    if (objects.length === 0 && kind.in.includes('mask')) throw withoutMasks(runId);
    if (objects.length === 0) throw withoutKeypoints(runId);
    const ids = objects.map(({ id }) => id);
    const unknown = wanted?.find((id) => !ids.includes(id));
    if (unknown === undefined) return;
    const what = kind.in.length === 1 ? `, of those with ${kind.in[0] === 'mask' ? 'masks' : 'key points'},` : '';
    throw new CodedError('OBJECT_UNKNOWN', `The run has${what} the objects ${ids.join(', ')} and not ${unknown}.`);
  }

  /** What has failed, and what the storage has lost, is made again. */
  private async removeUseless(key: { runId: string; digest: string }): Promise<void> {
    const found = await this.database.export.findFirst({ where: key, include: { work: true } });
    const state = found?.work?.state;
    const isLost = state === 'ready' && !(await this.storage.stat(blobKeys.export(key.runId, found!.id)));
    if (state === 'failed' || isLost) await this.database.export.deleteMany({ where: { id: found!.id } });
  }

  /** How many frames from the first on the file will hold. */
  private async framesOf({ id, state, progress }: Run, wanted: 'all' | 'available'): Promise<number> {
    if (state === 'succeeded') return progress.frames!;
    if (wanted === 'all') {
      throw new CodedError(
        'RUN_NOT_FINISHED',
        `The run is ${state}, and its masks are not complete; "frames": "available" exports those that there are.`,
      );
    }
    // Without a recipe masks are of an earlier revision.
    const segments = await this.database.resultSegment.findMany({
      where: { runId: id, recipe: { not: null } },
      orderBy: { index: 'asc' },
      select: { index: true, frameCount: true },
    });
    const first = segments.filter(({ index }, i) => index === i);
    const frames = first.reduce((sum, { frameCount }) => sum + frameCount, 0);
    if (frames === 0) throw new CodedError('RUN_NOT_FINISHED', 'The first frames of the run have no masks yet.');
    return frames;
  }
}

function notFound(runId: string, exportId: string): CodedError {
  return new CodedError(
    'EXPORT_NOT_FOUND',
    `Run ${runId} has no export ${exportId}; it may have been removed as unused.`,
  );
}

function viewOf({ run, work, ...asked }: FullExport): AnswerOf<'Export'> {
  const format = asked.format as ExportFormat;
  const { mediaType, isExact, cannotHold } = EXPORT_FORMATS[format];
  const { loss } = (work?.report ?? { loss: null }) as Pick<AnswerOf<'Export'>, 'loss'>;
  return {
    id: asked.id,
    runId: asked.runId,
    state: (work?.state ?? 'queued') as ExportState,
    format,
    options: asked.options as Record<string, unknown>,
    revision: asked.revision,
    isCurrent: asked.revision === run.revision,
    progress: { done: work?.framesDone ?? 0, total: asked.frames },
    file: work?.sha256 ? { mediaType, bytes: Number(work.bytes), sha256: work.sha256 } : null,
    isExact: isExact && !loss,
    cannotHold: [...cannotHold],
    loss,
    error: errorOf(asked.id, work),
    createdAt: asked.createdAt.toISOString(),
    startedAt: work?.startedAt.toISOString() ?? null,
    finishedAt: work?.finishedAt?.toISOString() ?? null,
  };
}

function errorOf(id: string, work: ExportWork | null): AnswerOf<'Export'>['error'] {
  if (!work?.errorCode) return null;
  const { errorCode: code, errorDetail } = work;
  return { code, title: ERRORS[code as ErrorCode]?.title ?? code, detail: shownDetail(code, errorDetail, id) };
}
