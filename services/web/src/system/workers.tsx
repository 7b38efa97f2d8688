import { api, ask, type Worker } from '../api/client';
import { useQuery } from '../api/use-query';
import { ago, at } from '../ui/format';
import { Icons } from '../ui/icons';
import { ProblemNote } from '../ui/states';

const LOOK_EVERY_MS = 5000;

/** What does not happen while nobody does the work of a service. The trainer is not among them: a platform may have none. */
const NEEDED_FOR: Partial<Record<Worker['service'], string>> = {
  ingest: 'videos are not decoded, and new ones not accepted.',
  features: 'no frame gets features, and runs wait.',
  propagation: 'no labels are carried on, and runs wait.',
  results: 'no masks are written, no exports made, and nothing is removed.',
  models: 'versions cannot be registered, promoted or rolled back, and new runs may be refused.',
};

/** Who works: every process that answers now. */
export function Workers() {
  const { data, problem, reload } = useQuery('workers', () => ask(api.GET('/v1/admin/workers')), LOOK_EVERY_MS);
  if (!data) return problem ? <ProblemNote problem={problem} onRetry={reload} /> : null;
  const missing = Object.entries(NEEDED_FOR).filter(([name]) => !data.items.some(({ service }) => service === name));
  const revisions = new Set(data.items.map(({ version, revision }) => `${version} ${revision}`));
  return (
    <>
      {missing.map(([service, what]) => (
        <div key={service} className="problem" role="alert">
          {Icons.warning}
          <div>
            <strong>No service {service} answered within a second.</strong> It is overloaded, stuck or not running: look
            into its log, or start it. Until then: {what}
          </div>
        </div>
      ))}
      {revisions.size > 1 && (
        <div className="warning-note" role="status">
          {Icons.warning}
          <span>Workers of different versions are at work, as while a new version is rolled out.</span>
        </div>
      )}
      <section className="card table-card" tabIndex={0} aria-label="Workers">
        <table className="table">
          <caption>Workers</caption>
          <thead>
            <tr>
              <th>Service</th>
              <th>Host</th>
              <th>Process</th>
              <th>Version</th>
              <th>Started</th>
              <th>Has loaded</th>
            </tr>
          </thead>
          <tbody>
            {data.items.map((worker) => (
              <WorkerRow key={`${worker.host} ${worker.pid}`} worker={worker} />
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

function WorkerRow({ worker: { service, host, pid, version, revision, startedAt, encoders } }: { worker: Worker }) {
  return (
    <tr>
      <td>{service}</td>
      <td className="note-cell" title={host}>
        {host}
      </td>
      <td className="mono">{pid}</td>
      <td title={revision}>{version}</td>
      <td className="muted" title={at(startedAt)}>
        {ago(startedAt)}
      </td>
      <td>
        {encoders.map(({ sha256, name, state, reason }) => (
          <span key={sha256} className="loaded-encoder" title={reason ?? sha256}>
            {name ?? sha256.slice(0, 8)}
            {state !== 'LOADED' && <i className={state === 'FAILED' ? 'worse' : 'muted'}> {state.toLowerCase()}</i>}
          </span>
        ))}
        {encoders.length === 0 && <span className="muted">{service === 'features' ? 'nothing yet' : '–'}</span>}
      </td>
    </tr>
  );
}
