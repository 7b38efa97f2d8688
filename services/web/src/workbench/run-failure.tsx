import type { Run } from '../api/client';
import { Problem } from '../api/problem';
import { ProblemNote } from '../ui/states';

/** Why a run has failed, where its masks would be. */
export function RunFailure({ error: { code, title, detail } }: { error: NonNullable<Run['error']> }) {
  return (
    <div className="stage-failure">
      <ProblemNote problem={new Problem(code, title, detail ?? title, 422)} />
    </div>
  );
}
