import { useCallback, useEffect, useRef, useState } from 'react';

/** State that outlives the tab, in this browser. */
export function useKept<T>(key: string, initial: T): [T, (change: (before: T) => T) => void, drop: () => void] {
  const [value, setValue] = useState<T>(() => {
    const text = localStorage.getItem(key);
    return text === null ? initial : (JSON.parse(text) as T);
  });
  const isGone = useRef(false);
  useEffect(() => {
    if (isGone.current) return;
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      // The browser gives no more room: it stays in the open page.
    }
  }, [key, value]);
  const drop = useCallback(() => {
    isGone.current = true;
    localStorage.removeItem(key);
  }, [key]);
  return [value, setValue, drop];
}
