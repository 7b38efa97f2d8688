import { api, ask } from '../api/client';
import { useQuery } from '../api/use-query';
import { duration, whole } from '../ui/format';
import { estimateOf } from './estimate';

const LOOKED_AT = 50;

interface CostNoteProps {
  frames: number;
  preset: string;
  /** As a run names it; undefined: the server chooses. */
  encoder: string | undefined;
}

/** What the run will cost, by what runs on this platform have cost until now. */
export function CostNote({ frames, preset, encoder }: CostNoteProps) {
  const { data } = useQuery('runs that were done', () =>
    ask(api.GET('/v1/runs', { params: { query: { state: ['succeeded'], limit: LOOKED_AT } } })),
  );
  if (!data) return null;
  const estimate = estimateOf(frames, { preset, encoder }, data.items);
  const count = `${whole(frames)} ${frames === 1 ? 'frame' : 'frames'}`;
  return (
    <p className="hint">
      {estimate
        ? `${count}, about ${duration(estimate.seconds)}, as the last ${estimate.runs === 1 ? 'run' : `${estimate.runs} runs`} with this preset here.`
        : `${count}; no run with this preset has been done here that tells how long it takes.`}
    </p>
  );
}
