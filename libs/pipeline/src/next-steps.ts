import { STAGES, type CodedError, type QueueName, type RunEndState, type StageJobs } from '@propago/contracts';
import { activeRun, type Database, type Prisma } from '@propago/database';
import { inTraceOf } from '@propago/tracing';
import { jobsOf, type Stored } from './jobs-of';
import type { Queues } from './queues';
import { planOf } from './run-plan';
import type { Line } from './turns';

/** A run that wants work. */
interface WantingRun {
  id: string;
  featureSetId: string;
  featureSet: { frameSetId: string };
  traceparent: string | null;
  shadowOfId: string | null;
  tenant: string;
}

/** The columns of a WantingRun. */
export const WANTING = {
  id: true,
  featureSetId: true,
  featureSet: { select: { frameSetId: true } },
  traceparent: true,
  shadowOfId: true,
  tenant: true,
} as const;

/** One run, or all that share features or frames. */
type WhichRuns = { runId: string } | { featureSetId: string } | { frameSetId: string };

function whereOf(which: WhichRuns): Prisma.RunWhereInput {
  if ('runId' in which) return { id: which.runId };
  if ('featureSetId' in which) return { featureSetId: which.featureSetId };
  return { featureSet: { frameSetId: which.frameSetId } };
}

/**
 * What follows what, segment by segment. Each method is called after its rows are committed and enqueues what they
 * enable, as the plan of the run says. Two enablers may both come last; the job's id removes the double.
 */
export class NextSteps {
  constructor(
    private readonly database: Database,
    private readonly queues: Queues,
  ) {}

  /** A run is accepted: its video must be decoded, or is already, or another run's decoding is under way. */
  async runAccepted({ id: featureSetId, frameSetId }: { id: string; frameSetId: string }): Promise<void> {
    await this.framesNeeded(frameSetId);
    await this.advanceAll({ featureSetId });
  }

  /** The prompts of a run have changed. */
  async runPrompted(runId: string): Promise<void> {
    await this.advanceAll({ runId });
  }

  async framesNeeded(frameSetId: string): Promise<void> {
    await this.queues.add('ingest', { frameSetId }, await this.lineOf({ featureSet: { frameSetId }, ...activeRun }));
  }

  async framesStored(frameSetId: string, segment: number): Promise<void> {
    await this.advanceAll({ frameSetId }, { stage: 'ingest', segment });
  }

  async featuresStored(featureSetId: string, segment: number): Promise<void> {
    await this.advanceAll({ featureSetId }, { stage: 'features', segment });
  }

  /** The storage lacks features that a row promises: they are made again, from the video. */
  async featuresLost({ id, frameSetId }: { id: string; frameSetId: string }, segment: number): Promise<void> {
    await this.database.featureSegment.deleteMany({ where: { featureSetId: id, index: segment } });
    await this.framesNeeded(frameSetId);
  }

  /** The storage lacks labels of a pass that rows promise: the pass is walked again from its start. */
  async labelsLost(runId: string, pass: string): Promise<void> {
    await this.database.labelSegment.deleteMany({ where: { runId, pass } });
    await this.advanceAll({ runId });
  }

  async labelsStored(runId: string, pass: string, segment: number): Promise<void> {
    await this.advanceAll({ runId }, { stage: 'propagation', pass, segment });
  }

  /** The number of frames is known, so the last masks may have been the last thing missing. */
  async videoDecoded(frameSetId: string): Promise<void> {
    await this.advanceAll({ frameSetId });
  }

  async runCancelled(runId: string): Promise<void> {
    await this.queues.add('results', { kind: 'end', runId }, await this.lineOf({ id: runId }));
  }

  async runDeleted(runId: string): Promise<void> {
    await this.queues.add('housekeeping', { kind: 'purge', runId }, await this.lineOf({ id: runId }));
  }

  /** Somebody wants a file of a run. */
  async exportRequested(runId: string, exportId: string): Promise<void> {
    await this.queues.add('exports', { kind: 'export', runId, exportId }, await this.lineOf({ id: runId }));
  }

  /** Nobody wants a file any more, and its row is gone. */
  async exportRemoved(runId: string, exportId: string): Promise<void> {
    const line = await this.lineOf({ id: runId });
    await this.queues.add('housekeeping', { kind: 'remove-export', runId, removed: exportId }, line);
  }

  async videoDeleted({ id, tenant }: { id: string; tenant: string }): Promise<void> {
    await this.queues.add('housekeeping', { kind: 'purge-video', videoId: id }, { tenant, urgency: 'background' });
  }

  /** A run has ended: its shadows begin, or end with it. */
  async runEnded(runId: string, state: RunEndState): Promise<void> {
    const shadows = await this.database.run.findMany({
      where: { shadowOfId: runId, outcome: { is: null } },
      select: { id: true, featureSet: true, traceparent: true },
    });
    for (const { id, featureSet, traceparent } of shadows) {
      await inTraceOf(traceparent, () =>
        state === 'succeeded' ? this.runAccepted(featureSet) : this.runCancelled(id),
      );
    }
  }

  /** A shadow run has succeeded. */
  async shadowEnded(shadowRunId: string): Promise<void> {
    await this.queues.add(
      'housekeeping',
      { kind: 'compare', runId: shadowRunId },
      await this.lineOf({ id: shadowRunId }),
    );
  }

  /** A job has failed for good: so have the runs that needed it. */
  async jobFailed(data: StageJobs[QueueName], error: CodedError): Promise<void> {
    // What a run does not need to end well does not end it: an export can be asked for again.
    if ('kind' in data && data.kind !== 'segment') return;
    const runIds = await this.activeRuns(data);
    const cause = { code: error.code, detail: error.message };
    for (const runId of runIds) {
      await this.queues.add('results', { kind: 'end', runId, error: cause }, await this.lineOf({ id: runId }));
    }
  }

  /** Enqueues what a run can do next: all of it, or only what something that was just stored can have enabled. */
  async advance(run: WantingRun, stored: Stored = undefined): Promise<void> {
    const plan = await planOf(this.database, run.id);
    if (!plan) return;
    const wanted = jobsOf(plan, run, stored);
    for (const stage of STAGES) {
      for (const data of wanted[stage]) await this.queues.add(stage, data as StageJobs[typeof stage], line(run));
    }
  }

  private async advanceAll(which: WhichRuns, stored?: Stored): Promise<void> {
    const runs = await this.database.run.findMany({ where: { ...whereOf(which), ...activeRun }, select: WANTING });
    for (const run of runs) await inTraceOf(run.traceparent, () => this.advance(run, stored));
  }

  /** The line of the first of some runs that a user waits for, if there is one. */
  private async lineOf(which: Prisma.RunWhereInput): Promise<Line> {
    const found = await this.database.run.findFirst({
      where: which,
      select: WANTING,
      orderBy: [{ shadowOfId: { sort: 'asc', nulls: 'first' } }, { createdAt: 'asc' }],
    });
    return found ? line(found) : { tenant: '', urgency: 'background' };
  }

  /** Whether any run still wants what this job is to do. */
  async isWanted(data: StageJobs[QueueName]): Promise<boolean> {
    if ('exportId' in data) {
      const { exportId: id } = data;
      return (await this.database.export.count({ where: { id, run: { deletedAt: null } } })) > 0;
    }
    if ('sha256' in data) {
      return (await this.database.uploadedVideo.count({ where: { videoSha256: data.sha256, deletedAt: null } })) > 0;
    }
    if ('kind' in data && data.kind !== 'segment') return true;
    return (await this.activeRuns(data)).length > 0;
  }

  /** Ids of the runs that still want what a job, or a set of frames or features, is for. */
  async activeRuns(which: WhichRuns): Promise<string[]> {
    const runs = await this.database.run.findMany({ where: { ...whereOf(which), ...activeRun }, select: { id: true } });
    return runs.map(({ id }) => id);
  }
}

const line = ({ tenant, shadowOfId }: WantingRun): Line => ({ tenant, urgency: shadowOfId ? 'background' : 'user' });
