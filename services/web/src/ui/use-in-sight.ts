import { useEffect, useRef, type RefObject } from 'react';

/**
 * Scrolls a list, and nothing around it, as far as its row is seen that has been chosen elsewhere.
 *
 * @param covered px at the top of the list that something lies over
 */
export function useInSight<T extends HTMLElement>(isChosen: boolean, list: string, covered = 0): RefObject<T | null> {
  const row = useRef<T>(null);
  useEffect(() => {
    const around = isChosen && row.current?.closest(list);
    if (!around) return;
    const [one, all] = [row.current!.getBoundingClientRect(), around.getBoundingClientRect()];
    if (one.top < all.top + covered) around.scrollTop -= all.top + covered - one.top;
    else if (one.bottom > all.bottom) around.scrollTop += one.bottom - all.bottom;
  }, [isChosen, list, covered]);
  return row;
}
