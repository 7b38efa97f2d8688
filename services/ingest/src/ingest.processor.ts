import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { blobFolders, blobKeys, CodedError, type StageJobs } from '@propago/contracts';
import { activeRun, Database, type FrameSet } from '@propago/database';
import { NextSteps, planOf, type JobReport, type StageHandler } from '@propago/pipeline';
import { CONFIG, News, STORAGE, type BlobStore, type ConfigOf } from '@propago/runtime';
import { encodeSegment } from '@propago/segments';
import { openVideoSource, resizeRgb, type VideoSource } from '@propago/video';
import { FrameTableService } from './frame-table.service';
import { inSegments, type Segment } from './segments';
import { videoLimits } from './video-limits';

const BACK_PRESSURE_POLL_MS = 50;

/**
 * Decodes a video once into frame segments at an input size, for all encoders that see it at this size, and writes its
 * frame table. Repeated after a crash it decodes again from the start, but stores only pixels that somebody waits for.
 */
@Injectable()
export class IngestProcessor implements StageHandler<'ingest'> {
  readonly stage = 'ingest';
  readonly concurrency: number;

  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'ingest'>,
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly database: Database,
    private readonly table: FrameTableService,
    private readonly next: NextSteps,
    private readonly news: News,
  ) {
    this.concurrency = config.INGEST_CONCURRENCY;
  }

  async process({ frameSetId }: StageJobs['ingest'], signal: AbortSignal): Promise<JobReport> {
    const set = await this.database.frameSet.findUniqueOrThrow({ where: { id: frameSetId } });
    if (await this.isDecoded(set)) {
      await this.next.videoDecoded(set.id);
      return { skipped: true };
    }
    const report = await this.storage.withLocalFile(blobKeys.video(set.videoSha256), async (file) => {
      try {
        return await this.decode(set, await openVideoSource(file, videoLimits(this.config)), signal);
      } catch (error) {
        if (error instanceof CodedError && !signal.aborted) await this.table.fail(set.videoSha256, error);
        throw error;
      }
    });
    await this.next.videoDecoded(set.id);
    return report;
  }

  /** Frames stay for later runs as long as their set does. A worker that had been taken for dead may come after its end. */
  async discard({ frameSetId }: StageJobs['ingest']): Promise<void> {
    const isKept = await this.database.frameSet.count({ where: { id: frameSetId } });
    if (!isKept) await this.storage.deletePrefix(blobFolders.frames(frameSetId));
  }

  /** Whether the number of frames is known, and every segment is there that somebody waits for. */
  private async isDecoded({ id, videoSha256, segmentFrames }: FrameSet): Promise<boolean> {
    const frameCount = await this.table.frameCount(videoSha256);
    if (frameCount === null) return false;
    const decoded = await this.database.frameSegment.findMany({ where: { frameSetId: id }, select: { index: true } });
    const known = new Set(decoded.map(({ index }) => blobKeys.frames(id, index)));
    const stored = new Set<string>();
    for await (const { key } of this.storage.list(blobFolders.frames(id))) if (known.has(key)) stored.add(key);
    for (let index = 0; index * segmentFrames < frameCount; index++) {
      if (!stored.has(blobKeys.frames(id, index)) && (await this.isAwaited(id, index))) return false;
    }
    return true;
  }

  /** Whether an encoder has yet to see the frames of a segment, for a run that goes on. */
  private async isAwaited(frameSetId: string, index: number): Promise<boolean> {
    const where = { frameSetId, runs: { some: activeRun }, featureSegments: { none: { index } } };
    return (await this.database.featureSet.count({ where })) > 0;
  }

  private async decode(set: FrameSet, source: VideoSource, signal: AbortSignal): Promise<JobReport> {
    const { width, height, segmentFrames } = set;
    const resize = set.imageResize as 'bilinear' | 'antialias';
    let frames = 0;
    let workSeconds = 0;
    let mark = performance.now();
    const decoded = inSegments(source.frames(signal), segmentFrames, (frame) =>
      resizeRgb(frame.rgb, frame, { width, height }, resize),
    );
    for await (const segment of decoded) {
      const decodeSeconds = (performance.now() - mark) / 1000;
      workSeconds += decodeSeconds;
      frames += segment.rows.length;
      await this.waitForRoom(set.id, segment.index, signal);
      await this.store(set, segment, decodeSeconds);
      mark = performance.now();
    }
    await this.table.complete(set.videoSha256, frames, source.probe);
    return { frames, workSeconds };
  }

  private async store(set: FrameSet, segment: Segment<Buffer>, decodeSeconds: number): Promise<void> {
    const { index, rows, pixels } = segment;
    const { width, height } = set;
    const frames = rows.length;
    const key = blobKeys.frames(set.id, index);
    if ((await this.isAwaited(set.id, index)) && !(await this.storage.stat(key))) {
      const header = { kind: 'frames', firstFrame: rows[0]!.index, frames, width, height } as const;
      await this.storage.put(key, encodeSegment(header, pixels));
    }
    await this.table.store(set.videoSha256, rows);
    const id = { frameSetId: set.id, index };
    await this.database.frameSegment.upsert({
      where: { frameSetId_index: id },
      create: { ...id, frameCount: frames, decodeSeconds },
      update: {},
    });
    await this.next.framesStored(set.id, index);
    for (const runId of await this.next.activeRuns({ frameSetId: set.id })) this.news.progress(runId);
  }

  /**
   * Holds a decoded segment back while the stages behind have enough to do: raw frames must not fill the disk, and the
   * encoder must not take the processor from the first masks. The foremost run counts; others find the frames ready.
   */
  private async waitForRoom(frameSetId: string, index: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const runIds = await this.next.activeRuns({ frameSetId });
      const plans = await Promise.all(runIds.map((runId) => planOf(this.database, runId)));
      const foremost = Math.max(0, ...plans.map((plan) => plan?.foremost ?? 0));
      if (index - foremost < this.config.MAX_SEGMENTS_AHEAD) return;
      await sleep(BACK_PRESSURE_POLL_MS, undefined, { signal });
    }
  }
}
