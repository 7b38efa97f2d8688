import { useEffect, useMemo, useState } from 'react';
import { api, ask, type TrainingEvent, type TrainingRun } from '../api/client';
import { Problem } from '../api/problem';
import { useQuery } from '../api/use-query';
import { Button } from '../ui/button';
import { Curve } from '../ui/curve';
import { at, whole } from '../ui/format';
import { Icons } from '../ui/icons';
import { ProblemNote } from '../ui/states';
import { sayProblem } from '../ui/toasts';
import { TrainingState } from './training-state';

type Metric = TrainingEvent['metrics'][number];

/** Values that are shown first, where a training has them. */
const FIRST = ['loss', 'quality', 'clips_per_second', 'lr', 'learning_rate'];
const MOST_CURVES = 6;

/** One training as it goes: its curves, its pictures, what became of it. */
export function TrainingDetails({ run, onChange }: { run: TrainingRun; onChange: () => void }) {
  const [metrics, setMetrics] = useState<readonly Metric[]>([]);
  const { id, state } = run;
  useEffect(() => {
    const events = new EventSource(`/v1/admin/training-runs/${id}/events`);
    const onEvent = ({ data }: MessageEvent<string>) => {
      const { metrics: more } = JSON.parse(data) as TrainingEvent;
      if (more.length > 0) setMetrics((before) => [...before, ...more]);
    };
    events.addEventListener('progress', onEvent);
    events.addEventListener('state', (event) => {
      onEvent(event as MessageEvent<string>);
      events.close();
      onChange();
    });
    return () => events.close();
  }, [id]);
  const files = useQuery(
    `files ${id} ${state}`,
    () => ask(api.GET('/v1/admin/training-runs/{id}/artifacts', { params: { path: { id } } })),
    state === 'running' ? 10_000 : undefined,
  );
  const curves = useMemo(() => curvesOf(metrics), [metrics]);
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
        <section className="card curves" aria-label="Curves">
          {curves.map(({ name, steps, values }) => (
            <Curve key={name} title={name} steps={steps} values={values} />
          ))}
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

function curvesOf(metrics: readonly Metric[]) {
  const curves = new Map<string, { steps: number[]; values: number[] }>();
  for (const { kind, step, values } of metrics) {
    if (kind === 'skipped') continue;
    for (const [name, value] of Object.entries(values)) {
      if (typeof value !== 'number' || name === 'step') continue;
      const title = kind === 'train' ? name : `${kind} ${name}`;
      const curve = curves.get(title) ?? { steps: [], values: [] };
      curve.steps.push(step);
      curve.values.push(value);
      curves.set(title, curve);
    }
  }
  const rank = (name: string) => {
    const place = FIRST.indexOf(name);
    return place < 0 ? FIRST.length : place;
  };
  return [...curves]
    .map(([name, curve]) => ({ name, ...curve }))
    .filter(({ values }) => new Set(values).size > 1)
    .sort((a, b) => rank(a.name) - rank(b.name))
    .slice(0, MOST_CURVES);
}
