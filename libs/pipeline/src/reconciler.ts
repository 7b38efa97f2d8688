import { activeRun, type Database } from '@propago/database';
import { inTraceOf } from '@propago/tracing';
import { WANTING, type NextSteps } from './next-steps';

/**
 * Re-derives from Postgres what should be in the queues, and adds it. A lost Redis, a process that died between its
 * commit and its enqueue, a purge that never ran: all are mended by the same pass. What is queued already stays.
 */
export class Reconciler {
  constructor(
    private readonly database: Database,
    private readonly next: NextSteps,
  ) {}

  /** @returns how many unfinished runs were looked at */
  async reconcile(): Promise<number> {
    const runs = await this.database.run.findMany({
      where: { ...activeRun },
      select: WANTING,
      orderBy: { createdAt: 'asc' },
      take: 1000,
    });
    for (const run of runs) await inTraceOf(run.traceparent, () => this.next.advance(run));

    const ending = await this.database.run.findMany({
      where: {
        deletedAt: null,
        outcome: { is: null },
        OR: [{ cancelRequestedAt: { not: null } }, { shadowOf: { outcome: { state: { not: 'succeeded' } } } }],
      },
      select: { id: true },
    });
    for (const { id } of ending) await this.next.runCancelled(id);

    const uncompared = await this.database.run.findMany({
      where: {
        shadowOfId: { not: null },
        deletedAt: null,
        outcome: { state: 'succeeded' },
        comparison: { is: null },
        // Without one there is nothing to compare.
        objects: { some: { kind: 'mask' } },
      },
      select: { id: true },
    });
    for (const { id } of uncompared) await this.next.shadowEnded(id);

    const unmade = await this.database.export.findMany({
      where: { run: { deletedAt: null }, OR: [{ work: { is: null } }, { work: { state: 'running' } }] },
      select: { id: true, runId: true },
      orderBy: { createdAt: 'asc' },
      take: 1000,
    });
    for (const { id, runId } of unmade) await this.next.exportRequested(runId, id);

    const deleted = await this.database.run.findMany({ where: { deletedAt: { not: null } }, select: { id: true } });
    for (const { id } of deleted) await this.next.runDeleted(id);
    const deletedVideos = await this.database.uploadedVideo.findMany({ where: { deletedAt: { not: null } } });
    for (const video of deletedVideos) await this.next.videoDeleted(video);
    return runs.length;
  }
}
