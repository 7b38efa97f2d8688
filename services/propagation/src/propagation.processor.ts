import { Inject, Injectable } from '@nestjs/common';
import { AffinityInputError } from '@propago/affinity';
import { blobFolders, blobKeys, CodedError, type StageJobs } from '@propago/contracts';
import { Database } from '@propago/database';
import { LabelsMissing, NextSteps, planOf, type JobReport, type StageHandler } from '@propago/pipeline';
import { framesWithin, stepOf, type PassWalk } from '@propago/passes';
import { CONFIG, News, STORAGE, type BlobStore, type ConfigOf } from '@propago/runtime';
import { encodeSegment, type LabelsHeader } from '@propago/segments';
import { KernelMetrics } from './kernel-metrics';
import { PromptLabels } from './prompt-labels';
import { classesOf, type RunPass } from './run-pass';
import { RunSessions } from './run-sessions';
import { FeaturesMissing, StoredSegments, type SegmentFrames } from './stored-segments';

/** Soft labels of one segment of a pass, frame by frame from its context; needs those of the segment before it. */
@Injectable()
export class PropagationProcessor implements StageHandler<'propagation'> {
  readonly stage = 'propagation';
  readonly concurrency: number;

  constructor(
    @Inject(CONFIG) config: ConfigOf<'propagation'>,
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly database: Database,
    private readonly next: NextSteps,
    private readonly news: News,
    private readonly sessions: RunSessions,
    private readonly stored: StoredSegments,
    private readonly prompts: PromptLabels,
    private readonly metrics: KernelMetrics,
  ) {
    this.concurrency = config.PROPAGATION_CONCURRENCY;
  }

  async process({ runId, pass: key, segment }: StageJobs['propagation'], signal: AbortSignal): Promise<JobReport> {
    const wanted = await this.wanted(runId, key, segment);
    let report: JobReport = { skipped: true };
    if (wanted) {
      try {
        report = await this.propagate(wanted, segment, signal);
      } catch (error) {
        if (error instanceof FeaturesMissing) await this.next.featuresLost(wanted.run.featureSet, error.segment);
        else if (error instanceof LabelsMissing) await this.next.labelsLost(runId, key);
        else if (error instanceof AffinityInputError)
          throw new CodedError('FEATURES_INVALID', error.message, { cause: error });
        else throw error;
        return report;
      }
    }
    await this.next.labelsStored(runId, key, segment);
    this.news.progress(runId);
    return report;
  }

  /** Labels of a run that has succeeded are kept: a correction goes on from them. */
  async discard({ runId }: StageJobs['propagation']): Promise<void> {
    const succeeded = await this.database.runOutcome.count({ where: { runId, state: 'succeeded' } });
    if (succeeded === 0) await this.storage.deletePrefix(blobFolders.labels(runId));
  }

  /** The run and the pass, as long as its prompts still ask for this segment and it is not there yet. */
  private async wanted(runId: string, key: string, segment: number): Promise<RunPass | undefined> {
    // At one moment: the key of a pass names what its prompts say.
    return this.database.$transaction(
      async (transaction) => {
        const plan = await planOf(transaction, runId);
        const pass = plan?.propagation.find((next) => next.pass.key === key && next.segment === segment)?.pass;
        if (!pass) return undefined;
        const include = {
          featureSet: { include: { frameSet: true, video: true } },
          objects: true,
          prompts: true,
          keypointPrompts: true,
        };
        return { pass, run: await transaction.run.findUniqueOrThrow({ where: { id: runId }, include }) };
      },
      { isolationLevel: 'RepeatableRead' },
    );
  }

  private async propagate(of: RunPass, segment: number, signal: AbortSignal): Promise<JobReport> {
    const { run, pass } = of;
    const features = await this.stored.features(run.featureSet, segment);
    const frames = framesWithin(pass, features.firstFrame, features.frames.length);
    // The video has ended before the prompted frame, and so will the run.
    if (frames.length === 0) return { skipped: true };
    const step = stepOf(pass, frames[0]!);
    const labels: Float32Array[] = [];
    const kernelSeconds = await this.sessions.use(of, { step, features }, async (walk) => {
      const start = performance.now();
      for (const frame of frames) labels.push(await this.label(of, walk, { frame, features }, signal));
      return (performance.now() - start) / 1000;
    });
    if (pass.direction === 'backward') labels.reverse();
    const header: LabelsHeader = {
      kind: 'labels',
      firstFrame: Math.min(frames[0]!, frames.at(-1)!),
      frames: labels.length,
      rows: features.rows,
      cols: features.cols,
      classes: classesOf(of),
    };
    await this.storage.put(blobKeys.labels(run.id, pass.key, segment), encodeSegment(header, labels));
    const id = { runId: run.id, pass: pass.key, index: segment };
    await this.database.labelSegment.upsert({
      where: { runId_pass_index: id },
      create: { ...id, frameCount: labels.length, kernelSeconds },
      update: {},
    });
    return { frames: labels.length, workSeconds: kernelSeconds };
  }

  private async label(
    of: RunPass,
    walk: PassWalk,
    { frame, features }: { frame: number; features: SegmentFrames<Float32Array | Uint16Array> },
    signal: AbortSignal,
  ): Promise<Float32Array> {
    const start = performance.now();
    const rows = features.frames[frame - features.firstFrame]!;
    const { labels, propagation } = await walk.next(rows, () => this.prompts.of(of, features), { signal });
    if (propagation) this.metrics.frame((performance.now() - start) / 1000, propagation);
    return labels;
  }
}
