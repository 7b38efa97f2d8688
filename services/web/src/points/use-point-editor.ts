import { useEffect, useRef, useState } from 'react';
import type { Point } from '../paint/label-map';
import {
  moved,
  nextToPlace,
  pointAt,
  unplaced,
  withVisibility,
  type PlacedPoint,
  type Visibility,
} from './place-points';
import type { PointPapers } from './use-point-papers';

interface Edited {
  frame: number;
  /** That is chosen, and the names of its key points; undefined where it has none. */
  object: number;
  names: readonly string[] | undefined;
  papers: PointPapers;
  /** What the server says of its points on the frame. */
  tracked: readonly PlacedPoint[] | undefined;
}

/** Places, moves and hides the key points of the object that is chosen. */
export function usePointEditor({ frame, object, names, papers, tracked }: Edited) {
  const [chosen, setChosen] = useState<string>();
  const dragged = useRef<string>(undefined);
  useEffect(() => setChosen(undefined), [object]);
  const points = papers.find(frame)?.find(({ id }) => id === object)?.points ?? tracked ?? unplaced(names ?? []);

  const set = (next: PlacedPoint[], isStep: boolean) => papers.set(frame, { id: object, points: next }, isStep);
  return {
    points,
    chosen,
    choose: setChosen,
    isOn: names !== undefined,
    /** @param reach px of the picture within which a point is grasped */
    press(at: Point, reach: number): void {
      const grasped = pointAt(points, at, reach);
      const name = grasped ?? nextToPlace(points, chosen);
      dragged.current = name;
      if (name === undefined) return;
      const next = moved(points, name, at);
      set(grasped === undefined ? next : [...points], true);
      setChosen(grasped ?? nextToPlace(next, undefined) ?? name);
    },
    drag(at: Point): void {
      if (dragged.current !== undefined) set(moved(points, dragged.current, at), false);
    },
    release(): void {
      dragged.current = undefined;
    },
    setVisibility: (name: string, visibility: Visibility) => set(withVisibility(points, name, visibility), true),
  };
}

export type PointEditor = ReturnType<typeof usePointEditor>;
