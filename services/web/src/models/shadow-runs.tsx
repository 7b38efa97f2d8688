import { useState } from 'react';
import { Link } from 'react-aria-components';
import { api, ask } from '../api/client';
import { useQuery } from '../api/use-query';
import { Button } from '../ui/button';
import { ago } from '../ui/format';
import { ShadowPictures } from './shadow-pictures';

const LOOKED_AT = 100;
const SHOWN = 8;

/** The runs whose masks the shadow version would have changed most. */
export function ShadowRuns({ name }: { name: string }) {
  const [shown, setShown] = useState<string>();
  const { data } = useQuery(
    `shadows ${name}`,
    () => {
      const params = { path: { name }, query: { limit: LOOKED_AT } };
      return ask(api.GET('/v1/admin/models/{name}/shadow-comparisons', { params }));
    },
    10_000,
  );
  const compared = (data?.items ?? [])
    .flatMap((item) => (item.comparison ? [{ ...item, agreement: item.comparison.meanJaccard }] : []))
    .sort((a, b) => a.agreement - b.agreement);
  if (compared.length === 0) return null;
  const opened = compared.find(({ shadowRunId }) => shadowRunId === shown);
  return (
    <section className="card table-card" tabIndex={0} aria-label="Shadow runs">
      <table className="table">
        <caption>Where the shadow differs most</caption>
        <thead>
          <tr>
            <th>Run</th>
            <th>Versions</th>
            <th className="number">Frames</th>
            <th className="number">Agreement, J</th>
            <th>Age</th>
            <th aria-label="Pictures" />
          </tr>
        </thead>
        <tbody>
          {compared.slice(0, SHOWN).map((one) => (
            <tr key={one.shadowRunId}>
              <td>
                <Link href={`/runs/${one.runId}`}>{one.runId.slice(0, 8)}</Link>
              </td>
              <td>
                {one.version} beside {one.baseVersion}
              </td>
              <td className="number">{one.comparison!.frames}</td>
              <td className="number">{one.agreement.toFixed(3)}</td>
              <td>{ago(one.createdAt)}</td>
              <td className="number">
                <Button
                  label={`${one === opened ? 'Hide' : 'Show'} pictures of ${one.runId.slice(0, 8)}`}
                  onPress={() => setShown(one === opened ? undefined : one.shadowRunId)}
                >
                  {one === opened ? 'Hide' : 'Pictures'}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {opened && (
        <div className="panel-part pairs" role="region" aria-label="Largest differences">
          <ShadowPictures key={opened.shadowRunId} model={name} compared={opened} />
        </div>
      )}
    </section>
  );
}
