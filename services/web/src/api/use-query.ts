import { useCallback, useEffect, useRef, useState } from 'react';
import { Problem } from './problem';

export interface Query<T> {
  data: T | undefined;
  problem: Problem | undefined;
  reload: () => void;
}

/**
 * What a question is answered, asked again whenever `key` changes, and every `everyMs` while the tab is looked at.
 * The last answer stays while the next one is on its way, and while the server is away.
 */
export function useQuery<T>(key: string, question: () => Promise<T>, everyMs?: number): Query<T> {
  const [state, setState] = useState<{ key: string; data?: T; problem?: Problem }>({ key });
  const asking = useRef(question);
  asking.current = question;
  const load = useCallback(async () => {
    try {
      const data = await asking.current();
      setState({ key, data });
    } catch (error) {
      const problem = Problem.unreachable(error);
      setState((before) => ({ key, data: before.key === key ? before.data : undefined, problem }));
    }
  }, [key]);
  useEffect(() => {
    void load();
    if (everyMs === undefined) return undefined;
    const timer = setInterval(() => document.visibilityState === 'visible' && void load(), everyMs);
    return () => clearInterval(timer);
  }, [load, everyMs]);
  const isOf = state.key === key;
  return { data: isOf ? state.data : undefined, problem: isOf ? state.problem : undefined, reload: () => void load() };
}
