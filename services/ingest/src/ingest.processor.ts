import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { blobFolders, blobKeys, CodedError, type StageJobs } from '@propago/contracts';
import { activeRun, Database, frameKeepingRun, type FrameSet } from '@propago/database';
import { NextSteps, planOf, Queues, type JobReport, type StageHandler } from '@propago/pipeline';
import { CONFIG, News, STORAGE, type BlobStore, type ConfigOf } from '@propago/runtime';
import { encodeSegment } from '@propago/segments';
import { openVideoSource, resizeRgb, type VideoSource } from '@propago/video';
import { FrameTableService } from './frame-table.service';
import { framesSince, type Continuation } from './frames-since';
import { inSegments, type Segment } from './segments';
import { videoLimits } from './video-limits';

const BACK_PRESSURE_POLL_MS = 50;
/** Beginning anew costs the frames since the last key frame, so a place is not given away for less than this. */
const PATIENCE_MS = 1000;

/**
 * Decodes a video once into frame segments at an input size, for all encoders that see it at this size, and writes its
 * frame table. It goes on where the last attempt ended, and stores only pixels that somebody waits for. While it must not
 * go on because the stages behind have enough to do, it leaves its place to another video that waits for one.
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
    private readonly queues: Queues,
  ) {
    this.concurrency = config.INGEST_CONCURRENCY;
  }

  async process({ frameSetId }: StageJobs['ingest'], signal: AbortSignal): Promise<JobReport> {
    const set = await this.database.frameSet.findUniqueOrThrow({ where: { id: frameSetId } });
    const first = await this.firstMissing(set);
    if (first === null) {
      await this.next.videoDecoded(set.id);
      return { skipped: true };
    }
    if (!(await this.waitForRoom(set.id, first, signal))) return { skipped: true };
    const content = set.videoSha256;
    const decode = async (file: string): Promise<JobReport> => {
      try {
        return await this.decodeFrom(first, set, await openVideoSource(file, videoLimits(this.config)), signal);
      } catch (error) {
        if (error instanceof CodedError && !signal.aborted) await this.table.fail(content, error);
        throw error;
      }
    };
    const report = await this.storage.withLocalFile(blobKeys.video(content), decode, { content });
    await this.next.videoDecoded(set.id);
    return report;
  }

  /** Frames stay for later runs, unless the run that they were decoded for has come to nothing. */
  async discard({ frameSetId }: StageJobs['ingest']): Promise<void> {
    const keeping = await this.database.run.count({ where: { featureSet: { frameSetId }, ...frameKeepingRun } });
    if (keeping === 0) await this.storage.deletePrefix(blobFolders.frames(frameSetId));
  }

  /** The first segment that has not been decoded, or whose pixels somebody waits for; null: there is none. */
  private async firstMissing({ id, videoSha256, segmentFrames }: FrameSet): Promise<number | null> {
    const frameCount = await this.table.frameCount(videoSha256);
    const decoded = await this.database.frameSegment.findMany({ where: { frameSetId: id }, select: { index: true } });
    const known = new Set(decoded.map(({ index }) => index));
    const stored = new Set<string>();
    for await (const { key } of this.storage.list(blobFolders.frames(id))) stored.add(key);
    for (let index = 0; frameCount === null || index * segmentFrames < frameCount; index++) {
      const isThere = known.has(index) && stored.has(blobKeys.frames(id, index));
      if (isThere) continue;
      if ((frameCount === null && !known.has(index)) || (await this.isAwaited(id, index))) return index;
    }
    return null;
  }

  /** Whether an encoder has yet to see the frames of a segment, for a run that goes on. */
  private async isAwaited(frameSetId: string, index: number): Promise<boolean> {
    const where = { frameSetId, runs: { some: activeRun }, featureSegments: { none: { index } } };
    return (await this.database.featureSet.count({ where })) > 0;
  }

  /** A stream that fails when it is decoded from the middle may be whole when it is decoded from the start. */
  private async decodeFrom(first: number, set: FrameSet, source: VideoSource, signal: AbortSignal): Promise<JobReport> {
    const continuation: Continuation = { videoSha256: set.videoSha256, first: first * set.segmentFrames };
    try {
      return await this.decode(set, { source, continuation }, signal);
    } catch (error) {
      const mayLieInThat = error instanceof CodedError && !error.kind.retryable && continuation.fromTheMiddle;
      if (!mayLieInThat || signal.aborted) throw error;
      return this.decode(set, { source, continuation: { ...continuation, first: 0, fromTheMiddle: false } }, signal);
    }
  }

  private async decode(
    set: FrameSet,
    { source, continuation }: { source: VideoSource; continuation: Continuation },
    signal: AbortSignal,
  ): Promise<JobReport> {
    const { width, height, segmentFrames } = set;
    const resize = set.imageResize as 'bilinear' | 'antialias';
    let frames = 0;
    let workSeconds = 0;
    let mark = performance.now();
    const decoded = inSegments(framesSince(source, this.table, continuation, signal), segmentFrames, (frame) =>
      resizeRgb(frame.rgb, frame, { width, height }, resize),
    );
    for await (const segment of decoded) {
      const decodeSeconds = (performance.now() - mark) / 1000;
      workSeconds += decodeSeconds;
      if (!(await this.waitForRoom(set.id, segment.index, signal))) return { frames, workSeconds };
      frames += segment.rows.length;
      await this.store(set, segment, decodeSeconds);
      mark = performance.now();
    }
    await this.table.complete(set.videoSha256, continuation.first + frames, source.probe);
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
   * @returns false when there is no room yet and another video waits for this place: whoever makes room has this one
   *   decoded further
   */
  private async waitForRoom(frameSetId: string, index: number, signal: AbortSignal): Promise<boolean> {
    for (const begin = performance.now(); ;) {
      signal.throwIfAborted();
      const runIds = await this.next.activeRuns({ frameSetId });
      const plans = await Promise.all(runIds.map((runId) => planOf(this.database, runId)));
      const foremost = Math.max(0, ...plans.map((plan) => plan?.foremost ?? 0));
      if (index - foremost < this.config.MAX_SEGMENTS_AHEAD) return true;
      const isImpatient = performance.now() - begin > PATIENCE_MS;
      if (isImpatient && (await this.queues.of('ingest').getWaitingCount()) > 0) return false;
      await sleep(BACK_PRESSURE_POLL_MS, undefined, { signal });
    }
  }
}
