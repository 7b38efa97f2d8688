import type { TrainingRun } from '../api/client';

const LOOKS: Record<TrainingRun['state'], { name: string; look: string }> = {
  queued: { name: 'Waiting', look: '' },
  running: { name: 'Training', look: 'busy' },
  cancelling: { name: 'Stopping', look: 'busy' },
  succeeded: { name: 'Done', look: 'good' },
  failed: { name: 'Failed', look: 'bad' },
  cancelled: { name: 'Stopped', look: '' },
};

export function TrainingState({ state }: { state: TrainingRun['state'] }) {
  const { name, look } = LOOKS[state];
  return <span className={`state ${look}`}>{name}</span>;
}
