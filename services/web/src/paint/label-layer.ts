import type { Colours } from '../labels/palette';
import type { Skeletons } from '../labels/keypoints';
import type { Rect } from './label-map';

/** How labels look over the picture. */
export interface Look {
  /** 0..1, of the areas; outlines are always opaque. */
  opacity: number;
  hasOutlines: boolean;
  colours: Colours;
  skeletons: Skeletons;
  hidden: ReadonlySet<number>;
}

/** Object ids as a picture of colours, of which only what changed is made again. */
export class LabelLayer {
  readonly canvas: OffscreenCanvas;
  private readonly context: OffscreenCanvasRenderingContext2D;
  /** The same for all frames: megabytes for each would be collected again and again. */
  private readonly picture: ImageData;
  private readonly pixels: Uint32Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.canvas = new OffscreenCanvas(width, height);
    this.context = this.canvas.getContext('2d')!;
    this.picture = new ImageData(width, height);
    this.pixels = new Uint32Array(this.picture.data.buffer);
  }

  /** @param ids height x width; @param rect what has changed; all of it where absent */
  draw(ids: Uint8Array, { opacity, hasOutlines, colours, hidden }: Look, rect?: Rect): void {
    const { width, height, pixels } = this;
    // Outlines depend on the neighbours.
    const x0 = Math.max(0, (rect?.x0 ?? 0) - 1);
    const y0 = Math.max(0, (rect?.y0 ?? 0) - 1);
    const x1 = Math.min(width, (rect?.x1 ?? width) + 1);
    const y1 = Math.min(height, (rect?.y1 ?? height) + 1);
    if (x1 <= x0 || y1 <= y0) return;
    const area = Math.round(opacity * 255);
    const areas = pixelsOf(colours, area, hidden);
    const edges = hasOutlines ? pixelsOf(colours, 255, hidden) : areas;
    for (let y = y0; y < y1; y++) {
      for (let x = x0; x < x1; x++) {
        const i = y * width + x;
        const id = ids[i]!;
        if (id === 0) {
          pixels[i] = 0;
          continue;
        }
        const isEdge =
          x === 0 ||
          y === 0 ||
          x === width - 1 ||
          y === height - 1 ||
          ids[i - 1] !== id ||
          ids[i + 1] !== id ||
          ids[i - width] !== id ||
          ids[i + width] !== id;
        pixels[i] = isEdge ? edges[id]! : areas[id]!;
      }
    }
    this.context.putImageData(this.picture, 0, 0, x0, y0, x1 - x0, y1 - y0);
  }
}

/** A pixel for each id: red, green, blue and alpha from the lowest byte on. */
function pixelsOf(colours: Colours, alpha: number, hidden: ReadonlySet<number>): Uint32Array {
  const table = new Uint32Array(256);
  colours.forEach(([r, g, b], id) => {
    if (!hidden.has(id)) table[id] = ((alpha << 24) | (b << 16) | (g << 8) | r) >>> 0;
  });
  return table;
}
