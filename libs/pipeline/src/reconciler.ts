import { activeRun, type Database } from '@propago/database';
import { inTraceOf } from '@propago/tracing';
import type { NextSteps } from './next-steps';
import type { Queues } from './queues';

interface UnfinishedRun {
  id: string;
  featureSetId: string;
  shadowOfId: string | null;
}

/**
 * Re-derives from Postgres what should be in the queues, and adds it. A lost Redis, a process that died between its
 * commit and its enqueue, a purge that never ran: all are mended by the same pass. What is queued already stays.
 */
export class Reconciler {
  constructor(
    private readonly database: Database,
    private readonly queues: Queues,
    private readonly next: NextSteps,
  ) {}

  /** @returns how many unfinished runs were looked at */
  async reconcile(): Promise<number> {
    const runs = await this.database.run.findMany({
      where: { ...activeRun },
      select: { id: true, featureSetId: true, traceparent: true, shadowOfId: true },
      orderBy: { createdAt: 'asc' },
      take: 1000,
    });
    for (const run of runs) await inTraceOf(run.traceparent, () => this.reconcileRun(run));

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
      where: { shadowOfId: { not: null }, deletedAt: null, outcome: { state: 'succeeded' }, comparison: { is: null } },
      select: { id: true },
    });
    for (const { id } of uncompared) await this.next.shadowEnded(id);

    const deleted = await this.database.run.findMany({ where: { deletedAt: { not: null } }, select: { id: true } });
    for (const { id } of deleted) await this.next.runDeleted(id);
    return runs.length;
  }

  private async reconcileRun({ id: runId, featureSetId, shadowOfId }: UnfinishedRun): Promise<void> {
    const urgency = shadowOfId ? 'background' : 'user';
    const [table, frames, features, labels, results] = await Promise.all([
      this.database.frameTable.findUnique({ where: { featureSetId } }),
      this.database.frameSegment.findMany({ where: { featureSetId }, select: { index: true } }),
      this.database.featureSegment.findMany({ where: { featureSetId }, select: { index: true } }),
      this.database.labelSegment.findMany({ where: { runId }, select: { index: true } }),
      this.database.resultSegment.findMany({ where: { runId }, select: { index: true } }),
    ]);
    const [haveFeatures, haveResults] = [indexes(features), indexes(results)];
    if (!table) await this.next.framesNeeded(featureSetId);
    for (const { index } of frames) if (!haveFeatures.has(index)) await this.next.framesStored(featureSetId, index);
    // Labels are stored in order, so their number is the next segment.
    if (haveFeatures.has(labels.length)) {
      await this.queues.add('propagation', { runId, segment: labels.length }, urgency);
    }
    for (const { index } of labels) {
      if (!haveResults.has(index))
        await this.queues.add('results', { kind: 'segment', runId, segment: index }, urgency);
    }
    if (table && results.length === frames.length) await this.queues.add('results', { kind: 'end', runId });
  }
}

function indexes(rows: { index: number }[]): Set<number> {
  return new Set(rows.map(({ index }) => index));
}
