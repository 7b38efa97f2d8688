import { useCallback, useLayoutEffect, useRef } from 'react';

/** A function that stays the same and does what the last one given does: what is drawn with it needs no drawing again. */
export function useStable<Given extends unknown[], Answer>(
  work: (...given: Given) => Answer,
): (...given: Given) => Answer {
  const latest = useRef(work);
  useLayoutEffect(() => {
    latest.current = work;
  });
  return useCallback((...given: Given) => latest.current(...given), []);
}
