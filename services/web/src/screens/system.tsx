import { api, ask } from '../api/client';
import { useQuery } from '../api/use-query';
import { useMay } from '../session';
import { KeyTable } from '../system/key-table';
import { Queues } from '../system/queues';
import { StorageUse } from '../system/storage-use';
import { Throughput } from '../system/throughput';
import { Workers } from '../system/workers';
import { ForAdministrators, ProblemNote } from '../ui/states';
import { Icons } from '../ui/icons';

/** What each dependency is needed for, so that its absence says what to expect. */
const NEEDED_FOR: Record<string, string> = {
  postgres: 'Nothing works without it: runs are accepted and read again when it is back.',
  redis: 'Runs are accepted and wait; work goes on when it is back.',
  nats: 'Progress comes with a delay of seconds, and nothing is lost.',
  storage: 'Videos cannot be accepted and masks not be read until it is back.',
};

/** Whether the platform is well, and what to do where it is not. */
export default function System() {
  const isAdmin = useMay('admin');
  const ready = useQuery('ready', readiness, 3000);
  if (!isAdmin) return <ForAdministrators what="The system is" />;
  const dependencies = Object.entries(ready.data?.dependencies ?? {});
  const missing = dependencies.filter(([, outcome]) => outcome !== 'ok');
  return (
    <div className="page">
      <div className="page-head">
        <h1>System</h1>
        {ready.data && (
          <span className="muted">
            version {ready.data.version} ({ready.data.revision.slice(0, 8)})
          </span>
        )}
      </div>
      {ready.problem && <ProblemNote problem={ready.problem} onRetry={ready.reload} />}
      {missing.map(([name, outcome]) => (
        <div key={name} className="problem" role="alert">
          {Icons.warning}
          <div>
            <strong>{name} is away.</strong> {NEEDED_FOR[name]} <span className="muted">{outcome}</span>
          </div>
        </div>
      ))}
      <div className="tiles">
        {dependencies.map(([name, outcome]) => (
          <div key={name} className="card tile">
            <span className={`state ${outcome === 'ok' ? 'good' : 'bad'}`}>{outcome === 'ok' ? 'Well' : 'Away'}</span>
            <strong>{name}</strong>
          </div>
        ))}
      </div>
      <Workers />
      <Queues />
      <Throughput />
      <KeyTable />
      <StorageUse />
    </div>
  );
}

/** Both answers have the same form: a 503 names what is missing. */
async function readiness() {
  const { data, error, response } = await api.GET('/v2/health/ready');
  const body = data ?? (error as unknown as typeof data);
  return body?.dependencies ? body : ask(Promise.resolve({ data, error, response }));
}
