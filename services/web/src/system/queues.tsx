import { api, ask } from '../api/client';
import { useQuery } from '../api/use-query';
import { duration, whole } from '../ui/format';
import { Icons } from '../ui/icons';

const STATES = ['waiting', 'active', 'delayed'] as const;
/** So long a job waits only where nobody takes it, or where all are busy. */
const LONG_S = 60;

/** What the worker of a queue does. */
const HINTS: Record<string, string> = {
  ingest: 'decodes videos',
  features: 'runs the encoder',
  propagation: 'carries labels on',
  results: 'writes masks',
  pictures: 'makes pictures of frames',
  exports: 'writes overlays and files of other formats',
  housekeeping: 'removes what is deleted',
};

/** Which service works on a queue, where it is not called like it. */
const WORKERS: Record<string, string> = { pictures: 'ingest', exports: 'results', housekeeping: 'results' };

interface Queue {
  jobs: Map<string, number>;
  /** Seconds that the next job has waited. */
  oldest: number;
}

/** What waits for whom, and what to do where it waits long. */
export function Queues() {
  const { data } = useQuery('queues', async () => queuesIn(await ask(api.GET('/metrics', { parseAs: 'text' }))), 3000);
  if (!data || data.size === 0) return null;
  const slow = [...data].filter(([, { jobs, oldest }]) => (jobs.get('waiting') ?? 0) > 0 && oldest > LONG_S);
  return (
    <>
      {slow.map(([stage, { jobs, oldest }]) => (
        <div key={stage} className="problem" role="alert">
          {Icons.warning}
          <div>
            <strong>
              {stage}: a job has waited for {duration(oldest)}.
            </strong>{' '}
            {jobs.get('active')
              ? `All workers are busy. More of the service ${WORKERS[stage] ?? stage} would shorten the queue.`
              : `Nobody works on it. Start the service ${WORKERS[stage] ?? stage}, or look into its log.`}
          </div>
        </div>
      ))}
      <section className="card table-card" tabIndex={0} aria-label="Queues">
        <table className="table">
          <caption>Queues</caption>
          <thead>
            <tr>
              <th>Stage</th>
              {STATES.map((state) => (
                <th key={state} className="number">
                  {state[0]!.toUpperCase() + state.slice(1)}
                </th>
              ))}
              <th className="number">Longest wait</th>
            </tr>
          </thead>
          <tbody>
            {[...data].map(([stage, { jobs, oldest }]) => (
              <tr key={stage}>
                <td>
                  {stage} <span className="muted queue-hint">{HINTS[stage]}</span>
                </td>
                {STATES.map((state) => (
                  <td key={state} className="number">
                    {whole(jobs.get(state) ?? 0)}
                  </td>
                ))}
                <td className="number">{jobs.get('waiting') ? duration(oldest) : '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

function queuesIn(text: unknown): Map<string, Queue> {
  const queues = new Map<string, Queue>();
  const of = (stage: string) => {
    const queue = queues.get(stage) ?? { jobs: new Map<string, number>(), oldest: 0 };
    queues.set(stage, queue);
    return queue;
  };
  const jobs = /^propago_queue_jobs\{stage="(\w+)",state="(\w+)"\} (\d+)/gm;
  const oldest = /^propago_queue_oldest_seconds\{stage="(\w+)"\} ([\d.]+)/gm;
  for (const [, stage, state, value] of String(text).matchAll(jobs)) of(stage!).jobs.set(state!, Number(value));
  for (const [, stage, value] of String(text).matchAll(oldest)) of(stage!).oldest = Number(value);
  return queues;
}
