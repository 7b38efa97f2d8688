import { createReadStream } from 'node:fs';
import path from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { averageFrameRate, blobKeys, type FrameSpan } from '@propago/contracts';
import { Database } from '@propago/database';
import type { JobReport } from '@propago/pipeline';
import { CONFIG, STORAGE, type BlobStore, type ConfigOf } from '@propago/runtime';
import { withScratchFolder } from '@propago/storage';
import { DEFAULT_VIDEO_LIMITS, encodeVideo, openVideoSource, type VideoSource } from '@propago/video';
import { OverlayFrames } from './overlay-frames';
import { sizeOf } from './video-size';

const FALLBACK_FRAME_RATE = 24;

/** Renders the video with its masks and key points painted over it, when somebody asks for it. */
@Injectable()
export class OverlayService {
  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'results'>,
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly database: Database,
  ) {}

  async render(runId: string, signal: AbortSignal): Promise<JobReport> {
    const run = await this.database.run.findUniqueOrThrow({
      where: { id: runId },
      include: { featureSet: { include: { video: true } } },
    });
    const key = blobKeys.overlay(runId, run.revision);
    if (await this.storage.stat(key)) return { skipped: true };
    const { video } = run.featureSet;
    return withScratchFolder('overlay', async (folder) => {
      const file = path.join(folder, 'overlay.mp4');
      await this.storage.withLocalFile(video.blobKey, async (source) => {
        const opened = await openVideoSource(source, this.limits());
        const span = await this.spanOf(video.sha256);
        const frameRate = averageFrameRate(opened.probe, span) ?? FALLBACK_FRAME_RATE;
        await encodeVideo(file, { ...sizeOf(video), frameRate, signal }, this.painted(runId, opened, signal));
      });
      await this.storage.putStream(key, createReadStream(file));
      return {};
    });
  }

  private async spanOf(videoSha256: string): Promise<FrameSpan | null> {
    const { _count, _min, _max } = await this.database.videoFrame.aggregate({
      where: { videoSha256 },
      _count: true,
      _min: { pts: true },
      _max: { pts: true },
    });
    return _count === 0 ? null : { frames: _count, firstPts: Number(_min.pts), lastPts: Number(_max.pts) };
  }

  private limits() {
    const { MAX_FRAMES, MAX_SIDE, DECODE_TIMEOUT_SECONDS } = this.config;
    return { ...DEFAULT_VIDEO_LIMITS, maxFrames: MAX_FRAMES, maxSide: MAX_SIDE, decodeSeconds: DECODE_TIMEOUT_SECONDS };
  }

  private async *painted(runId: string, source: VideoSource, signal: AbortSignal): AsyncGenerator<Buffer> {
    const frames = await OverlayFrames.of(this.database, this.storage, runId);
    for await (const frame of source.frames(signal)) yield await frames.painted(frame.rgb, frame);
  }
}
