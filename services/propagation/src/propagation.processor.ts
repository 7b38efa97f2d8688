import { Inject, Injectable } from '@nestjs/common';
import { AffinityInputError } from '@propago/affinity';
import { blobFolders, blobKeys, CodedError, type StageJobs } from '@propago/contracts';
import { Database } from '@propago/database';
import { labelsToGrid, readStoredMask } from '@propago/labels';
import { NextSteps, type JobReport, type StageHandler } from '@propago/pipeline';
import { CONFIG, News, STORAGE, type BlobStore, type ConfigOf } from '@propago/runtime';
import { encodeSegment, type LabelsHeader } from '@propago/segments';
import { KernelMetrics } from './kernel-metrics';
import {
  classesOf,
  FeaturesMissing,
  parametersOf,
  RunSessions,
  type RunSession,
  type RunWithFeatures,
  type SegmentFrames,
} from './run-sessions';

/** Soft labels of one segment, frame by frame from its context; needs the labels of the segment before. */
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
    private readonly metrics: KernelMetrics,
  ) {
    this.concurrency = config.PROPAGATION_CONCURRENCY;
  }

  async process({ runId, segment }: StageJobs['propagation'], signal: AbortSignal): Promise<JobReport> {
    const run = await this.database.run.findUniqueOrThrow({ where: { id: runId }, include: { featureSet: true } });
    const id = { runId, index: segment };
    let report: JobReport = { skipped: true };
    if (!(await this.database.labelSegment.count({ where: id }))) {
      try {
        report = await this.propagate(run, segment, signal);
      } catch (error) {
        if (!(error instanceof FeaturesMissing)) throw error;
        await this.next.featuresLost(run.featureSetId, error.segment);
        return report;
      }
    }
    await this.next.labelsStored(runId, run.featureSetId, segment);
    this.news.progress(runId);
    return report;
  }

  async discard({ runId }: StageJobs['propagation']): Promise<void> {
    await this.storage.deletePrefix(blobFolders.labels(runId));
  }

  private async propagate(run: RunWithFeatures, segment: number, signal: AbortSignal): Promise<JobReport> {
    const features = await this.sessions.readFeatures(run.featureSet, segment);
    const running = await this.sessions.take(run, features.firstFrame, features);
    const start = performance.now();
    const labels: Float32Array[] = [];
    try {
      for (const rows of features.frames) labels.push(await this.nextLabels(run, running, rows, features, signal));
    } catch (error) {
      running.session.close();
      throw error instanceof AffinityInputError
        ? new CodedError('FEATURES_INVALID', error.message, { cause: error })
        : error;
    }
    const kernelSeconds = (performance.now() - start) / 1000;
    this.sessions.keep(run.id, running);
    const { firstFrame, rows, cols } = features;
    const header: LabelsHeader = {
      kind: 'labels',
      firstFrame,
      frames: labels.length,
      rows,
      cols,
      classes: classesOf(run),
    };
    await this.storage.put(blobKeys.labels(run.id, segment), encodeSegment(header, labels));
    const id = { runId: run.id, index: segment };
    await this.database.labelSegment.upsert({
      where: { runId_index: id },
      create: { ...id, kernelSeconds },
      update: {},
    });
    return { frames: labels.length, workSeconds: kernelSeconds };
  }

  private async nextLabels(
    run: RunWithFeatures,
    running: RunSession,
    features: Float32Array | Uint16Array,
    { rows, cols }: SegmentFrames<unknown>,
    signal: AbortSignal,
  ): Promise<Float32Array> {
    const frame = running.nextFrame;
    const labels =
      frame === 0
        ? await this.firstLabels(run, { rows, cols })
        : await this.propagatedLabels(running, features, signal);
    running.session.addContext(frame, features, labels);
    running.nextFrame++;
    return labels;
  }

  private async propagatedLabels(
    { session, nextFrame }: RunSession,
    features: Float32Array | Uint16Array,
    signal: AbortSignal,
  ): Promise<Float32Array> {
    const start = performance.now();
    const propagated = await session.propagate(nextFrame, features, { signal });
    this.metrics.frame((performance.now() - start) / 1000, propagated);
    return propagated.labels;
  }

  private async firstLabels(run: RunWithFeatures, grid: { rows: number; cols: number }): Promise<Float32Array> {
    const png = await this.storage.get(run.maskKey);
    const mask = readStoredMask(png);
    return labelsToGrid(mask, run.classIds, grid, parametersOf(run).labelResize);
  }
}
