import { Inject, Injectable } from '@nestjs/common';
import {
  blobFolders,
  blobKeys,
  CodedError,
  type QueueName,
  type RunEndState,
  type StageJobs,
} from '@propago/contracts';
import { activeRun, Database, lockVideo, type Run, type RunOutcome } from '@propago/database';
import { NextSteps, Queues } from '@propago/pipeline';
import { News, STORAGE, type BlobStore } from '@propago/runtime';

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
    const state = await this.stateOf(run, error);
    if (!state) return false;
    const failure = state === 'failed' && error ? { errorCode: error.code, errorDetail: error.detail } : {};
    // The first outcome stays, whoever comes second.
    const written = await this.database.runOutcome.createMany({
      data: [{ runId, state, ...failure }],
      skipDuplicates: true,
    });
    this.news.state(runId);
    if (state !== 'succeeded') await this.stopWork(run);
    await this.tidy(run);
    if (!run.shadowOfId) await this.next.runEnded(runId, state);
    else if (state === 'succeeded') await this.next.shadowEnded(runId);
    return written.count === 1;
  }

  /**
   * Removes a deleted run and its shadows, and its video and features where no other run refers to them. Safe to repeat.
   */
  async purge(runId: string): Promise<void> {
    const run = await this.database.run.findUnique({
      where: { id: runId },
      include: { featureSet: true, shadows: { select: { id: true } } },
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
    // A shadow has the mask of the run that it repeats.
    if (!run.shadowOfId) await this.storage.delete(run.maskKey);
    const { videoSha256 } = run.featureSet;
    await this.database.$transaction(
      async (transaction) => {
        // A new run on the same video waits here, or this waits for it.
        await lockVideo(transaction, videoSha256);
        // One that was committed since: its blobs must not lose their row.
        if (await transaction.run.count({ where: { shadowOfId: runId } })) throw stillAtWork(runId);
        await transaction.run.deleteMany({ where: { id: runId } });
        const others = await transaction.run.count({ where: { featureSetId: run.featureSetId } });
        if (others === 0) {
          const idle = await this.queues.untilIdle((_, data) => isFor(run.featureSetId, data), STOP_WAIT_MS);
          if (!idle) throw stillAtWork(runId);
          await this.storage.deletePrefix(blobFolders.frames(run.featureSetId));
          await this.storage.deletePrefix(blobFolders.features(run.featureSetId));
          await transaction.featureSet.deleteMany({ where: { id: run.featureSetId } });
        }
        if ((await transaction.featureSet.count({ where: { videoSha256 } })) === 0) {
          await transaction.video.deleteMany({ where: { sha256: videoSha256 } });
          await this.storage.delete(blobKeys.video(videoSha256));
        }
      },
      { timeout: 60_000, maxWait: 60_000 },
    );
  }

  /** What is still written for a run that has ended would stay behind. */
  private async stopWork({ id, featureSetId }: Run): Promise<void> {
    this.news.cancel(id);
    const wanting = await this.database.run.count({ where: { featureSetId, ...activeRun } });
    await this.queues.untilIdle(
      (stage, data) =>
        (stage === 'propagation' && 'runId' in data && data.runId === id) ||
        (stage === 'ingest' && wanting === 0 && isFor(featureSetId, data)),
      STOP_WAIT_MS,
    );
  }

  private async stateOf(
    run: Run & { shadowOf: { outcome: RunOutcome | null } | null },
    error: { code: string } | undefined,
  ): Promise<RunEndState | undefined> {
    const repeated = run.shadowOf?.outcome?.state ?? 'succeeded';
    if (run.cancelRequestedAt || repeated !== 'succeeded') return 'cancelled';
    if (error) return 'failed';
    const [table, results] = await Promise.all([
      this.database.frameTable.findUnique({ where: { featureSetId: run.featureSetId } }),
      this.database.resultSegment.aggregate({ where: { runId: run.id }, _sum: { frameCount: true } }),
    ]);
    return table && results._sum.frameCount === table.frameCount ? 'succeeded' : undefined;
  }

  /** Soft labels serve unfinished runs only; raw frames serve features that a run still wants. */
  private async tidy({ id, featureSetId }: Run): Promise<void> {
    await this.storage.deletePrefix(blobFolders.labels(id));
    const wanting = await this.database.run.count({ where: { featureSetId, ...activeRun } });
    if (wanting === 0) await this.storage.deletePrefix(blobFolders.frames(featureSetId));
  }
}

function isFor(featureSetId: string, data: StageJobs[QueueName]): boolean {
  return 'featureSetId' in data && data.featureSetId === featureSetId;
}

/** Not tidied yet: the job is tried again, and the reconciler adds it again. */
function stillAtWork(runId: string): CodedError {
  return new CodedError('SERVICE_UNAVAILABLE', `Workers are still at run ${runId}.`);
}
