/** What the `showinfo` filter reports about one frame. */
export interface FrameInfo {
  /** Null where neither the stream nor its decoder gives one. */
  pts: number | null;
  keyFrame: boolean;
  width: number;
  height: number;
}

/** A report, and what ffmpeg said since the one before that is a sign of a lost or incomplete frame. */
export interface WatchedFrame extends FrameInfo {
  damage: string | null;
}

const FRAME = /\bn: *\d+ pts: *(-?\d+|NOPTS) .* s:(\d+)x(\d+) .*\biskey:([01])\b/;

/**
 * Parses one line of ffmpeg's log. Only lines of the filter instance named `marker` count: the log also shows metadata of
 * the file, so a marker that the file's author can guess would let the file forge frames.
 */
export function parseFrameInfo(line: string, marker: string): FrameInfo | null {
  if (!line.startsWith(`[${marker} @`)) return null;
  const found = FRAME.exec(line);
  if (!found) return null;
  const [, pts, width, height, key] = found;
  return {
    pts: pts === 'NOPTS' ? null : Number(pts),
    width: Number(width),
    height: Number(height),
    keyFrame: key === '1',
  };
}

/** Hands frame reports over in order. Its length is bounded by the frames that ffmpeg itself holds. */
export class FrameInfoQueue {
  private readonly waiting: WatchedFrame[] = [];
  private wake: (() => void) | null = null;
  private ended = false;

  push(info: WatchedFrame): void {
    this.waiting.push(info);
    this.wake?.();
  }

  end(): void {
    this.ended = true;
    this.wake?.();
  }

  /** The next report, or null after the last one. */
  async next(): Promise<WatchedFrame | null> {
    while (this.waiting.length === 0 && !this.ended) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.waiting.shift() ?? null;
  }
}
