import type { Frame, Timeline } from '../api/client';
import { Problem } from '../api/problem';
import { frameImage } from '../labels/frame-image';
import { frameRange } from '../labels/frame-table';
import type { TrackedObject } from '../labels/keypoints';
import { decodeRle } from '../labels/rle';
import type { Shown } from '../paint/stage-painter';

const CHUNK = 32;
const MOST_CHUNKS = 64;
const MOST_IMAGES = 48;
const MOST_DECODED = 48;
const AHEAD = 12;

/** What is known of a frame besides its picture. */
interface Content {
  /** height x width object ids; null: the frame has no mask yet, or the server does not answer. */
  labels: Uint8Array | null;
  keypoints: readonly TrackedObject[];
}

const NOTHING: Content = { labels: null, keypoints: [] };

interface Source {
  runId: string;
  videoId: string;
  width: number;
  height: number;
  /** Of the pictures, px. */
  imageWidth: number;
}

/**
 * Pictures and masks of the frames that somebody looks at, and of a few beside them. A run of any length is opened with
 * its first ones only, and the tab never holds more than so many.
 */
export class FrameStore {
  /** Why the last picture could not be had. */
  imageProblem: Problem | undefined;
  private readonly images = new Map<number, Promise<ImageBitmap | null>>();
  private readonly chunks = new Map<number, Promise<Map<number, Frame>>>();
  private readonly decoded = new Map<number, Content & { revision: number }>();
  /** Revision of the mask that the server has of a frame. */
  private wanted = new Map<number, number>();
  private readonly controller = new AbortController();

  constructor(private readonly source: Source) {}

  close(): void {
    this.controller.abort();
    for (const image of this.images.values()) void image.then((one) => one?.close());
  }

  /** What the server has by now. @returns whether some frame has another mask than before */
  update({ frames, revisions }: Timeline): boolean {
    const wanted = new Map(frames.map((frame, i) => [frame, revisions[i]!]));
    const changed = [...wanted].filter(([frame, revision]) => this.wanted.get(frame) !== revision);
    for (const [frame] of changed) this.chunks.delete(Math.floor(frame / CHUNK));
    this.wanted = wanted;
    return changed.length > 0;
  }

  /** Picture and mask of one frame, together. */
  async get(frame: number): Promise<Shown> {
    const [image, { labels, keypoints }] = await Promise.all([this.image(frame), this.content(frame)]);
    return { frame, image, labels, keypoints };
  }

  /** Has the frames that are probably looked at next come. @param direction 1 or -1; @param frames of the video */
  prefetch(frame: number, direction: 1 | -1, frames: number): void {
    for (let i = 1; i <= AHEAD; i++) {
      const next = frame + i * direction;
      if (next < 0 || next >= frames) return;
      void this.image(next);
      if (i === AHEAD || i === 1) void this.chunk(next).catch(() => undefined);
    }
  }

  private async content(frame: number): Promise<Content> {
    const revision = this.wanted.get(frame);
    if (revision === undefined) return NOTHING;
    const known = this.decoded.get(frame);
    if (known && known.revision >= revision) return known;
    const found = (await this.chunk(frame).catch(() => undefined))?.get(frame);
    if (!found) return known ?? NOTHING;
    const { width, height } = this.source;
    const labels = new Uint8Array(width * height);
    for (const { id, rle } of found.classes) decodeRle(rle.counts, width, height, id, labels);
    const content = { revision: found.revision, labels, keypoints: found.keypoints };
    keep(this.decoded, frame, content, MOST_DECODED);
    return content;
  }

  private image(frame: number): Promise<ImageBitmap | null> {
    const known = this.images.get(frame);
    if (known) {
      keep(this.images, frame, known, MOST_IMAGES);
      return known;
    }
    const { videoId, imageWidth } = this.source;
    const coming = frameImage(videoId, frame, imageWidth, this.controller.signal).catch((error: unknown) => {
      this.images.delete(frame);
      if (!this.controller.signal.aborted) this.imageProblem = Problem.unreachable(error);
      return null;
    });
    // Pictures that are left out are freed by the browser: one of them may be on the screen.
    keep(this.images, frame, coming, MOST_IMAGES);
    return coming;
  }

  private chunk(frame: number): Promise<Map<number, Frame>> {
    const index = Math.floor(frame / CHUNK);
    const known = this.chunks.get(index);
    if (known) return known;
    const coming = frameRange(this.source.runId, index * CHUNK, CHUNK, this.controller.signal).then(
      (frames) => new Map(frames.map((one) => [one.index, one])),
    );
    coming.catch(() => this.chunks.delete(index));
    keep(this.chunks, index, coming, MOST_CHUNKS);
    return coming;
  }
}

/** Puts something at the end of the map, and drops what was not used for longest. */
function keep<T>(map: Map<number, T>, key: number, value: T, most: number): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= most) return;
    map.delete(oldest);
  }
}
