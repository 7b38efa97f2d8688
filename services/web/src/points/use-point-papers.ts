import { useCallback, useRef, useState } from 'react';
import type { TrackedObject } from '../labels/keypoints';
import { draftsOf, dropText, loadText, saveText } from '../labels/drafts';

interface Paper {
  objects: readonly TrackedObject[];
  past: (readonly TrackedObject[])[];
}

const KIND = 'points';
const MOST_STEPS_BACK = 200;

/** Key points that were placed on frames and are not sent yet; kept in this browser, so that they outlive the tab. */
export function usePointPapers(owner: string) {
  const papers = useRef(new Map<number, Paper>());
  const [frames, setFrames] = useState<readonly number[]>(() => draftsOf(owner, KIND));
  const [version, setVersion] = useState(0);

  const find = useCallback(
    (frame: number): readonly TrackedObject[] | undefined => {
      const known = papers.current.get(frame);
      if (known) return known.objects;
      const text = loadText(owner, frame, KIND);
      if (text === undefined) return undefined;
      const objects = JSON.parse(text) as TrackedObject[];
      papers.current.set(frame, { objects, past: [] });
      return objects;
    },
    [owner],
  );
  const keep = useCallback(
    (frame: number, paper: Paper | undefined) => {
      if (paper && paper.objects.length > 0) {
        papers.current.set(frame, paper);
        saveText(owner, frame, KIND, JSON.stringify(paper.objects));
      } else {
        papers.current.delete(frame);
        dropText(owner, frame, KIND);
      }
      setFrames(draftsOf(owner, KIND));
      setVersion((before) => before + 1);
    },
    [owner],
  );
  return {
    /** Frames that have some, ascending. */
    frames,
    version,
    find,
    /** Puts the points of one object in the place of those before. @param isStep whether it can be taken back by itself */
    set(frame: number, object: TrackedObject, isStep: boolean): void {
      const before = find(frame) ?? [];
      const past = papers.current.get(frame)?.past ?? [];
      keep(frame, {
        objects: [...before.filter(({ id }) => id !== object.id), object],
        past: isStep ? [...past, before].slice(-MOST_STEPS_BACK) : past,
      });
    },
    canUndo: (frame: number): boolean => (papers.current.get(frame)?.past.length ?? 0) > 0,
    undo(frame: number): void {
      const past = papers.current.get(frame)?.past ?? [];
      const before = past.at(-1);
      if (before) keep(frame, { objects: before, past: past.slice(0, -1) });
    },
    /** Takes an object off all frames. */
    remove(object: number): void {
      for (const frame of frames) {
        const left = (find(frame) ?? []).filter(({ id }) => id !== object);
        keep(frame, { objects: left, past: [] });
      }
    },
    drop: (frame: number): void => keep(frame, undefined),
  };
}

export type PointPapers = ReturnType<typeof usePointPapers>;
