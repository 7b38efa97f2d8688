import type { Problem } from '../api/problem';
import type { TrackedObject } from '../labels/keypoints';
import { drawCursor, type Cursor } from './draw-cursor';
import { drawKeypoints } from './draw-keypoints';
import { LabelLayer, type Look } from './label-layer';
import type { Point, Rect } from './label-map';
import { pixelsOf } from './picture-pixels';
import { fitted, toPicture, zoomed, type View } from './view';

/** How two sets of labels are shown at once: one picture cut at a share of the canvas, or two beside each other. */
export type Split = { mode: 'wipe'; at: number } | { mode: 'side' };

/** One frame as it is shown: its picture and its labels are put there together, and never one without the other. */
export interface Shown {
  frame: number;
  image: ImageBitmap | null;
  /** height x width object ids. */
  labels: Uint8Array | null;
  /** Key points of objects that have some. */
  keypoints: readonly TrackedObject[];
  /** Why something of it is missing. */
  problem?: Problem;
  /** Other labels of the same frame, to compare with. */
  other?: Pick<Shown, 'labels' | 'keypoints'>;
}

/** Draws a stage on its canvas, at most once for each frame of the screen. */
export class StagePainter {
  view: View = { scale: 1, x: 0, y: 0 };
  cursor: Cursor = { at: null, radius: null, colour: '#fff', polygon: [] };
  private shown: Shown | undefined;
  private isFitted = true;
  private request = 0;
  private split: Split | undefined;
  private readonly layer: LabelLayer;
  private otherLayer: LabelLayer | undefined;
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
    const isSame = this.shown?.labels === shown.labels && this.shown?.other === shown.other;
    this.shown = shown;
    if (!isSame) this.drawLabels();
    this.draw();
  }

  setSplit(split: Split | undefined): void {
    const isOther = split?.mode !== this.split?.mode;
    this.split = split;
    if (isOther && this.isFitted) this.fit();
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
    this.view = fitted(this.picture, this.room());
    this.draw();
  }

  zoom(factor: number, around?: Point): void {
    this.isFitted = false;
    const { width, height } = this.canvas;
    const least = fitted(this.picture, this.room()).scale / 2;
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

  /** The picture that is shown, at the size of its labels. */
  pixels(): ImageData | undefined {
    const { width, height } = this.picture;
    return this.shown?.image ? pixelsOf(this.shown.image, width, height) : undefined;
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
    if (this.isFitted) this.view = fitted(this.picture, this.room());
    // At once: a canvas that was resized is empty until then.
    this.paint();
  }

  /** Where a picture has to fit in. */
  private room(): { width: number; height: number } {
    const { width, height } = this.canvas;
    return { width: this.split?.mode === 'side' ? width / 2 : width, height };
  }

  private drawLabels(rect?: Rect): void {
    const { labels, other } = this.shown ?? {};
    if (labels) this.layer.draw(labels, this.look, rect);
    if (!other?.labels) return;
    this.otherLayer ??= new LabelLayer(this.picture.width, this.picture.height);
    this.otherLayer.draw(other.labels, this.look);
  }

  private paint(): void {
    const { context, canvas, view, shown } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = getComputedStyle(canvas).backgroundColor;
    context.fillRect(0, 0, canvas.width, canvas.height);
    if (!shown) return;
    const { other } = shown;
    if (this.split && other) {
      const { mode } = this.split;
      const cut = Math.round(canvas.width * (this.split.mode === 'wipe' ? this.split.at : 0.5));
      this.paintPart({ from: 0, to: cut, shift: 0 }, shown, this.layer);
      const shift = mode === 'side' ? cut : 0;
      this.paintPart({ from: cut, to: canvas.width, shift }, { ...shown, ...other }, this.otherLayer);
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.fillStyle = 'rgb(255 255 255 / 85%)';
      context.fillRect(cut - devicePixelRatio, 0, 2 * devicePixelRatio, canvas.height);
      canvas.dataset.compared = mode;
    } else {
      this.paintPart({ from: 0, to: canvas.width, shift: 0 }, shown, this.layer);
      context.setTransform(view.scale, 0, 0, view.scale, view.x, view.y);
      drawCursor(context, this.cursor, devicePixelRatio / view.scale);
    }
    canvas.dataset.frame = String(shown.frame);
    canvas.dataset.keypoints = String(shown.keypoints.length);
    canvas.dataset.masks = shown.labels ? 'shown' : 'none';
  }

  /** Picture and labels on the columns of the canvas from one to before another. */
  private paintPart(
    { from, to, shift }: { from: number; to: number; shift: number },
    { image, labels, keypoints }: Pick<Shown, 'image' | 'labels' | 'keypoints'>,
    layer: LabelLayer | undefined,
  ): void {
    const { context, canvas, view, picture } = this;
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.beginPath();
    context.rect(from, 0, to - from, canvas.height);
    context.clip();
    context.setTransform(view.scale, 0, 0, view.scale, view.x + shift, view.y);
    context.imageSmoothingEnabled = view.scale < 3;
    // Enlarged, it looks the same with less work.
    context.imageSmoothingQuality = view.scale < 1 ? 'high' : 'low';
    if (image) context.drawImage(image, 0, 0, picture.width, picture.height);
    if (labels && layer) context.drawImage(layer.canvas, 0, 0);
    drawKeypoints(context, keypoints, this.look, devicePixelRatio / view.scale);
    context.restore();
  }
}
