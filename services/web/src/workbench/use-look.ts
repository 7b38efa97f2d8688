import { useMemo } from 'react';
import type { RunObject } from '../api/client';
import { coloursOf } from '../labels/palette';
import type { usePen } from '../paint/use-pen';

/** How the labels of a run look: in the colours of its objects, with the lines between their key points. */
export function useLook({ opacity, hasOutlines, hidden }: ReturnType<typeof usePen>, objects: readonly RunObject[]) {
  const colours = useMemo(() => coloursOf(objects), [objects]);
  const skeletons = useMemo(() => new Map(objects.map((one) => [one.id, one.skeleton ?? []])), [objects]);
  return useMemo(
    () => ({ opacity, hasOutlines, colours, skeletons, hidden }),
    [opacity, hasOutlines, colours, skeletons, hidden],
  );
}
