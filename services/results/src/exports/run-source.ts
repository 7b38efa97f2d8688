import { averageFrameRate, CodedError, runLabel, type TrackedKeypoints } from '@propago/contracts';
import { type Database, frameStepsOf } from '@propago/database';
import type { ExportedFrame, ExportedMask, ExportedPicture, ExportedRun, FormatSource } from '@propago/formats';
import { completePalette } from '@propago/labels';
import type { BlobStore, ConfigOf } from '@propago/runtime';
import { DEFAULT_VIDEO_LIMITS, openVideoSource } from '@propago/video';
import { probeOf, sizeOf } from '../video-size';
import type { WantedExport } from './wanted-export';

/** Frames whose masks are in memory at once; of 64 objects they are some MB. */
const PAGE_FRAMES = 64;
/** Where neither headers nor time stamps tell: what programs assume of pictures. */
const FALLBACK_FRAME_RATE = 24;

/** What an export is to be read with. */
interface Reading {
  wanted: WantedExport;
  signal: AbortSignal;
  /** Told of each frame before it is given out. */
  onFrame: (index: number) => Promise<void>;
}

/** The masks of one revision of a run, frame by frame, and the pictures that belong to them. */
export class RunSource {
  constructor(
    private readonly database: Database,
    private readonly storage: BlobStore,
    private readonly config: Pick<ConfigOf<'results'>, 'MAX_FRAMES' | 'MAX_SIDE' | 'DECODE_TIMEOUT_SECONDS'>,
    private readonly reading: Reading,
  ) {}

  async open(): Promise<FormatSource> {
    return {
      run: await this.describe(),
      frames: () => this.frames(),
      withPictures: (use) => this.withPictures(use),
    };
  }

  /** @throws CodedError EXPORT_OUTDATED when masks may have been read that were made for other prompts */
  async assertCurrent(): Promise<void> {
    const { run, revision } = this.reading.wanted;
    const { revision: now } = await this.database.run.findUniqueOrThrow({ where: { id: run.id } });
    if (now !== revision) {
      const detail = `The run is at revision ${now} and no longer at ${revision}; ask for the export again.`;
      throw new CodedError('EXPORT_OUTDATED', detail);
    }
  }

  private async describe(): Promise<ExportedRun> {
    const { run, options, frames } = this.reading.wanted;
    const { objects: chosen } = options as { objects?: number[] };
    const { video } = run.featureSet;
    const objects = run.objects.filter(({ id }) => chosen?.includes(id) ?? true);
    return {
      label: runLabel({ ...run, videoName: run.video?.fileName ?? null }),
      ...sizeOf(video),
      frames,
      frameRate:
        averageFrameRate(probeOf(video), await frameStepsOf(this.database, video.sha256)) ?? FALLBACK_FRAME_RATE,
      objects: objects.filter(({ kind }) => kind === 'mask').map(({ id, name }) => ({ id, name })),
      keypointObjects: objects
        .filter(({ kind }) => kind === 'keypoints')
        .map(({ id, name, points, skeleton }) => ({ id, name, points, skeleton: skeleton as [string, string][] })),
      palette: completePalette(run.palette),
      promptedFrames: run.prompts.map(({ frame }) => frame),
    };
  }

  private async *frames(): AsyncGenerator<ExportedFrame> {
    const { wanted, signal, onFrame } = this.reading;
    const { run, frames, options } = wanted;
    const { objects: chosen } = options as { objects?: number[] };
    const { timeBase } = probeOf(run.featureSet.video);
    for (let first = 0; first < frames; first += PAGE_FRAMES) {
      const last = Math.min(first + PAGE_FRAMES, frames);
      const rows = await this.database.frameResult.findMany({
        where: { runId: run.id, frame: { gte: first, lt: last } },
        orderBy: { frame: 'asc' },
      });
      // Masks of other prompts come only after the revision has grown.
      await this.assertCurrent();
      if (rows.length < last - first) {
        throw new CodedError('BLOB_MISSING', `Some of the masks of frames ${first} to ${last - 1} are missing.`);
      }
      for (const { frame: index, pts, name, classes, keypoints } of rows) {
        signal.throwIfAborted();
        await onFrame(index);
        const isChosen = ({ id }: { id: number }) => chosen?.includes(id) ?? true;
        yield {
          index,
          pts: Number(pts),
          seconds: (Number(pts) * timeBase.num) / timeBase.den,
          name,
          objects: (classes as unknown as ExportedMask[]).filter(isChosen),
          keypoints: (keypoints as TrackedKeypoints[]).filter(isChosen),
        };
      }
    }
  }

  private withPictures<T>(use: (pictures: AsyncIterable<ExportedPicture>) => Promise<T>): Promise<T> {
    const { video } = this.reading.wanted.run.featureSet;
    return this.storage.withLocalFile(video.blobKey, (file) => use(this.pictures(file)), { content: video.sha256 });
  }

  private async *pictures(file: string): AsyncGenerator<ExportedPicture> {
    const { MAX_FRAMES: maxFrames, MAX_SIDE: maxSide, DECODE_TIMEOUT_SECONDS: decodeSeconds } = this.config;
    const video = await openVideoSource(file, { ...DEFAULT_VIDEO_LIMITS, maxFrames, maxSide, decodeSeconds });
    const pictures = video.frames(this.reading.signal)[Symbol.asyncIterator]();
    try {
      for await (const frame of this.frames()) {
        const { value, done } = await pictures.next();
        if (done) throw new CodedError('INTERNAL', `The video ended before frame ${frame.index}.`);
        yield { frame, rgb: value.rgb };
      }
    } finally {
      await pictures.return?.();
    }
  }
}
