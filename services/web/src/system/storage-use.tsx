import { useState } from 'react';
import { api, ask } from '../api/client';
import { useQuery } from '../api/use-query';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { bytes, whole } from '../ui/format';
import { Loading, ProblemNote } from '../ui/states';
import { say, sayProblem } from '../ui/toasts';

/** What lies in the storage, why, and what could go. */
export function StorageUse() {
  const [isAsking, setAsking] = useState(false);
  const { data, problem, reload } = useQuery('storage', () =>
    ask(api.POST('/v1/admin/gc', { body: { dryRun: true } })),
  );
  if (problem) return <ProblemNote problem={problem} onRetry={reload} />;
  if (!data) return <Loading what="Looking through the storage" />;
  const removable = [
    { what: 'expired runs', count: data.expiredRuns.length, bytes: 0 },
    { what: 'features of ended runs', count: data.features.blobs, bytes: data.features.bytes },
    { what: 'exports', count: data.exports.blobs, bytes: data.exports.bytes },
    ...Object.entries(data.orphans).map(([what, one]) => ({
      what: `${what} that nothing refers to`,
      count: one.blobs,
      bytes: one.bytes,
    })),
  ].filter(({ count }) => count > 0);
  const collect = () => {
    ask(api.POST('/v1/admin/gc', { body: {} })).then(() => {
      say({ title: 'What could go is gone' });
      setAsking(false);
      reload();
    }, sayProblem);
  };
  return (
    <section className="card table-card" tabIndex={0} aria-label="Storage">
      <table className="table">
        <caption>
          Storage
          <Button isDisabled={removable.length === 0} onPress={() => setAsking(true)}>
            Free {bytes(removable.reduce((sum, one) => sum + one.bytes, 0))}
          </Button>
        </caption>
        <thead>
          <tr>
            <th>What stays</th>
            <th>Why</th>
            <th className="number">Files</th>
            <th className="number">Size</th>
          </tr>
        </thead>
        <tbody>
          {data.kept.map(({ what, why, blobs, bytes: size }) => (
            <tr key={`${what} ${why}`}>
              <td>{what}</td>
              <td className="muted">{why}</td>
              <td className="number">{whole(blobs)}</td>
              <td className="number">{bytes(size)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Dialog
        title="Free storage"
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        action={{ label: 'Remove', kind: 'danger', run: collect }}
      >
        <p>These go now. What can be made again is made again when it is needed.</p>
        <ul>
          {removable.map(({ what, count, bytes: size }) => (
            <li key={what}>
              {whole(count)} {what}
              {size > 0 && `, ${bytes(size)}`}
            </li>
          ))}
        </ul>
      </Dialog>
    </section>
  );
}
