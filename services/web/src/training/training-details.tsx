import { useMemo, useState } from 'react';
import { api, ask, type TrainingRun } from '../api/client';
import { Problem } from '../api/problem';
import { useQuery } from '../api/use-query';
import { Button } from '../ui/button';
import { Curve } from '../ui/curve';
import { ago, at, whole } from '../ui/format';
import { Icons } from '../ui/icons';
import { Select } from '../ui/select';
import { ProblemNote } from '../ui/states';
import { sayProblem } from '../ui/toasts';
import { curvesOf } from './curves';
import { TrainingState } from './training-state';
import { useMetrics } from './use-metrics';

const NONE = { id: 'none', name: 'Nothing' };

/** One training as it goes: its curves, its pictures, what became of it. */
export function TrainingDetails({
  run,
  trainings,
  onChange,
}: {
  run: TrainingRun;
  /** All of them, to compare with. */
  trainings: readonly TrainingRun[];
  onChange: () => void;
}) {
  const { id, state } = run;
  const [otherId, setOtherId] = useState(NONE.id);
  const metrics = useMetrics(id, onChange);
  const otherMetrics = useMetrics(otherId === NONE.id ? undefined : otherId);
  const files = useQuery(
    `files ${id} ${state}`,
    () => ask(api.GET('/v1/admin/training-runs/{id}/artifacts', { params: { path: { id } } })),
    state === 'running' ? 10_000 : undefined,
  );
  const curves = useMemo(() => curvesOf(metrics), [metrics]);
  const otherCurves = useMemo(() => curvesOf(otherMetrics), [otherMetrics]);
  const choices = [
    NONE,
    ...trainings
      .filter((one) => one.id !== id)
      .map((one) => ({ id: one.id, name: one.name, hint: ago(one.createdAt) })),
  ];
  const isAtWork = ['queued', 'running'].includes(state);
  const act = (what: 'cancel' | 'resume') => {
    const params = { params: { path: { id } } };
    const asking =
      what === 'cancel'
        ? ask(api.POST('/v1/admin/training-runs/{id}/cancel', params))
        : ask(api.POST('/v1/admin/training-runs/{id}/resume', params));
    asking.then(onChange, sayProblem);
  };
  const pictures = (files.data?.items ?? []).filter(({ kind }) => kind === 'picture');
  const others = (files.data?.items ?? []).filter(({ kind }) => kind !== 'picture');
  const address = (name: string) => `/v1/admin/training-runs/${id}/artifacts/${encodeURIComponent(name)}`;

  return (
    <div className="column">
      <section className="card panel-part" aria-label="Training">
        <div className="panel-head">
          <h2 title={run.name}>{run.name}</h2>
          <div className="panel-buttons">
            {isAtWork && <Button onPress={() => act('cancel')}>Stop</Button>}
            {['failed', 'cancelled'].includes(state) && <Button onPress={() => act('resume')}>Go on</Button>}
          </div>
        </div>
        <p className="training-line">
          <TrainingState state={state} />
          <span>
            step {whole(run.step)}
            {run.steps !== null && ` of ${whole(run.steps)}`}
          </span>
          {run.phase && <span className="muted">{run.phase}</span>}
          <span className="muted">
            {at(run.createdAt)} by {run.createdBy}
          </span>
          {run.registered && (
            <span className="tag accent">
              {run.registered.name}
              {run.registered.version !== null && `:${run.registered.version}`}
            </span>
          )}
        </p>
        {run.error && (
          <ProblemNote
            problem={new Problem(run.error.code, run.error.title, run.error.detail ?? run.error.title, 422)}
          />
        )}
        {run.warnings.map((warning) => (
          <div key={warning} className="warning-note">
            {Icons.warning}
            <span>{warning}</span>
          </div>
        ))}
      </section>
      {curves.length > 0 && (
        <section className="card" aria-label="Curves">
          {choices.length > 1 && (
            <div className="curves-head">
              <Select label="Compare with" choices={choices} value={otherId} onChange={setOtherId} />
              {otherId !== NONE.id && <p className="hint">Dashed: the other training.</p>}
            </div>
          )}
          <div className="curves">
            {curves.map(({ name, steps, values }) => (
              <Curve
                key={name}
                title={name}
                steps={steps}
                values={values}
                other={otherCurves.find((one) => one.name === name)}
              />
            ))}
          </div>
        </section>
      )}
      {curves.length === 0 && isAtWork && <p className="hint">Curves appear with the first steps.</p>}
      {pictures.length > 0 && (
        <section className="card panel-part" aria-label="Pictures">
          <h2>Probes</h2>
          <div className="probes">
            {pictures.map(({ name, step }) => (
              <figure key={name}>
                <img src={address(name)} alt={`Probe ${name}`} loading="lazy" />
                <figcaption className="hint">{step === null ? name : `step ${whole(step)}`}</figcaption>
              </figure>
            ))}
          </div>
        </section>
      )}
      {others.length > 0 && (
        <section className="card panel-part" aria-label="Files">
          <h2>Files</h2>
          <ul className="files">
            {others.map(({ name, kind }) => (
              <li key={name}>
                <a href={address(name)}>{name}</a> <span className="muted">{kind}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
