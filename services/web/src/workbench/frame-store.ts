import type { Frame, Timeline } from '../api/client';
import { Problem } from '../api/problem';
import { frameImage } from '../labels/frame-image';
import { frameRange } from '../labels/frame-table';
import type { TrackedObject } from '../labels/keypoints';
import { labelsOfClasses } from '../labels/rle';
import type { Shown } from '../paint/stage-painter';

const CHUNK = 32;
const MOST_CHUNKS = 64;
const AHEAD = 12;
/** What decoded pictures and masks may take, bytes: some 100 frames at 480p, and those beside the one that is shown at any size. */
const MOST_IMAGE_BYTES = 160e6;
const MOST_MASK_BYTES = 48e6;
const framesIn = (bytes: number, ofFrame: number) => Math.max(2 * AHEAD, Math.floor(bytes / ofFrame));

/** What is known of a frame besides its picture. */
export interface Content {
  /** height x width object ids; null: the frame has no mask yet. */
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
  private readonly images = new Map<number, Promise<ImageBitmap>>();
  private readonly chunks = new Map<number, Promise<Map<number, Frame>>>();
  private readonly decoded = new Map<number, Content & { revision: number }>();
  /** Revision of the mask that the server has of a frame. */
  private wanted = new Map<number, number>();
  private revision = 0;
  /** Masks that the last correction has changed, as they were before. */
  private readonly former = new Map<number, Frame>();
  private readonly controller = new AbortController();

  private readonly mostImages: number;
  private readonly mostDecoded: number;

  constructor(private readonly source: Source) {
    const { width, height, imageWidth } = source;
    this.mostImages = framesIn(MOST_IMAGE_BYTES, (4 * imageWidth * imageWidth * height) / width);
    this.mostDecoded = framesIn(MOST_MASK_BYTES, width * height);
  }

  close(): void {
    this.controller.abort();
    for (const image of this.images.values())
      image.then(
        (one) => one.close(),
        () => undefined,
      );
  }

  /** What the server has by now. @returns whether some frame has another mask than before */
  update({ frames, revisions, revision }: Timeline): boolean {
    const wanted = new Map(frames.map((frame, i) => [frame, revisions[i]!]));
    const changed = [...wanted].filter(([frame, of]) => this.wanted.get(frame) !== of).map(([frame]) => frame);
    if (revision > this.revision) this.former.clear();
    this.revision = revision;
    this.remember(changed);
    for (const frame of changed) this.chunks.delete(Math.floor(frame / CHUNK));
    this.wanted = wanted;
    return changed.length > 0;
  }

  /** Whether the tab has seen masks that the last correction has changed. */
  get hasFormer(): boolean {
    return this.former.size > 0;
  }

  /** The masks of a frame before the last correction: those that it has not changed are the same. */
  async formerContent(frame: number): Promise<Content> {
    const former = this.former.get(frame);
    return former ? this.decode(former) : this.content(frame);
  }

  /** Picture and mask of one frame, together; what could not be had is left out, with the reason. */
  async get(frame: number): Promise<Shown> {
    const [image, content] = await Promise.allSettled([this.image(frame), this.content(frame)]);
    const failed = [image, content].find((one) => one.status === 'rejected');
    const { labels, keypoints } = content.status === 'fulfilled' ? content.value : NOTHING;
    return {
      frame,
      image: image.status === 'fulfilled' ? image.value : null,
      labels,
      keypoints,
      problem: failed && Problem.unreachable(failed.reason),
    };
  }

  /** What a person has just said of a frame is what it shows until the server has made its mask of it. */
  assume(frame: number, content: Content): void {
    keep(this.decoded, frame, { ...content, revision: this.wanted.get(frame) ?? 0 }, this.mostDecoded);
  }

  /** Has the frames that are probably looked at next come. @param direction 1 or -1; @param frames of the video */
  prefetch(frame: number, direction: 1 | -1, frames: number): void {
    for (let i = 1; i <= AHEAD; i++) {
      const next = frame + i * direction;
      if (next < 0 || next >= frames) return;
      this.image(next).catch(() => undefined);
      if (i === AHEAD || i === 1) this.chunk(next).catch(() => undefined);
    }
  }

  /** Masks and key points of a frame. @throws Problem where the server does not give them */
  async content(frame: number): Promise<Content> {
    const revision = this.wanted.get(frame);
    if (revision === undefined) return NOTHING;
    const known = this.decoded.get(frame);
    if (known && known.revision >= revision) return known;
    const found = (await this.chunk(frame)).get(frame);
    if (!found) return known ?? NOTHING;
    const content = this.decode(found);
    keep(this.decoded, frame, content, this.mostDecoded);
    return content;
  }

  private decode({ revision, classes, keypoints }: Frame): Content & { revision: number } {
    const { width, height } = this.source;
    return { revision, labels: labelsOfClasses(classes, width, height), keypoints };
  }

  private remember(changed: readonly number[]): void {
    for (const frame of changed) {
      const chunk = this.chunks.get(Math.floor(frame / CHUNK));
      chunk?.then(
        (frames) => {
          const found = frames.get(frame);
          if (found && found.revision < this.revision) this.former.set(frame, found);
        },
        () => undefined,
      );
    }
  }

  private image(frame: number): Promise<ImageBitmap> {
    const { videoId, imageWidth } = this.source;
    const known = this.images.get(frame);
    const coming = known ?? frameImage(videoId, frame, imageWidth, this.controller.signal);
    if (!known) coming.catch(() => this.images.delete(frame));
    // Pictures that are left out are freed by the browser: one of them may be on the screen.
    keep(this.images, frame, coming, this.mostImages);
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
