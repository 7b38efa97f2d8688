import { Inject, Injectable } from '@nestjs/common';
import { blobKeys, CodedError, type StageJobs } from '@propago/contracts';
import { Database, type FeatureSet } from '@propago/database';
import type { FrameBatch } from '@propago/encoder';
import { NextSteps, type JobReport, type StageHandler } from '@propago/pipeline';
import { News, STORAGE, type BlobStore } from '@propago/runtime';
import { decodeSegment, encodeSegment, type FeaturesHeader } from '@propago/segments';
import { EncoderMetrics } from './encoder-metrics';
import type { ServedEncoder } from './encoder-slot';
import { ServedEncoders } from './served-encoders';

/** Frames of one segment to L2-normalised patch features. Shared by every run on the same feature set. */
@Injectable()
export class FeaturesProcessor implements StageHandler<'features'> {
  readonly stage = 'features';
  // Two: one segment is read and stored while the other one is in the encoder.
  readonly concurrency = 2;
  /**
   * On the CPU the encoder takes one segment after the other: its threads gain nothing from two, and the first would be
   * late. An accelerator takes the next one while it works: its pixels travel meanwhile.
   */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly database: Database,
    private readonly next: NextSteps,
    private readonly news: News,
    private readonly encoders: ServedEncoders,
    private readonly metrics: EncoderMetrics,
  ) {}

  async process({ featureSetId, segment }: StageJobs['features'], signal: AbortSignal): Promise<JobReport> {
    const id = { featureSetId, index: segment };
    const set = await this.database.featureSet.findUniqueOrThrow({ where: { id: featureSetId } });
    let report: JobReport = { skipped: true };
    if (!(await this.database.featureSegment.count({ where: id }))) {
      const pixels = await this.pixels(set, segment);
      if (!pixels) return { skipped: true };
      signal.throwIfAborted();
      report = await this.extract(set, { segment, file: pixels }, signal);
    }
    await this.next.featuresStored(featureSetId, segment);
    for (const runId of await this.next.activeRuns({ featureSetId })) this.news.progress(runId);
    return report;
  }

  /** The frame segment's file; where it had to make room the video is decoded again. */
  private async pixels({ frameSetId }: FeatureSet, segment: number): Promise<Buffer | undefined> {
    try {
      return await this.storage.get(blobKeys.frames(frameSetId, segment));
    } catch (error) {
      if (!(error instanceof CodedError && error.code === 'BLOB_MISSING')) throw error;
      await this.next.framesNeeded(frameSetId);
      return undefined;
    }
  }

  private async extract(
    set: FeatureSet,
    { segment, file }: { segment: number; file: Buffer },
    signal: AbortSignal,
  ): Promise<JobReport> {
    const key = blobKeys.frames(set.frameSetId, segment);
    const { header, payload } = decodeSegment('frames', file, key);
    const { frames, firstFrame, width, height } = header;
    const batch = { count: frames, width, height };
    const { features, grid, dim, encoderSeconds } = await this.encode(set, { pixels: payload, batch }, signal);
    const out: FeaturesHeader = {
      kind: 'features',
      firstFrame,
      frames,
      rows: grid.rows,
      cols: grid.cols,
      dim,
      dtype: set.precision === 'float16' ? 'float16' : 'float32',
      encoderSha256: set.encoderSha256,
    };
    await this.storage.put(blobKeys.features(set.id, segment), encodeSegment(out, [features]));
    const id = { featureSetId: set.id, index: segment };
    await this.database.featureSegment.upsert({
      where: { featureSetId_index: id },
      create: { ...id, rows: grid.rows, cols: grid.cols, dim, encoderSeconds },
      update: {},
    });
    return { frames, workSeconds: encoderSeconds };
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => {});
    return result;
  }

  /** An abort ends the job at once; the turn passes on only when the encoder is free for the next segment. */
  private encode(
    { encoderSha256: sha256, precision }: FeatureSet,
    { pixels, batch }: { pixels: Uint8Array; batch: FrameBatch },
    signal: AbortSignal,
  ) {
    const encodeInTurn = (encoder: ServedEncoder) => {
      const work = async () => {
        signal.throwIfAborted();
        const start = performance.now();
        const encoded = await encoder.encode(pixels, batch, precision === 'float16' ? 'fp16' : 'fp32');
        const encoderSeconds = (performance.now() - start) / 1000;
        this.metrics.batch(sha256, encoderSeconds);
        return { ...encoded, encoderSeconds };
      };
      return encoder.plan ? work() : this.inTurn(work);
    };
    return this.encoders.use(sha256, encodeInTurn, signal);
  }
}
