import { useCallback, useRef, useState } from 'react';
import { draftsOf, dropDraft, loadDraft, saveDraft } from '../labels/drafts';
import { LabelMap } from '../paint/label-map';

interface Paper {
  map: LabelMap;
  /** What the server said when the paint began. */
  base: Uint8Array;
}

interface Size {
  width: number;
  height: number;
}

/** What was painted on frames and is not sent yet. It is kept in this browser, so that it outlives the tab. */
export function usePapers(owner: string) {
  const papers = useRef(new Map<number, Paper>());
  const [drafts, setDrafts] = useState<readonly number[]>(() => draftsOf(owner));
  const [version, setVersion] = useState(0);
  const tell = useCallback(() => {
    setDrafts(draftsOf(owner));
    setVersion((before) => before + 1);
  }, [owner]);

  /** The paper of a frame, where something was painted on it. @param labels what the server says of the frame */
  const find = useCallback(
    (frame: number, labels: Uint8Array | null, { width, height }: Size): Paper | undefined => {
      const known = papers.current.get(frame);
      if (known) return known;
      const draft = loadDraft(owner, frame, width, height);
      if (!draft) return undefined;
      const paper = {
        map: new LabelMap(width, height, draft),
        base: labels?.slice() ?? new Uint8Array(width * height),
      };
      papers.current.set(frame, paper);
      return paper;
    },
    [owner],
  );
  const begin = useCallback((frame: number, labels: Uint8Array | null, { width, height }: Size): Paper => {
    const base = labels?.slice() ?? new Uint8Array(width * height);
    const paper = { map: new LabelMap(width, height, base), base };
    papers.current.set(frame, paper);
    return paper;
  }, []);
  const painted = useCallback(
    (frame: number) => {
      const { map } = papers.current.get(frame)!;
      saveDraft(owner, frame, map.ids, map.width, map.height);
      tell();
    },
    [owner, tell],
  );
  const drop = useCallback(
    (frame: number) => {
      papers.current.delete(frame);
      dropDraft(owner, frame);
      tell();
    },
    [owner, tell],
  );
  return { drafts, version, find, begin, painted, drop };
}

export type Papers = ReturnType<typeof usePapers>;
