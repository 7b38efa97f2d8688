import { crc32 } from 'node:zlib';
import { Inject, Injectable } from '@nestjs/common';
import { blobFolders, blobKeys, FRAMES_OF_CHUNK } from '@propago/contracts';
import { Database, type VideoFrame } from '@propago/database';
import type { JobReport } from '@propago/pipeline';
import { STORAGE, type BlobStore } from '@propago/runtime';
import { encodePicture, type DecodedFrame, type FramePlace, type VideoSource } from '@propago/video';

/** A video that begins before the key frame it was asked for may do so by so many frames. */
const MOST_BEFORE = 600;

/**
 * Pictures of neighbouring frames, decoded from the key frame before them. What decoding in the middle gives is compared
 * with the checksums of the frame table, so a picture is that of the very frame, or is made again from the first frame on.
 */
@Injectable()
export class PictureService {
  constructor(
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly database: Database,
  ) {}

  /** Frames of a chunk, as far as the table knows them, without a picture. */
  async lacking(videoSha256: string, chunk: number): Promise<VideoFrame[]> {
    const first = chunk * FRAMES_OF_CHUNK;
    const rows = await this.database.videoFrame.findMany({
      where: { videoSha256, index: { gte: first, lt: first + FRAMES_OF_CHUNK } },
      orderBy: { index: 'asc' },
    });
    const stored = new Set<string>();
    for await (const { key } of this.storage.list(blobFolders.pictures(videoSha256))) stored.add(key);
    return rows.filter(({ index }) => !stored.has(blobKeys.picture(videoSha256, index)));
  }

  async make(source: VideoSource, wanted: readonly VideoFrame[], signal: AbortSignal): Promise<JobReport> {
    const start = performance.now();
    const open = new Map(wanted.map((row) => [row.index, row]));
    const keyFrame = await this.keyFrameBefore(wanted[0]!);
    if (keyFrame) await this.fromTheMiddle(source, { keyFrame, open }, signal);
    if (open.size > 0) await this.store(source.frames(signal), open, ({ index }) => open.get(index));
    return { frames: wanted.length - open.size, workSeconds: (performance.now() - start) / 1000 };
  }

  /** Where decoding can begin; null where that is the first frame, or frames cannot be told from each other. */
  private async keyFrameBefore({ videoSha256, index }: VideoFrame): Promise<FramePlace | null> {
    const row = await this.database.videoFrame.findFirst({
      where: { videoSha256, keyFrame: true, index: { lte: index } },
      orderBy: { index: 'desc' },
    });
    return row && row.index > 0 && row.checksum !== null ? { index: row.index, pts: Number(row.pts) } : null;
  }

  private async fromTheMiddle(
    source: VideoSource,
    { keyFrame, open }: { keyFrame: FramePlace; open: Map<number, VideoFrame> },
    signal: AbortSignal,
  ): Promise<void> {
    const last = Math.max(...open.keys());
    const isPast = ({ index }: DecodedFrame) => index > last + MOST_BEFORE;
    const rowOf = ({ pts, rgb }: DecodedFrame) => {
      const checksum = BigInt(crc32(rgb));
      return [...open.values()].find((row) => row.pts === BigInt(pts) && row.checksum === checksum);
    };
    try {
      await this.store(source.framesFrom(keyFrame, signal), open, rowOf, isPast);
    } catch (error) {
      signal.throwIfAborted();
      // What a decoder finds damaged when it begins in the middle may be whole when it begins at the start.
      if ((error as { code?: string }).code === 'STORAGE_FULL') throw error;
    }
  }

  /** Stores the pictures of those frames that are looked for, and takes them out of `open`; ends when all are found. */
  private async store(
    frames: AsyncIterable<DecodedFrame>,
    open: Map<number, VideoFrame>,
    rowOf: (frame: DecodedFrame) => VideoFrame | undefined,
    isPast: (frame: DecodedFrame) => boolean = () => false,
  ): Promise<void> {
    for await (const frame of frames) {
      const row = rowOf(frame);
      if (row) {
        await this.storage.put(blobKeys.picture(row.videoSha256, row.index), await encodePicture(frame));
        open.delete(row.index);
      }
      if (open.size === 0 || isPast(frame)) return;
    }
  }
}
