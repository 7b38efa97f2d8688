import { useState } from 'react';
import { Link } from 'react-aria-components';
import { api, ask, type Model } from '../api/client';
import { useQuery } from '../api/use-query';
import { Audit } from '../models/audit';
import { ModelChanges } from '../models/changes';
import { ShadowRuns } from '../models/shadow-runs';
import { TrafficReport } from '../models/traffic-report';
import { VersionDetails } from '../models/version-details';
import { VersionTable } from '../models/version-table';
import { useMay } from '../session';
import { Empty, ForAdministrators, Loading, ProblemNote } from '../ui/states';

const LOOK_EVERY_MS = 4000;

/** The encoders: their versions, which of them runs get, and how they do. */
export default function Models({ name }: { name: string | undefined }) {
  const isAdmin = useMay('admin');
  const { data, problem, reload } = useQuery('models', () => ask(api.GET('/v1/admin/models')), LOOK_EVERY_MS);
  if (!isAdmin) return <ForAdministrators what="Models are" />;
  const items = data?.items ?? [];
  const shown = items.find((model) => model.name === name) ?? items.reduce<Model | undefined>(laterChanged, undefined);
  return (
    <div className="page">
      <div className="page-head">
        <h1>Models</h1>
        {items.length > 1 && (
          <nav className="model-names" aria-label="Models">
            {items.map((model) => (
              <Link
                key={model.name}
                href={`/models/${model.name}`}
                className="place"
                aria-current={model === shown ? 'page' : undefined}
              >
                {model.name}
              </Link>
            ))}
          </nav>
        )}
      </div>
      {problem && <ProblemNote problem={problem} onRetry={reload} />}
      {!data && !problem && <Loading what="Loading models" />}
      {data && items.length === 0 && (
        <Empty title="No models">
          <p>
            <code>propago models register encoder.onnx --name mine</code> registers one.
          </p>
        </Empty>
      )}
      {shown && <OneModel key={shown.name} name={shown.name} />}
    </div>
  );
}

/** Of two models that whose aliases were moved last: there something is going on. */
function laterChanged(one: Model | undefined, other: Model): Model {
  const changedAt = ({ aliases }: Model) => Math.max(0, ...aliases.map(({ updatedAt }) => Date.parse(updatedAt)));
  return !one || changedAt(other) > changedAt(one) ? other : one;
}

function OneModel({ name }: { name: string }) {
  const path = { params: { path: { name } } };
  const [version, setVersion] = useState<number>();
  const model = useQuery(`model ${name}`, () => ask(api.GET('/v1/admin/models/{name}', path)), LOOK_EVERY_MS);
  const versions = useQuery(
    `versions ${name}`,
    () => ask(api.GET('/v1/admin/models/{name}/versions', path)),
    LOOK_EVERY_MS,
  );
  const reload = () => {
    model.reload();
    versions.reload();
  };
  const problem = model.problem ?? versions.problem;
  if (!model.data || !versions.data) {
    return problem ? <ProblemNote problem={problem} onRetry={reload} /> : <Loading what={`Loading ${name}`} />;
  }
  const items = versions.data.items;
  const chosen = items.find((one) => one.version === version) ?? items[0];
  const champion = items.find(({ aliases }) => aliases.includes('champion'));
  return (
    <div className="columns">
      <div className="column">
        <ModelChanges model={model.data} versions={items} onChange={reload} />
        <VersionTable versions={items} chosen={chosen?.version} onChoose={setVersion} />
        <TrafficReport name={name} />
        <ShadowRuns name={name} />
        <Audit />
      </div>
      {chosen && <VersionDetails version={chosen} champion={champion} model={model.data} onChange={reload} />}
    </div>
  );
}
