import { memo, useState } from 'react';
import { Link } from 'react-aria-components';
import { api, ask, type Run, type RunEvent } from '../api/client';
import { useMay } from '../session';
import { Button } from '../ui/button';
import { duration, percent } from '../ui/format';
import { Icons } from '../ui/icons';
import { Progress } from '../ui/progress';
import { isAtWork, RunState, shareDone, titleOf } from '../ui/run-state';
import { sayProblem } from '../ui/toasts';
import { RenameRun } from './rename-run';

/** Which run this is and how far it has come. */
export const RunHead = memo(function RunHead({
  run,
  estimate,
  isOffline,
  onChange,
}: {
  run: Run;
  estimate: RunEvent['estimate'];
  isOffline: boolean;
  onChange: () => unknown;
}) {
  const mayWrite = useMay('runs:write');
  const [isRenaming, setRenaming] = useState(false);
  const share = shareDone(run.progress);
  const isBusy = isAtWork(run.state);
  const cancel = () => {
    ask(api.POST('/v1/runs/{id}/cancel', { params: { path: { id: run.id } } })).then(onChange, sayProblem);
  };
  return (
    <div className="bench-head">
      <Link href="/" className="back" aria-label="All runs">
        {Icons.previous}
      </Link>
      <h1 title={titleOf(run)}>{titleOf(run)}</h1>
      {mayWrite && (
        <Button kind="quiet" onPress={() => setRenaming(true)}>
          Rename
        </Button>
      )}
      <span className="bench-state" role="status">
        <RunState state={run.state} />
        {isBusy && (
          <>
            <span className="bench-progress">
              <Progress label="Frames with masks" share={share} />
            </span>
            {share !== undefined && percent(share)}
            {estimate?.secondsLeft != null && <span className="muted">{duration(estimate.secondsLeft)} left</span>}
          </>
        )}
        {isOffline && <span className="tag warn">Connection lost, trying again</span>}
      </span>
      {isBusy && mayWrite && <Button onPress={cancel}>Stop</Button>}
      <RenameRun run={run} isOpen={isRenaming} onClose={() => setRenaming(false)} onChange={onChange} />
    </div>
  );
});
