/** A rectangle of pixels; its right and bottom edges are outside. */
export interface Rect {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

interface Patch {
  rect: Rect;
  before: Uint8Array;
  after: Uint8Array;
}

export type Point = readonly [x: number, y: number];

const MOST_STEPS_BACK = 200;

/**
 * What is painted on one frame: an object id for each pixel. One stroke is one step to go back; a step keeps only the
 * rectangle that it changed.
 */
export class LabelMap {
  /** height x width, row-major; 0 is background. */
  readonly ids: Uint8Array;
  /** Grows with every change. */
  version = 0;
  private readonly past: Patch[] = [];
  private readonly future: Patch[] = [];
  private stroke: { before: Uint8Array; rect: Rect | undefined } | undefined;

  /** @param locked ids of objects whose pixels nobody paints over */
  constructor(
    readonly width: number,
    readonly height: number,
    ids?: Uint8Array,
    public locked: ReadonlySet<number> = new Set(),
  ) {
    this.ids = ids ? ids.slice() : new Uint8Array(width * height);
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  begin(): void {
    this.stroke = { before: this.ids.slice(), rect: undefined };
  }

  /** Ends a stroke. @returns whether it changed anything */
  commit(): boolean {
    const { before, rect } = this.stroke ?? {};
    this.stroke = undefined;
    if (!before || !rect) return false;
    const patch = { rect, before: this.cut(before, rect), after: this.cut(this.ids, rect) };
    if (patch.before.every((id, i) => id === patch.after[i])) return false;
    this.past.push(patch);
    if (this.past.length > MOST_STEPS_BACK) this.past.shift();
    this.future.length = 0;
    return true;
  }

  undo(): Rect | undefined {
    return this.step(this.past, this.future, ({ before }) => before);
  }

  redo(): Rect | undefined {
    return this.step(this.future, this.past, ({ after }) => after);
  }

  /** A round brush drawn from one point to another. @returns what it may have changed */
  line([xa, ya]: Point, [xb, yb]: Point, radius: number, id: number): Rect {
    const steps = Math.max(1, Math.ceil(Math.hypot(xb - xa, yb - ya) / Math.max(1, radius / 2)));
    for (let i = 0; i <= steps; i++) this.disc(xa + ((xb - xa) * i) / steps, ya + ((yb - ya) * i) / steps, radius, id);
    return this.touch({
      x0: Math.min(xa, xb) - radius,
      y0: Math.min(ya, yb) - radius,
      x1: Math.max(xa, xb) + radius + 1,
      y1: Math.max(ya, yb) + radius + 1,
    });
  }

  /** Everything inside an outline (even-odd), by pixel centres. */
  polygon(points: readonly Point[], id: number): Rect {
    const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
    const rect = this.touch({
      x0: Math.min(...xs),
      y0: Math.min(...ys),
      x1: Math.max(...xs) + 1,
      y1: Math.max(...ys) + 1,
    });
    for (let y = rect.y0; y < rect.y1; y++) {
      const centre = y + 0.5;
      const crossings = points
        .flatMap(([xa, ya], i) => {
          const [xb, yb] = points[(i + 1) % points.length]!;
          return ya <= centre !== yb <= centre ? [xa + ((centre - ya) / (yb - ya)) * (xb - xa)] : [];
        })
        .sort((a, b) => a - b);
      for (let i = 0; i + 1 < crossings.length; i += 2) {
        const to = Math.min(this.width, Math.ceil(crossings[i + 1]! - 0.5));
        for (let x = Math.max(0, Math.ceil(crossings[i]! - 0.5)); x < to; x++) this.put(y * this.width + x, id);
      }
    }
    return rect;
  }

  /** The connected region of one id around a pixel; on background only what is enclosed, so that nothing floods the frame. */
  fill(x: number, y: number, id: number): Rect | undefined {
    const { width, height, ids } = this;
    const start = y * width + x;
    const from = ids[start];
    if (from === undefined || from === id) return undefined;
    const seen = new Uint8Array(ids.length);
    const region: number[] = [start];
    seen[start] = 1;
    for (let k = 0; k < region.length; k++) {
      const i = region[k]!;
      const column = i % width;
      const atEdge = column === 0 || column === width - 1 || i < width || i >= width * (height - 1);
      if (from === 0 && atEdge) return undefined;
      for (const next of [i - 1, i + 1, i - width, i + width]) {
        const isBeside = next >= 0 && next < ids.length && Math.abs((next % width) - column) <= 1;
        if (isBeside && !seen[next] && ids[next] === from) {
          seen[next] = 1;
          region.push(next);
        }
      }
    }
    for (const i of region) this.put(i, id);
    return this.touch({ x0: 0, y0: 0, x1: width, y1: height });
  }

  /** Everything inside a stencil. @param stencil height x width, 1 inside */
  stamp(stencil: Uint8Array, id: number): Rect {
    stencil.forEach((isInside, i) => isInside && this.put(i, id));
    return this.touch({ x0: 0, y0: 0, x1: this.width, y1: this.height });
  }

  /** Puts other content in place, as one step. */
  replace(ids: Uint8Array): void {
    this.begin();
    this.ids.set(ids);
    this.touch({ x0: 0, y0: 0, x1: this.width, y1: this.height });
    this.commit();
  }

  private disc(cx: number, cy: number, radius: number, id: number): void {
    const reach = radius * radius;
    for (let y = Math.max(0, Math.ceil(cy - radius)); y <= Math.min(this.height - 1, cy + radius); y++) {
      const half = Math.sqrt(Math.max(0, reach - (y - cy) ** 2));
      const to = Math.min(this.width - 1, Math.floor(cx + half));
      for (let x = Math.max(0, Math.ceil(cx - half)); x <= to; x++) this.put(y * this.width + x, id);
    }
  }

  private put(i: number, id: number): void {
    if (!this.locked.has(this.ids[i]!)) this.ids[i] = id;
  }

  private touch({ x0, y0, x1, y1 }: Rect): Rect {
    const rect = {
      x0: Math.max(0, Math.floor(x0)),
      y0: Math.max(0, Math.floor(y0)),
      x1: Math.min(this.width, Math.ceil(x1)),
      y1: Math.min(this.height, Math.ceil(y1)),
    };
    this.version++;
    if (this.stroke) this.stroke.rect = union(this.stroke.rect, rect);
    return rect;
  }

  private step(from: Patch[], to: Patch[], content: (patch: Patch) => Uint8Array): Rect | undefined {
    const patch = from.pop();
    if (!patch) return undefined;
    const { rect } = patch;
    const columns = rect.x1 - rect.x0;
    for (let y = rect.y0; y < rect.y1; y++) {
      const row = (y - rect.y0) * columns;
      this.ids.set(content(patch).subarray(row, row + columns), y * this.width + rect.x0);
    }
    to.push(patch);
    this.version++;
    return rect;
  }

  private cut(ids: Uint8Array, { x0, y0, x1, y1 }: Rect): Uint8Array {
    const cut = new Uint8Array(Math.max(0, x1 - x0) * Math.max(0, y1 - y0));
    for (let y = y0; y < y1; y++) cut.set(ids.subarray(y * this.width + x0, y * this.width + x1), (y - y0) * (x1 - x0));
    return cut;
  }
}

function union(a: Rect | undefined, b: Rect): Rect {
  if (!a) return b;
  return { x0: Math.min(a.x0, b.x0), y0: Math.min(a.y0, b.y0), x1: Math.max(a.x1, b.x1), y1: Math.max(a.y1, b.y1) };
}
