import { useState } from 'react';
import { Link } from 'react-aria-components';
import { api, ask } from '../api/client';
import { useQuery } from '../api/use-query';
import { useMay } from '../session';
import { StartTraining } from '../training/start-training';
import { TrainingDetails } from '../training/training-details';
import { TrainingState } from '../training/training-state';
import { Button } from '../ui/button';
import { ago, percent } from '../ui/format';
import { Icons } from '../ui/icons';
import { Progress } from '../ui/progress';
import { Empty, ForAdministrators, Loading, ProblemNote } from '../ui/states';

/** Training of encoders: what runs, what it reached, and how to start another. */
export default function Training({ id }: { id: string | undefined }) {
  const isAdmin = useMay('admin');
  const [isStarting, setStarting] = useState(false);
  const { data, problem, reload } = useQuery('training', () => ask(api.GET('/v1/admin/training-runs')), 3000);
  if (!isAdmin) return <ForAdministrators what="Training is" />;
  const items = data?.items ?? [];
  const shown = items.find((run) => run.id === id) ?? items[0];
  return (
    <div className="page">
      <div className="page-head">
        <h1>Training</h1>
        <Button kind="primary" onPress={() => setStarting(true)}>
          {Icons.plus} Start training
        </Button>
      </div>
      {problem && <ProblemNote problem={problem} onRetry={reload} />}
      {!data && !problem && <Loading what="Loading trainings" />}
      {data && items.length === 0 && (
        <Empty title="No training yet">
          <p>
            An encoder learns from generated clips whose motion is known, or from your own videos. When it is done, it
            becomes the next version of a model.
          </p>
        </Empty>
      )}
      {shown && (
        <div className="columns is-list">
          <ul className="card list" aria-label="Trainings">
            {items.map((run) => (
              <li key={run.id} className={run.id === shown.id ? 'is-chosen' : ''}>
                <Link
                  href={`/training/${run.id}`}
                  className="list-link"
                  aria-current={run.id === shown.id ? 'true' : undefined}
                >
                  <span className="list-title">{run.name}</span>
                  <span className="list-facts">
                    <TrainingState state={run.state} />
                    {run.steps !== null && run.state === 'running' && percent(run.step / Math.max(1, run.steps))}
                    <span className="muted">{ago(run.createdAt)}</span>
                  </span>
                  {run.state === 'running' && (
                    <Progress
                      label={`Steps of ${run.name}`}
                      share={run.steps === null ? undefined : run.step / Math.max(1, run.steps)}
                    />
                  )}
                </Link>
              </li>
            ))}
          </ul>
          <TrainingDetails key={shown.id} run={shown} trainings={items} onChange={reload} />
        </div>
      )}
      <StartTraining isOpen={isStarting} onClose={() => setStarting(false)} onChange={reload} />
    </div>
  );
}
