import { useCallback, useEffect, useRef, useState } from 'react';
import { api, ask, type PromptList, type Run, type RunEvent, type RunObject, type Timeline } from '../api/client';
import { PacedLook } from '../api/pace';
import { Problem } from '../api/problem';
import { isAtWork } from '../ui/run-state';

/** A run and all that is known of it, as it goes. */
export interface LiveRun {
  run: Run | undefined;
  estimate: RunEvent['estimate'];
  timeline: Timeline | undefined;
  prompts: PromptList | undefined;
  objects: RunObject[];
  problem: Problem | undefined;
  /** The event stream is broken; it comes back by itself. */
  isOffline: boolean;
  /** As the event stream tells of them. */
  exports: RunEvent['exports'];
  /** Listens to a run that is over, of which exports are made, until these are done. */
  watch: () => void;
  reload: () => Promise<void>;
}

const TIMELINE_EVERY_MS = 800;
const TRY_AGAIN_MS = 2000;

export function useRun(id: string): LiveRun {
  const [run, setRun] = useState<Run>();
  const [estimate, setEstimate] = useState<RunEvent['estimate']>(null);
  const [timeline, setTimeline] = useState<Timeline>();
  const [prompts, setPrompts] = useState<PromptList>();
  const [objects, setObjects] = useState<RunObject[]>([]);
  const [problem, setProblem] = useState<Problem>();
  const [isOffline, setOffline] = useState(false);
  const [exports, setExports] = useState<RunEvent['exports']>([]);
  const [isWatching, setWatching] = useState(false);
  const watch = useCallback(() => setWatching(true), []);
  const [attempt, setAttempt] = useState(0);
  const path = { params: { path: { id } } };

  // The answer to an earlier question may come later, and knows less.
  const asked = useRef(0);
  const loadTimeline = useCallback(async () => {
    const mine = ++asked.current;
    const next = await ask(api.GET('/v1/runs/{id}/timeline', path));
    if (mine === asked.current) setTimeline(next);
  }, [id]);
  const reload = useCallback(async () => {
    // That of a long video takes a while; the run is seen before.
    const coming = loadTimeline();
    coming.catch(() => undefined);
    try {
      const [one, said, list] = await Promise.all([
        ask(api.GET('/v1/runs/{id}', path)),
        ask(api.GET('/v1/runs/{id}/prompts', path)),
        ask(api.GET('/v1/runs/{id}/objects', path)),
      ]);
      setRun(one);
      setPrompts(said);
      setObjects(list.items);
      await coming;
      setProblem(undefined);
    } catch (error) {
      setProblem(Problem.unreachable(error));
    }
  }, [id, loadTimeline]);
  useEffect(() => void reload(), [reload]);

  // While there is work, or a file is made, the server tells each step; the timeline is asked for less often.
  const isBusy = run !== undefined && (isWatching || isAtWork(run.state));
  const revision = run?.revision;
  useEffect(() => {
    if (!isBusy) return undefined;
    const events = new EventSource(`/v1/runs/${id}/events`);
    const look = new PacedLook(() => loadTimeline().catch(() => undefined), TIMELINE_EVERY_MS);
    const onEvent = ({ data }: MessageEvent<string>) => {
      const { estimate: left, exports: files, ...change } = JSON.parse(data) as RunEvent;
      setOffline(false);
      setEstimate(left);
      setExports(files);
      setRun((before) => before && { ...before, ...change });
      look.soon();
    };
    events.addEventListener('progress', onEvent);
    events.addEventListener('state', (event) => {
      events.close();
      setWatching(false);
      onEvent(event as MessageEvent<string>);
      void reload();
    });
    let again: ReturnType<typeof setTimeout> | undefined;
    events.onerror = () => {
      setOffline(true);
      // A broken connection comes back by itself; after a refusal, as of a gateway that starts, the browser gives up.
      if (events.readyState !== EventSource.CLOSED) return;
      again = setTimeout(() => {
        setAttempt((before) => before + 1);
        void reload();
      }, TRY_AGAIN_MS);
    };
    events.onopen = () => setOffline(false);
    return () => {
      events.close();
      look.stop();
      clearTimeout(again);
    };
  }, [id, isBusy, revision, attempt, loadTimeline, reload]);

  return { run, estimate, timeline, prompts, objects, problem, isOffline, exports, watch, reload };
}
