import { useEffect, useImperativeHandle, useRef, type PointerEvent, type Ref } from 'react';
import type { Look } from '../paint/label-layer';
import type { Point } from '../paint/label-map';
import { StagePainter, type Shown, type Split } from '../paint/stage-painter';

interface CompareStageProps {
  ref: Ref<Pick<StagePainter, 'show'>>;
  width: number;
  height: number;
  look: Look;
  split: Split;
  /** Called with where the picture is cut now, 0..1. */
  onWipe: (at: number) => void;
  names: readonly [string, string];
}

const CLOSE_ENOUGH_PX = 16;

/** One frame with two sets of labels, to look at: the cut is drawn along with the pointer, the picture anywhere else. */
export function CompareStage({ ref, width, height, look, split, onWipe, names }: CompareStageProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<StagePainter>(null);
  const drag = useRef<{ isCut: boolean; last: Point } | null>(null);
  const first = useRef({ look, split });

  useEffect(() => {
    const one = new StagePainter(canvas.current!, { width, height }, first.current.look);
    one.setSplit(first.current.split);
    painter.current = one;
    return () => one.close();
  }, [width, height]);
  useEffect(() => painter.current?.setLook(look), [look]);
  useEffect(() => painter.current?.setSplit(split), [split]);
  useImperativeHandle(ref, () => ({ show: (shown: Shown) => painter.current?.show(shown) }), []);

  const onPointerDown = (event: PointerEvent) => {
    const at = painter.current!.onCanvas(event);
    const cut = split.mode === 'wipe' ? split.at * canvas.current!.width : -Infinity;
    canvas.current!.setPointerCapture(event.pointerId);
    drag.current = { isCut: Math.abs(at[0] - cut) < CLOSE_ENOUGH_PX * devicePixelRatio, last: at };
  };
  const onPointerMove = (event: PointerEvent) => {
    const dragged = drag.current;
    if (!dragged) return;
    const at = painter.current!.onCanvas(event);
    if (dragged.isCut) onWipe(Math.min(1, Math.max(0, at[0] / canvas.current!.width)));
    else painter.current!.move(at[0] - dragged.last[0], at[1] - dragged.last[1]);
    dragged.last = at;
  };
  // React listens to wheels passively, so that the page would scroll as well.
  useEffect(() => {
    const element = canvas.current!;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      painter.current!.zoom(Math.exp(-event.deltaY / 400), painter.current!.onCanvas(event));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, []);

  return (
    <>
      <canvas
        ref={canvas}
        className="compare-stage"
        role="img"
        aria-label={`${names[0]} on the left, ${names[1]} on the right`}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={() => (drag.current = null)}
        onPointerCancel={() => (drag.current = null)}
      />
      <div className="compare-names" aria-hidden="true">
        {names.map((name) => (
          <span key={name} className="stage-note">
            {name}
          </span>
        ))}
      </div>
    </>
  );
}
