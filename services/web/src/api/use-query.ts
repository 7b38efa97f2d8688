import { useCallback, useEffect, useRef, useState } from 'react';
import { pauseAfter } from './pace';
import { Problem } from './problem';

export interface Query<T> {
  data: T | undefined;
  problem: Problem | undefined;
  reload: () => void;
}

/**
 * What a question is answered, asked again whenever `key` changes, and every `everyMs` while the tab is looked at, or less
 * often where answers take long. An answer that is overtaken by a later question counts no more. The last one stays while
 * the next one is on its way, and while the server is away.
 */
export function useQuery<T>(key: string, question: () => Promise<T>, everyMs?: number): Query<T> {
  const [state, setState] = useState<{ key: string; data?: T; problem?: Problem }>({ key });
  const asking = useRef(question);
  asking.current = question;
  const latest = useRef(0);
  const load = useCallback(async () => {
    const mine = ++latest.current;
    const [answer] = await Promise.allSettled([asking.current()]);
    if (mine !== latest.current) return;
    if (answer.status === 'fulfilled') return setState({ key, data: answer.value });
    const problem = Problem.unreachable(answer.reason);
    setState((before) => ({ key, data: before.key === key ? before.data : undefined, problem }));
  }, [key]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const ask = async () => {
      const began = performance.now();
      await load();
      if (everyMs !== undefined && !isOver) timer = setTimeout(again, pauseAfter(performance.now() - began, everyMs));
    };
    const again = () => {
      if (document.visibilityState === 'visible') void ask();
      else timer = setTimeout(again, everyMs);
    };
    void ask();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [load, everyMs]);
  const isOf = state.key === key;
  return { data: isOf ? state.data : undefined, problem: isOf ? state.problem : undefined, reload: () => void load() };
}
