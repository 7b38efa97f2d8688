import { useEffect, useImperativeHandle, useRef, type KeyboardEvent, type PointerEvent, type Ref } from 'react';
import { cssColour } from '../labels/palette';
import type { Look } from './label-layer';
import type { LabelMap, Point, Rect } from './label-map';
import { StagePainter, type Shown } from './stage-painter';
import { nextSize, type Tool } from './tools';
import type { PointEditor } from '../points/use-point-editor';
import { likeColours } from './wand';

export interface StageHandle {
  show: (shown: Shown) => void;
  labelsChanged: () => void;
  fit: () => void;
  zoom: (factor: number) => void;
}

export interface Pen {
  tool: Tool;
  object: number;
  /** Diameter of brush and eraser, px of the picture. */
  size: number;
  /** Of the magic wand: how far each channel of a colour may differ, 0..255. */
  tolerance: number;
}

interface StageProps {
  ref: Ref<StageHandle>;
  width: number;
  height: number;
  look: Look;
  pen: Pen;
  onSize: (size: number) => void;
  /** What is painted on; asked when a stroke begins. Null: nothing can be painted now. */
  paper: () => LabelMap | null;
  /** A stroke has changed the paper. */
  onPainted: () => void;
  /** What the tool for key points does; absent: the chosen object has none. */
  points?: Pick<PointEditor, 'press' | 'drag' | 'release'>;
  label: string;
}

const ARROWS: Record<string, Point> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const CLOSE_ENOUGH_PX = 10;
const GRASP_PX = 9;

/** The picture with its labels, to look at and to paint on: with a pointer, or with arrow keys and the space bar. */
export function Stage({ ref, width, height, look, pen, onSize, paper, onPainted, points, label }: StageProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<StagePainter>(null);
  const stroke = useRef<{ map: LabelMap; last: Point } | null>(null);
  const dragging = useRef<Point | null>(null);
  const polygon = useRef<{ map: LabelMap; points: Point[] } | null>(null);
  const latest = useRef({ look, pen });
  latest.current = { look, pen };

  useEffect(() => {
    const one = new StagePainter(canvas.current!, { width, height }, latest.current.look);
    painter.current = one;
    return () => one.close();
  }, [width, height]);
  useEffect(() => painter.current?.setLook(look), [look]);

  useImperativeHandle(
    ref,
    () => ({
      show: (shown) => painter.current?.show(shown),
      labelsChanged: () => painter.current?.labelsChanged(),
      fit: () => painter.current?.fit(),
      zoom: (factor) => painter.current?.zoom(factor),
    }),
    [],
  );

  const { tool, object, size } = pen;
  const id = tool === 'eraser' ? 0 : object;
  const isBrush = tool === 'brush' || tool === 'eraser';

  const point = (at: Point | null) => {
    const one = painter.current!;
    const colour = tool === 'eraser' ? '#ffffff' : cssColour(look.colours[object]!);
    const points = polygon.current?.points ?? [];
    one.cursor = { at: tool === 'hand' ? null : at, radius: isBrush ? size / 2 : null, colour, polygon: points };
    one.draw();
  };
  useEffect(() => {
    if (tool !== 'polygon') polygon.current = null;
    point(painter.current?.cursor.at ?? null);
  }, [tool, object, size, look.colours]);

  const changed = (rect: Rect | undefined) => rect && painter.current!.labelsChanged(rect);
  const atOnce = (map: LabelMap, work: () => Rect | undefined) => {
    map.begin();
    changed(work());
    if (map.commit()) onPainted();
  };

  const closePolygon = () => {
    const drawn = polygon.current;
    polygon.current = null;
    if (drawn && drawn.points.length >= 3) atOnce(drawn.map, () => drawn.map.polygon(drawn.points, id));
  };

  const press = (at: Point) => {
    if (tool === 'points') return points?.press(at, (GRASP_PX * devicePixelRatio) / painter.current!.view.scale);
    const map = paper();
    if (!map) return;
    if (isBrush) {
      map.begin();
      stroke.current = { map, last: at };
      changed(map.line(at, at, size / 2, id));
    } else if (tool === 'wand') {
      const pixels = painter.current!.pixels();
      const stencil = pixels && likeColours(pixels, at, pen.tolerance);
      if (stencil) atOnce(map, () => map.stamp(stencil, id));
    } else if (tool === 'fill') {
      atOnce(map, () => map.fill(Math.floor(at[0]), Math.floor(at[1]), id));
    } else if (tool === 'polygon') {
      const drawn = (polygon.current ??= { map, points: [] });
      const [first] = drawn.points;
      const near = (CLOSE_ENOUGH_PX * devicePixelRatio) / painter.current!.view.scale;
      if (first && drawn.points.length >= 3 && Math.hypot(first[0] - at[0], first[1] - at[1]) < near) closePolygon();
      else drawn.points.push(at);
    }
  };
  const release = () => {
    if (tool === 'points') points?.release();
    const drawn = stroke.current;
    stroke.current = null;
    if (drawn?.map.commit()) onPainted();
  };

  const onPointerDown = (event: PointerEvent) => {
    canvas.current!.focus({ preventScroll: true });
    canvas.current!.setPointerCapture(event.pointerId);
    const one = painter.current!;
    if (tool === 'hand' || event.button === 1 || event.altKey) dragging.current = one.onCanvas(event);
    else if (event.button === 0) press(one.onPicture(event));
    point(one.onPicture(event));
  };
  const onPointerMove = (event: PointerEvent) => {
    const one = painter.current!;
    if (dragging.current) {
      const [x, y] = one.onCanvas(event);
      one.move(x - dragging.current[0], y - dragging.current[1]);
      dragging.current = [x, y];
      return;
    }
    if (tool === 'points' && event.buttons === 1) points?.drag(one.onPicture(event));
    // A fast hand moves further than one event tells.
    for (const one of event.nativeEvent.getCoalescedEvents?.() ?? []) extend(one);
    extend(event.nativeEvent);
    point(one.onPicture(event));
  };
  const extend = (place: { clientX: number; clientY: number }) => {
    const drawn = stroke.current;
    if (!drawn) return;
    const at = painter.current!.onPicture(place);
    changed(drawn.map.line(drawn.last, at, size / 2, id));
    drawn.last = at;
  };
  const onPointerUp = () => {
    dragging.current = null;
    release();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const one = painter.current!;
    const arrow = ARROWS[event.key];
    const at: Point = one.cursor.at ?? [width / 2, height / 2];
    if (arrow && tool !== 'hand') {
      const step = event.shiftKey ? 25 : 5;
      const next: Point = [
        Math.min(width - 1, Math.max(0, at[0] + step * arrow[0])),
        Math.min(height - 1, Math.max(0, at[1] + step * arrow[1])),
      ];
      if (tool === 'points') points?.drag(next);
      if (stroke.current) {
        changed(stroke.current.map.line(stroke.current.last, next, size / 2, id));
        stroke.current.last = next;
      }
      point(next);
    } else if (event.key === ' ' && tool !== 'hand') {
      if (!event.repeat) press(at);
      point(at);
    } else if (event.key === 'Enter' && polygon.current) {
      closePolygon();
      point(at);
    } else if (event.key === 'Escape' && polygon.current) {
      polygon.current = null;
      point(at);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  // React listens to wheels passively, so that the page would scroll as well.
  useEffect(() => {
    const element = canvas.current!;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const { pen: now } = latest.current;
      if (event.altKey) onSize(nextSize(now.size, event.deltaY < 0 ? 1 : -1));
      else painter.current!.zoom(Math.exp(-event.deltaY / 400), painter.current!.onCanvas(event));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [onSize]);

  return (
    <canvas
      ref={canvas}
      className={`stage tool-${tool}`}
      tabIndex={0}
      role="application"
      aria-label={label}
      aria-roledescription="picture to paint on: arrow keys move the brush, the space bar paints"
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={onPointerUp}
      onPointerLeave={() => !stroke.current && point(null)}
      onKeyDown={onKeyDown}
      onKeyUp={(event) => event.key === ' ' && release()}
      onBlur={release}
      onContextMenu={(event) => event.preventDefault()}
    />
  );
}
