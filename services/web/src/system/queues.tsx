import { api, ask } from '../api/client';
import { useQuery } from '../api/use-query';
import { whole } from '../ui/format';

const STATES = ['waiting', 'active', 'delayed', 'failed'] as const;

/** What a long queue means. */
const HINTS: Record<string, string> = {
  ingest: 'decodes videos',
  features: 'runs the encoder',
  propagation: 'carries labels on',
  results: 'writes masks',
  pictures: 'makes pictures of frames',
  exports: 'writes overlays and files of other formats',
  housekeeping: 'removes what is deleted',
};

export function Queues() {
  const { data } = useQuery('queues', async () => queuesIn(await ask(api.GET('/metrics', { parseAs: 'text' }))), 3000);
  if (!data || data.size === 0) return null;
  return (
    <section className="card table-card" tabIndex={0} aria-label="Queues">
      <table className="table">
        <caption>Queues</caption>
        <thead>
          <tr>
            <th>Stage</th>
            {STATES.map((state) => (
              <th key={state} className="number">
                {state}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...data].map(([stage, jobs]) => (
            <tr key={stage}>
              <td>
                {stage} <span className="muted">{HINTS[stage]}</span>
              </td>
              {STATES.map((state) => (
                <td key={state} className="number">
                  {whole(jobs.get(state) ?? 0)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function queuesIn(text: unknown): Map<string, Map<string, number>> {
  const queues = new Map<string, Map<string, number>>();
  for (const [, stage, state, value] of String(text).matchAll(
    /^propago_queue_jobs\{stage="(\w+)",state="(\w+)"\} (\d+)/gm,
  )) {
    const jobs = queues.get(stage!) ?? new Map<string, number>();
    queues.set(stage!, jobs.set(state!, Number(value)));
  }
  return queues;
}
