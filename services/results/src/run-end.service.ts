import { Inject, Injectable } from '@nestjs/common';
import { blobFolders, CodedError, type QueueName, type RunEndState, type StageJobs } from '@propago/contracts';
import { Database, lockVideo, type Run, type RunOutcome } from '@propago/database';
import { passesOf } from '@propago/passes';
import { NextSteps, planOf, Queues, type RunPlan } from '@propago/pipeline';
import { News, STORAGE, type BlobStore } from '@propago/runtime';
import { VideoEndService } from './video-end.service';

/** How long to wait for workers that are still at something that nobody wants any more; they are told to stop. */
const STOP_WAIT_MS = 5000;

/** Writes the one terminal state of a run and removes what only unfinished runs need. */
@Injectable()
export class RunEndService {
  constructor(
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly database: Database,
    private readonly news: News,
    private readonly queues: Queues,
    private readonly next: NextSteps,
    private readonly videos: VideoEndService,
  ) {}

  /**
   * Ends the run if its time has come: an error, a cancel request, the last mask, or for a shadow run the end of the run
   * that it repeats without masks to compare with.
   * @returns whether this call ended it
   */
  async end(runId: string, error?: { code: string; detail: string }): Promise<boolean> {
    const run = await this.database.run.findUnique({
      where: { id: runId },
      include: { outcome: true, shadowOf: { include: { outcome: true } } },
    });
    if (!run) return false;
    if (run.outcome) {
      // The call that ended it may have died before it had tidied up.
      await this.tidy(run);
      return false;
    }
    const ended = await this.writeOutcome(run, error);
    if (!ended) return false;
    const { state, isFirst } = ended;
    this.news.state(runId);
    if (state !== 'succeeded') await this.stopWork(run);
    await this.tidy(run);
    if (!run.shadowOfId) await this.next.runEnded(runId, state);
    else if (state === 'succeeded') await this.next.shadowEnded(runId);
    return isFirst;
  }

  /** The first outcome stays, whoever comes second. Whoever changes the prompts waits, or this sees the change. */
  private async writeOutcome(
    run: EndingRun,
    error: { code: string; detail: string } | undefined,
  ): Promise<{ state: RunEndState; isFirst: boolean } | undefined> {
    return this.database.$transaction(async (transaction) => {
      await transaction.$executeRaw`SELECT FROM "Run" WHERE id = ${run.id}::uuid FOR UPDATE`;
      const plan = await planOf(transaction, run.id);
      const failed = error ?? (plan && promptBeyond(plan));
      const state = stateOf(run, plan, failed);
      if (!state) return undefined;
      const failure = state === 'failed' && failed ? { errorCode: failed.code, errorDetail: failed.detail } : {};
      const data = [{ runId: run.id, state, ...failure }];
      const { count } = await transaction.runOutcome.createMany({ data, skipDuplicates: true });
      return { state, isFirst: count === 1 };
    });
  }

  /**
   * Removes a deleted run and its shadows, and its video and features where no other run refers to them. Safe to repeat.
   */
  async purge(runId: string): Promise<void> {
    const run = await this.database.run.findUnique({
      where: { id: runId },
      include: { featureSet: true, prompts: true, video: true, shadows: { select: { id: true } } },
    });
    if (!run) return;
    for (const { id } of run.shadows) await this.purge(id);
    this.news.cancel(runId);
    const stopped = await this.queues.untilIdle(
      (_, data) =>
        'kind' in data
          ? data.runId === runId && data.kind !== 'end' && data.kind !== 'purge'
          : 'runId' in data && data.runId === runId,
      STOP_WAIT_MS,
    );
    if (!stopped) throw stillAtWork(runId);
    for (const prefix of [blobFolders.labels(runId), blobFolders.masks(runId), blobFolders.exports(runId)])
      await this.storage.deletePrefix(prefix);
    // A shadow has the prompts of the run that it repeats.
    if (!run.shadowOfId) for (const { maskKey } of run.prompts) await this.storage.delete(maskKey);
    await this.storage.deletePrefix(blobFolders.prompts(runId));
    const { videoSha256, frameSetId } = run.featureSet;
    await this.database.$transaction(
      async (transaction) => {
        // A new run on the same video waits here, or this waits for it.
        await lockVideo(transaction, videoSha256);
        // One that was committed since: its blobs must not lose their row.
        if (await transaction.run.count({ where: { shadowOfId: runId } })) throw stillAtWork(runId);
        await transaction.run.deleteMany({ where: { id: runId } });
        const others = await transaction.run.count({ where: { featureSetId: run.featureSetId } });
        if (others === 0) {
          await this.untilIdle(runId, { featureSetId: run.featureSetId });
          await this.storage.deletePrefix(blobFolders.features(run.featureSetId));
          await transaction.featureSet.deleteMany({ where: { id: run.featureSetId } });
        }
        if ((await transaction.featureSet.count({ where: { frameSetId } })) === 0) {
          await this.untilIdle(runId, { frameSetId });
          await this.storage.deletePrefix(blobFolders.frames(frameSetId));
          await transaction.frameSet.deleteMany({ where: { id: frameSetId } });
        }
        await this.videos.leave(transaction, videoSha256, run.video);
      },
      { timeout: 60_000, maxWait: 60_000 },
    );
  }

  /** What is still written for a run that has ended would stay behind. */
  private async stopWork({ id }: Run): Promise<void> {
    this.news.cancel(id);
    await this.queues.untilIdle(
      (stage, data) => stage === 'propagation' && 'runId' in data && data.runId === id,
      STOP_WAIT_MS,
    );
  }

  /** Soft labels of a run that has succeeded serve its corrections, as far as its prompts still ask for their passes. */
  private async tidy({ id }: Run): Promise<void> {
    const outcome = await this.database.runOutcome.findUnique({ where: { runId: id } });
    const plan = outcome?.state === 'succeeded' ? await planOf(this.database, id) : undefined;
    const kept = new Set(plan ? passesOf(plan.rows.prompts).map(({ key }) => key) : []);
    const stored = await this.database.labelSegment.findMany({ where: { runId: id }, distinct: ['pass'] });
    for (const { pass } of stored) {
      if (kept.has(pass)) continue;
      if (plan) await this.database.labelSegment.deleteMany({ where: { runId: id, pass } });
      await this.storage.deletePrefix(blobFolders.labelsOfPass(id, pass));
    }
    if (!plan) await this.storage.deletePrefix(blobFolders.labels(id));
  }

  private async untilIdle(runId: string, set: { featureSetId: string } | { frameSetId: string }): Promise<void> {
    const idle = await this.queues.untilIdle((_, data) => isFor(set, data), STOP_WAIT_MS);
    if (!idle) throw stillAtWork(runId);
  }
}

type EndingRun = Run & { shadowOf: { outcome: RunOutcome | null } | null };

/** The end state whose time has come; undefined while masks are missing. */
function stateOf(run: EndingRun, plan: RunPlan | undefined, error: object | undefined): RunEndState | undefined {
  const repeated = run.shadowOf?.outcome?.state ?? 'succeeded';
  if (run.cancelRequestedAt || repeated !== 'succeeded') return 'cancelled';
  if (error) return 'failed';
  return plan?.isComplete ? 'succeeded' : undefined;
}

/** What is wrong with a prompt that came before the number of frames was known. */
function promptBeyond({ beyond, rows }: RunPlan): { code: string; detail: string } | undefined {
  if (beyond === null) return undefined;
  return {
    code: 'FRAME_NOT_FOUND',
    detail: `A prompt is on frame ${beyond}, and the video has ${rows.frameCount} frames.`,
  };
}

function isFor(set: { featureSetId: string } | { frameSetId: string }, data: StageJobs[QueueName]): boolean {
  if ('featureSetId' in set) return 'featureSetId' in data && data.featureSetId === set.featureSetId;
  return 'frameSetId' in data && data.frameSetId === set.frameSetId;
}

/** Not tidied yet: the job is tried again, and the reconciler adds it again. */
function stillAtWork(runId: string): CodedError {
  return new CodedError('SERVICE_UNAVAILABLE', `Workers are still at run ${runId}.`);
}
