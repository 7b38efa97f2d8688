import type { TrackedObject } from '../labels/keypoints';
import { drawKeypoints } from './draw-keypoints';
import { LabelLayer, type Look } from './label-layer';
import type { Point, Rect } from './label-map';
import { fitted, toPicture, zoomed, type View } from './view';

/** One frame as it is shown: its picture and its labels are put there together, and never one without the other. */
export interface Shown {
  frame: number;
  image: ImageBitmap | null;
  /** height x width object ids. */
  labels: Uint8Array | null;
  /** Key points of objects that have some. */
  keypoints: readonly TrackedObject[];
}

/** What is drawn over the labels while something is painted. */
export interface Cursor {
  at: Point | null;
  radius: number | null;
  colour: string;
  polygon: readonly Point[];
}

/** Draws a stage on its canvas, at most once for each frame of the screen. */
export class StagePainter {
  view: View = { scale: 1, x: 0, y: 0 };
  cursor: Cursor = { at: null, radius: null, colour: '#fff', polygon: [] };
  private shown: Shown | undefined;
  private isFitted = true;
  private request = 0;
  private readonly layer: LabelLayer;
  private readonly context: CanvasRenderingContext2D;
  private readonly watch: ResizeObserver;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly picture: { width: number; height: number },
    private look: Look,
  ) {
    this.context = canvas.getContext('2d', { alpha: false })!;
    this.layer = new LabelLayer(picture.width, picture.height);
    this.watch = new ResizeObserver(() => this.resize());
    this.watch.observe(canvas);
    this.resize();
  }

  close(): void {
    this.watch.disconnect();
    cancelAnimationFrame(this.request);
  }

  show(shown: Shown): void {
    const isSame = this.shown?.labels === shown.labels;
    this.shown = shown;
    if (!isSame) this.drawLabels();
    this.draw();
  }

  setLook(look: Look): void {
    this.look = look;
    this.drawLabels();
    this.draw();
  }

  /** @param rect what has changed of the labels; all of them where absent */
  labelsChanged(rect?: Rect): void {
    this.drawLabels(rect);
    this.draw();
  }

  fit(): void {
    this.isFitted = true;
    this.view = fitted(this.picture, this.canvas);
    this.draw();
  }

  zoom(factor: number, around?: Point): void {
    this.isFitted = false;
    const { width, height } = this.canvas;
    const least = fitted(this.picture, this.canvas).scale / 2;
    this.view = zoomed(this.view, factor, around ?? [width / 2, height / 2], least);
    this.draw();
  }

  move(dx: number, dy: number): void {
    this.isFitted = false;
    this.view = { ...this.view, x: this.view.x + dx, y: this.view.y + dy };
    this.draw();
  }

  /** Canvas pixels of a place in the window. */
  onCanvas({ clientX, clientY }: { clientX: number; clientY: number }): Point {
    const box = this.canvas.getBoundingClientRect();
    const ratio = this.canvas.width / Math.max(1, box.width);
    return [(clientX - box.left) * ratio, (clientY - box.top) * ratio];
  }

  onPicture(place: { clientX: number; clientY: number }): Point {
    return toPicture(this.view, this.onCanvas(place));
  }

  draw(): void {
    if (this.request !== 0) return;
    this.request = requestAnimationFrame(() => {
      this.request = 0;
      this.paint();
    });
  }

  private resize(): void {
    const { clientWidth, clientHeight } = this.canvas;
    const ratio = devicePixelRatio;
    this.canvas.width = Math.max(1, Math.round(clientWidth * ratio));
    this.canvas.height = Math.max(1, Math.round(clientHeight * ratio));
    if (this.isFitted) this.view = fitted(this.picture, this.canvas);
    // At once: a canvas that was resized is empty until then.
    this.paint();
  }

  private drawLabels(rect?: Rect): void {
    if (this.shown?.labels) this.layer.draw(this.shown.labels, this.look, rect);
  }

  private paint(): void {
    const { context, canvas, view, picture, shown } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = getComputedStyle(canvas).backgroundColor;
    context.fillRect(0, 0, canvas.width, canvas.height);
    if (!shown) return;
    context.setTransform(view.scale, 0, 0, view.scale, view.x, view.y);
    context.imageSmoothingEnabled = view.scale < 3;
    context.imageSmoothingQuality = 'high';
    if (shown.image) context.drawImage(shown.image, 0, 0, picture.width, picture.height);
    if (shown.labels) context.drawImage(this.layer.canvas, 0, 0);
    drawKeypoints(context, shown.keypoints, this.look, devicePixelRatio / view.scale);
    this.paintCursor();
    canvas.dataset.frame = String(shown.frame);
    canvas.dataset.keypoints = String(shown.keypoints.length);
    canvas.dataset.masks = shown.labels ? 'shown' : 'none';
  }

  private paintCursor(): void {
    const { context, view } = this;
    const { at, radius, colour, polygon } = this.cursor;
    const line = (1.5 * devicePixelRatio) / view.scale;
    const outline = (path: () => void) => {
      context.beginPath();
      path();
      context.lineWidth = 2.5 * line;
      context.strokeStyle = 'rgb(0 0 0 / 55%)';
      context.stroke();
      context.lineWidth = line;
      context.strokeStyle = colour;
      context.stroke();
    };
    if (polygon.length > 0) {
      outline(() => [...polygon, ...(at ? [at] : [])].forEach(([x, y]) => context.lineTo(x, y)));
      polygon.forEach(([x, y]) => outline(() => context.arc(x, y, 2 * line, 0, 7)));
    }
    if (!at) return;
    const [x, y] = at;
    if (radius !== null) outline(() => context.arc(x, y, Math.max(radius, line), 0, 7));
    else {
      const arm = 7 * line;
      outline(() => {
        context.moveTo(x - arm, y);
        context.lineTo(x + arm, y);
        context.moveTo(x, y - arm);
        context.lineTo(x, y + arm);
      });
    }
  }
}
