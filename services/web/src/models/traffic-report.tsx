import { api, ask } from '../api/client';
import { useQuery } from '../api/use-query';
import { percent, whole } from '../ui/format';

const share = (value: number | null): string => (value === null ? '–' : percent(value));
const seconds = (value: number | null): string => (value === null ? '–' : value.toFixed(3));

/** How the versions do on real runs: those of the traffic, and shadows beside them. */
export function TrafficReport({ name }: { name: string }) {
  const { data } = useQuery(
    `report ${name}`,
    () => ask(api.GET('/v1/admin/models/{name}/report', { params: { path: { name } } })),
    10_000,
  );
  if (!data || (data.traffic.parts.length === 0 && data.shadows.length === 0)) return null;
  return (
    <section className="card table-card" tabIndex={0} aria-label="Runs of the traffic">
      <table className="table">
        <caption>On your runs</caption>
        <thead>
          <tr>
            <th>Version</th>
            <th className="number">Runs</th>
            <th className="number">Failed</th>
            <th className="number">Confidence</th>
            <th className="number">s/frame</th>
            <th className="number">Agreement</th>
          </tr>
        </thead>
        <tbody>
          {data.traffic.parts.map((part) => (
            <tr key={`${part.alias} ${part.version}`}>
              <td>
                {part.version} <span className="tag">{part.alias}</span>
              </td>
              <td className="number">{whole(part.runs)}</td>
              <td className="number">{whole(part.failed)}</td>
              <td className="number">{share(part.confidence)}</td>
              <td className="number">{seconds(part.secondsPerFrame)}</td>
              <td className="number">–</td>
            </tr>
          ))}
          {data.shadows.map((pair) => (
            <tr key={`shadow ${pair.version} ${pair.baseVersion}`}>
              <td>
                {pair.version} <span className="tag">shadow of {pair.baseVersion}</span>
              </td>
              <td className="number">{whole(pair.runs)}</td>
              <td className="number">{whole(pair.failed)}</td>
              <td className="number">{share(pair.confidence)}</td>
              <td className="number">{seconds(pair.secondsPerFrame)}</td>
              <td className="number">{share(pair.meanAgreement)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
