import type { PromptList, Run, Suggestion, Timeline } from '../api/client';
import type { Colours } from '../labels/palette';
import { isChanging, passesUnderWay } from './passes-under-way';
import { bandsOf } from './timeline-bands';
import { isSeen, type Stretch } from './timeline-view';

export interface TimelineContent {
  frames: number;
  view: Stretch;
  timeline: Timeline | undefined;
  prompts: PromptList | undefined;
  objects: readonly number[];
  colours: Colours;
  suggestions: readonly Suggestion[];
  passes: Run['passes'];
  drafts: readonly number[];
  revision: number;
  chosen: number;
}

export const ROW = 20;
const INSET = 3;
/** From the middle of a mark to its edge, px. */
const MARK = 4.5;

/**
 * One row per object: a band where it is, as high as its confidence, faint where the mask is about to change; a diamond
 * on frames where a person said something of it, hollow where that was "not here"; a triangle above where it is worth a
 * look; a line below as far as a pass has come that is still on its way.
 */
export function drawRows(canvas: HTMLCanvasElement, content: TimelineContent): void {
  const { frames, view, timeline, prompts, objects, colours, suggestions, drafts, revision, chosen } = content;
  const ratio = devicePixelRatio;
  const context = canvas.getContext('2d')!;
  const { width, height } = canvas;
  const style = getComputedStyle(canvas);
  const [line, text, ground, accent, amber] = ['--line', '--text', '--surface', '--accent', '--amber'].map((name) =>
    style.getPropertyValue(name),
  );
  const edge = `color-mix(in srgb, ${text!} 45%, transparent)`;
  context.clearRect(0, 0, width, height);
  const column = width / view.count;
  // On whole pixels: bands that touch must neither overlap nor leave a seam.
  const atFrame = (frame: number) => Math.floor((frame - view.first) * column);
  // Of thousands, the first and the last frame are narrower than their marks.
  const reach = (MARK + 1) * ratio;
  const inside = (frame: number) => Math.min(width - reach, Math.max(reach, atFrame(frame) + column / 2));
  const row = ROW * ratio;
  const inset = INSET * ratio;

  objects.forEach((id, i) => {
    const top = i * row;
    const [r, g, b] = colours[id]!;
    context.fillStyle = line!;
    context.fillRect(0, top + row - ratio, width, ratio);
    const willChange = (frame: number) => isChanging(content.passes, frame, id);
    for (const { left, right, confidence, isCurrent } of bandsOf(timeline, id, {
      atFrame,
      view,
      revision,
      isChanging: willChange,
    })) {
      const share = Math.max(0.12, Math.min(1, (confidence - 0.3) / 0.7));
      const bar = (row - 2 * inset) * share;
      const alpha = (id === chosen ? 1 : 0.8) * (isCurrent ? 1 : 0.35);
      context.fillStyle = `rgb(${r} ${g} ${b} / ${alpha * 0.25})`;
      context.fillRect(left, top + inset, right - left, row - 2 * inset - bar);
      context.fillStyle = `rgb(${r} ${g} ${b} / ${alpha})`;
      context.fillRect(left, top + row - inset - bar, right - left, bar);
      // The darkest colours of a palette are hardly seen on a dark ground, and the brightest on a light one.
      context.fillStyle = edge;
      context.fillRect(left, top + row - inset - bar, right - left, ratio);
    }
    for (const { from, to } of passesUnderWay(content.passes, id, frames)) {
      context.fillStyle = accent!;
      context.fillRect(atFrame(from), top + row - 2 * ratio, Math.max(ratio, atFrame(to) - atFrame(from)), 2 * ratio);
    }
    for (const { frame, objects: doubted } of suggestions) {
      if (!doubted.includes(id) || !isSeen(view, frame)) continue;
      triangle(context, inside(frame), top, MARK * ratio);
      context.fillStyle = amber!;
      context.strokeStyle = ground!;
      context.lineWidth = ratio;
      context.fill();
      context.stroke();
    }
    for (const { frame, objects: said } of prompts?.items ?? []) {
      const about = said.find((one) => one.id === id);
      if (!about || !isSeen(view, frame)) continue;
      diamond(context, inside(frame), top + row / 2, MARK * ratio);
      context.fillStyle = about.isAbsent ? ground! : text!;
      context.strokeStyle = about.isAbsent ? text! : ground!;
      context.lineWidth = 1.5 * ratio;
      context.fill();
      context.stroke();
    }
  });
  context.fillStyle = amber!;
  for (const frame of drafts) context.fillRect(atFrame(frame) + column / 2 - ratio, 0, 2 * ratio, height);
}

function triangle(context: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  context.beginPath();
  context.moveTo(x - size, y);
  context.lineTo(x + size, y);
  context.lineTo(x, y + 1.4 * size);
  context.closePath();
}

function diamond(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.moveTo(x, y - radius);
  context.lineTo(x + radius, y);
  context.lineTo(x, y + radius);
  context.lineTo(x - radius, y);
  context.closePath();
}
