import { useRef, useState } from 'react';
import { draftsOf, dropDraft, loadDraft, saveDraft } from '../labels/drafts';
import { LabelMap } from '../paint/label-map';

/** What is painted on the frames of a video of which there is no run yet; kept in this browser until there is one. */
export function useSheets(videoId: string, width: number, height: number) {
  const maps = useRef<Map<number, LabelMap>>(null);
  if (maps.current === null) {
    maps.current = new Map(
      draftsOf(videoId).map((frame) => [frame, new LabelMap(width, height, loadDraft(videoId, frame, width, height))]),
    );
  }
  const sheets = maps.current;
  const [present, setPresent] = useState(() => presentIn(sheets));
  return {
    /** Frames with paint, ascending. */
    painted: [...present.keys()].sort((a, b) => a - b),
    /** Objects that are painted on some frame, ascending. */
    objects: [...new Set([...present.values()].flat())].sort((a, b) => a - b),
    isOn: (frame: number, object: number): boolean => present.get(frame)?.includes(object) ?? false,
    of(frame: number): LabelMap {
      const map = sheets.get(frame) ?? new LabelMap(width, height);
      sheets.set(frame, map);
      return map;
    },
    all: (): ReadonlyMap<number, LabelMap> => new Map([...sheets].filter(([frame]) => present.has(frame))),
    changed(frame: number): void {
      const next = presentIn(sheets);
      if (next.has(frame)) saveDraft(videoId, frame, sheets.get(frame)!.ids, width, height);
      else dropDraft(videoId, frame);
      setPresent(next);
    },
    /** Takes an object off all frames. */
    remove(object: number): void {
      for (const [frame, ids] of present) {
        if (!ids.includes(object)) continue;
        const map = sheets.get(frame)!;
        map.replace(map.ids.map((id) => (id === object ? 0 : id)));
        this.changed(frame);
      }
    },
    drop: (): void => draftsOf(videoId).forEach((frame) => dropDraft(videoId, frame)),
  };
}

/** The objects that each frame with paint has. */
function presentIn(sheets: ReadonlyMap<number, LabelMap>): ReadonlyMap<number, number[]> {
  const present = [...sheets].map(([frame, { ids }]) => [frame, [...new Set(ids)].filter((id) => id > 0)] as const);
  return new Map(present.filter(([, ids]) => ids.length > 0));
}
