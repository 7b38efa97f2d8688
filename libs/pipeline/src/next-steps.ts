import type { CodedError, QueueName, RunEndState, StageJobs } from '@propago/contracts';
import { activeRun, type Database } from '@propago/database';
import { inTraceOf } from '@propago/tracing';
import type { Queues, Urgency } from './queues';

/**
 * What follows what, segment by segment. Each method is called after its rows are committed and enqueues what they
 * enable. Two enablers may both come last; the job's id removes the double.
 */
export class NextSteps {
  constructor(
    private readonly database: Database,
    private readonly queues: Queues,
  ) {}

  /** A run is accepted: its video must be decoded, or is already, or another run's decoding is under way. */
  async runAccepted(featureSetId: string): Promise<void> {
    await this.framesNeeded(featureSetId);
    const firstFeatures = await this.database.featureSegment.count({ where: { featureSetId, index: 0 } });
    if (firstFeatures) await this.featuresStored(featureSetId, 0);
  }

  async framesNeeded(featureSetId: string): Promise<void> {
    await this.queues.add('ingest', { featureSetId }, await this.urgencyOf({ featureSetId }));
  }

  async framesStored(featureSetId: string, segment: number): Promise<void> {
    await this.queues.add('features', { featureSetId, segment }, await this.urgencyOf({ featureSetId }));
  }

  /** Propagation of a segment needs its features and the labels of the segment before. */
  async featuresStored(featureSetId: string, segment: number): Promise<void> {
    const previousLabels = segment === 0 ? {} : { labelSegments: { some: { index: segment - 1 } } };
    const runs = await this.database.run.findMany({
      where: { featureSetId, ...activeRun, ...previousLabels },
      select: { id: true, traceparent: true, shadowOfId: true },
    });
    await Promise.all(
      runs.map(({ id, traceparent, shadowOfId }) => {
        const urgency = shadowOfId ? 'background' : 'user';
        return inTraceOf(traceparent, () => this.queues.add('propagation', { runId: id, segment }, urgency));
      }),
    );
  }

  /** The storage lacks features that a row promises: they are made again, from the video. */
  async featuresLost(featureSetId: string, segment: number): Promise<void> {
    await this.database.featureSegment.deleteMany({ where: { featureSetId, index: segment } });
    await this.framesNeeded(featureSetId);
  }

  async labelsStored(runId: string, featureSetId: string, segment: number): Promise<void> {
    const urgency = await this.urgencyOf({ id: runId });
    await this.queues.add('results', { kind: 'segment', runId, segment }, urgency);
    const next = { featureSetId, index: segment + 1 };
    const ready = await this.database.featureSegment.count({ where: next });
    if (ready) await this.queues.add('propagation', { runId, segment: next.index }, urgency);
  }

  /** The number of frames is known, so the last masks may have been the last thing missing. */
  async videoDecoded(featureSetId: string): Promise<void> {
    const runIds = await this.activeRuns({ featureSetId });
    await Promise.all(runIds.map((runId) => this.queues.add('results', { kind: 'end', runId })));
  }

  async runCancelled(runId: string): Promise<void> {
    await this.queues.add('results', { kind: 'end', runId });
  }

  async runDeleted(runId: string): Promise<void> {
    await this.queues.add('housekeeping', { kind: 'purge', runId });
  }

  /** A run has ended: its shadows begin, or end with it. */
  async runEnded(runId: string, state: RunEndState): Promise<void> {
    const shadows = await this.database.run.findMany({
      where: { shadowOfId: runId, outcome: { is: null } },
      select: { id: true, featureSetId: true, traceparent: true },
    });
    for (const { id, featureSetId, traceparent } of shadows) {
      await inTraceOf(traceparent, () =>
        state === 'succeeded' ? this.runAccepted(featureSetId) : this.runCancelled(id),
      );
    }
  }

  /** A shadow run has succeeded. */
  async shadowEnded(shadowRunId: string): Promise<void> {
    await this.queues.add('housekeeping', { kind: 'compare', runId: shadowRunId }, 'background');
  }

  /** A job has failed for good: so have the runs that needed it. */
  async jobFailed(data: StageJobs[QueueName], error: CodedError): Promise<void> {
    // What a run does not need to end well does not end it: an export can be asked for again.
    if ('kind' in data && data.kind !== 'segment') return;
    const runIds = await this.activeRuns(data);
    const cause = { code: error.code, detail: error.message };
    await Promise.all(runIds.map((runId) => this.queues.add('results', { kind: 'end', runId, error: cause })));
  }

  /** Work that no user's run wants can wait. */
  private async urgencyOf(which: { id: string } | { featureSetId: string }): Promise<Urgency> {
    const wanting = await this.database.run.count({ where: { ...which, shadowOfId: null, ...activeRun } });
    return wanting > 0 ? 'user' : 'background';
  }

  /** Whether any run still wants what this job is to do. */
  async isWanted(data: StageJobs[QueueName]): Promise<boolean> {
    if ('kind' in data && data.kind !== 'segment') return true;
    return (await this.activeRuns(data)).length > 0;
  }

  /** Ids of the runs that still want what a job, or a feature set, is for. */
  async activeRuns(data: { runId: string } | { featureSetId: string }): Promise<string[]> {
    const which = 'runId' in data ? { id: data.runId } : { featureSetId: data.featureSetId };
    const runs = await this.database.run.findMany({ where: { ...which, ...activeRun }, select: { id: true } });
    return runs.map(({ id }) => id);
  }
}
