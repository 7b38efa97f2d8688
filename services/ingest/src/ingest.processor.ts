import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { blobFolders, blobKeys, type StageJobs } from '@propago/contracts';
import { Database, type FeatureSet } from '@propago/database';
import { NextSteps, planOf, type JobReport, type StageHandler } from '@propago/pipeline';
import { CONFIG, News, STORAGE, type BlobStore, type ConfigOf } from '@propago/runtime';
import { encodeSegment } from '@propago/segments';
import { openVideoSource, resizeRgb, type VideoSource } from '@propago/video';
import { inSegments, type Segment } from './segments';
import { videoLimits } from './video-limits';

const BACK_PRESSURE_POLL_MS = 50;

/**
 * Decodes a video once into frame segments at the encoder's input size, and writes its frame table.
 * Repeated after a crash it decodes again from the start, but stores only what no later stage has used yet.
 */
@Injectable()
export class IngestProcessor implements StageHandler<'ingest'> {
  readonly stage = 'ingest';
  readonly concurrency: number;

  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'ingest'>,
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly database: Database,
    private readonly next: NextSteps,
    private readonly news: News,
  ) {
    this.concurrency = config.INGEST_CONCURRENCY;
  }

  async process({ featureSetId }: StageJobs['ingest'], signal: AbortSignal): Promise<JobReport> {
    const set = await this.database.featureSet.findUniqueOrThrow({ where: { id: featureSetId } });
    if (await this.isExtracted(set)) {
      await this.next.videoDecoded(set.id);
      return { skipped: true };
    }
    const report = await this.storage.withLocalFile(blobKeys.video(set.videoSha256), async (file) =>
      this.decode(set, await openVideoSource(file, videoLimits(this.config)), signal),
    );
    await this.next.videoDecoded(set.id);
    return report;
  }

  async discard({ featureSetId }: StageJobs['ingest']): Promise<void> {
    await this.storage.deletePrefix(blobFolders.frames(featureSetId));
  }

  /** Whether an earlier run has left the features of every frame. */
  private async isExtracted({ id }: FeatureSet): Promise<boolean> {
    const [table, frames, features] = await Promise.all([
      this.database.frameTable.findUnique({ where: { featureSetId: id } }),
      this.database.frameSegment.count({ where: { featureSetId: id } }),
      this.database.featureSegment.count({ where: { featureSetId: id } }),
    ]);
    return table !== null && features === frames;
  }

  private async decode(set: FeatureSet, source: VideoSource, signal: AbortSignal): Promise<JobReport> {
    const size = { width: set.inputWidth, height: set.inputHeight };
    const resize = set.imageResize as 'bilinear' | 'antialias';
    let frames = 0;
    let workSeconds = 0;
    let mark = performance.now();
    const decoded = inSegments(source.frames(signal), set.segmentFrames, (frame) =>
      resizeRgb(frame.rgb, frame, size, resize),
    );
    for await (const segment of decoded) {
      const decodeSeconds = (performance.now() - mark) / 1000;
      workSeconds += decodeSeconds;
      frames += segment.pixels.length;
      await this.waitForRoom(set.id, segment.index, signal);
      await this.store(set, segment, decodeSeconds);
      mark = performance.now();
    }
    const { num, den } = source.probe.timeBase;
    const table = { frameCount: frames, timeBaseNumerator: num, timeBaseDenominator: den };
    await this.database.frameTable.upsert({
      where: { featureSetId: set.id },
      create: { featureSetId: set.id, ...table },
      update: {},
    });
    return { frames, workSeconds };
  }

  private async store(set: FeatureSet, segment: Segment, decodeSeconds: number): Promise<void> {
    const id = { featureSetId: set.id, index: segment.index };
    if (!(await this.database.featureSegment.count({ where: id }))) {
      const [width, height] = [set.inputWidth, set.inputHeight];
      const header = {
        kind: 'frames',
        firstFrame: segment.firstFrame,
        frames: segment.pixels.length,
        width,
        height,
      } as const;
      await this.storage.put(blobKeys.frames(set.id, segment.index), encodeSegment(header, segment.pixels));
    }
    const { firstFrame, pixels, pts, keyFrames, names } = segment;
    await this.database.frameSegment.upsert({
      where: { featureSetId_index: id },
      create: { ...id, firstFrame, frameCount: pixels.length, pts, keyFrames, names, decodeSeconds },
      update: {},
    });
    await this.next.framesStored(set.id, segment.index);
    for (const runId of await this.next.activeRuns({ featureSetId: set.id })) this.news.progress(runId);
  }

  /**
   * Holds a decoded segment back while the stages behind have enough to do: raw frames must not fill the disk, and the
   * encoder must not take the processor from the first masks. The foremost run counts; others find the features ready.
   */
  private async waitForRoom(featureSetId: string, index: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const runIds = await this.next.activeRuns({ featureSetId });
      const plans = await Promise.all(runIds.map((runId) => planOf(this.database, runId)));
      const foremost = Math.max(0, ...plans.map((plan) => plan?.foremost ?? 0));
      if (index - foremost < this.config.MAX_SEGMENTS_AHEAD) return;
      await sleep(BACK_PRESSURE_POLL_MS, undefined, { signal });
    }
  }
}
