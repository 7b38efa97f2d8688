import { Injectable } from '@nestjs/common';
import { CodedError } from '@propago/contracts';
import { Database, lockVideo, LONG_TRANSACTION, type Prisma } from '@propago/database';
import { NextSteps, planOf } from '@propago/pipeline';
import { News } from '@propago/runtime';
import { EnqueueService } from '../runs/enqueue.service';
import { lockRun, type LockedRun } from './lock-run';
import { repeatInShadows } from './repeat-in-shadows';

/** What a change needs to be made again: nothing, the masks that other prompts lead to, or all for their colours. */
export type Outdated = 'nothing' | 'by-prompts' | 'all-masks';

/** Changes of what is said about a run, one at a time. */
@Injectable()
export class RunChangeService {
  constructor(
    private readonly database: Database,
    private readonly next: NextSteps,
    private readonly enqueue: EnqueueService,
    private readonly news: News,
  ) {}

  /**
   * One change, alone with the run. Where it outdates masks the revision grows, an outcome is taken back, and the masks are
   * marked: they are served until new ones are there.
   *
   * @param expected the revision that the change is based on; undefined: whichever there is
   * @throws CodedError RUN_NOT_FOUND, RUN_NOT_CORRECTABLE, REVISION_CONFLICT, and what `apply` throws
   */
  async change(
    runId: string,
    expected: number | undefined,
    apply: (transaction: Prisma.TransactionClient, run: LockedRun) => Promise<Outdated>,
  ): Promise<void> {
    const outdated = await this.database.$transaction(async (transaction) => {
      const include = { featureSet: true };
      const found = await transaction.run.findUnique({ where: { id: runId }, include });
      // The janitor removes features and labels of runs that are over under this lock.
      if (found) await lockVideo(transaction, found.featureSet.videoSha256);
      const run = await lockRun(transaction, runId);
      if (expected !== undefined && expected !== run.revision) {
        throw new CodedError('REVISION_CONFLICT', `The run is at revision ${run.revision}, not ${expected}.`);
      }
      const what = await apply(transaction, run);
      if (what === 'nothing') return what;
      await transaction.run.update({ where: { id: runId }, data: { revision: { increment: 1 } } });
      await transaction.runOutcome.deleteMany({ where: { runId } });
      await markOutdated(transaction, runId, what);
      await repeatInShadows(transaction, runId);
      return what;
      // It reads and stores masks while it holds the run, and removing a run holds the lock of its video.
    }, LONG_TRANSACTION);
    if (outdated === 'nothing') return;
    await this.enqueue.nowOrLater(runId, this.next.runPrompted(runId));
    this.news.state(runId);
  }
}

async function markOutdated(transaction: Prisma.TransactionClient, runId: string, what: Outdated): Promise<void> {
  const plan = what === 'by-prompts' ? await planOf(transaction, runId) : undefined;
  const which = plan ? { index: { in: plan.outdated } } : {};
  await transaction.resultSegment.updateMany({ where: { runId, ...which }, data: { recipe: null } });
}
