import type { Run, RunEvent } from '../api/client';

type State = Run['state'];

export const RUN_STATES: Record<State, { name: string; look: string }> = {
  queued: { name: 'Waiting', look: '' },
  running: { name: 'Running', look: 'busy' },
  cancelling: { name: 'Stopping', look: 'busy' },
  succeeded: { name: 'Done', look: 'good' },
  failed: { name: 'Failed', look: 'bad' },
  cancelled: { name: 'Cancelled', look: '' },
};

export const isAtWork = (state: State): boolean => ['queued', 'running', 'cancelling'].includes(state);

/** Share of all frames that have masks, 0..1; undefined until the number of frames is known. */
export function shareDone({ results, frames }: RunEvent['progress']): number | undefined {
  return frames === null ? undefined : frames === 0 ? 1 : results.done / frames;
}

export function RunState({ state }: { state: State }) {
  const { name, look } = RUN_STATES[state];
  return <span className={`state ${look}`}>{name}</span>;
}

/** What people call a run: its name, else that of its video. */
export const titleOf = ({ name, video, id }: Pick<Run, 'name' | 'video' | 'id'>): string =>
  name ?? video.fileName ?? `Run ${id.slice(0, 8)}`;
