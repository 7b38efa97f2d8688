import { useEffect, useMemo, useState } from 'react';
import { useStable } from '../ui/use-stable';
import { LEAST_SHOWN, moved, wholeOf, withFrame, zoomed, type Stretch } from './timeline-view';

/** Nearer, or further away, at one press. */
const STEP = 2;

export interface TimelineZoom {
  view: Stretch;
  canNear: boolean;
  canFar: boolean;
  /** Around the frame that is looked at. */
  nearer: () => void;
  further: () => void;
  /** @param factor above 1: nearer */
  zoom: (factor: number, around: number) => void;
  /** @param by frames */
  move: (by: number) => void;
}

/** Which frames the timeline shows: all, or a stretch that goes with the frame that is looked at. */
export function useTimelineView(frames: number, frame: number): TimelineZoom {
  const [stretch, setStretch] = useState<Stretch>();
  useEffect(() => setStretch((now) => now && withFrame(now, frames, frame)), [frame, frames]);
  const view = useMemo(() => stretch ?? wholeOf(frames), [stretch, frames]);
  const zoom = useStable((factor: number, around: number) => {
    const next = zoomed(view, frames, factor, around);
    setStretch(next.count < frames ? next : undefined);
  });
  const move = useStable((by: number) => setStretch((now) => now && moved(now, frames, by)));
  const nearer = useStable(() => zoom(STEP, frame));
  const further = useStable(() => zoom(1 / STEP, frame));
  const canNear = view.count > LEAST_SHOWN;
  return useMemo(
    () => ({ view, canNear, canFar: stretch !== undefined, nearer, further, zoom, move }),
    [view, canNear, stretch, nearer, further, zoom, move],
  );
}
