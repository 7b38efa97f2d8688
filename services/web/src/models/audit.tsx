import { api, ask } from '../api/client';
import { useQuery } from '../api/use-query';
import { ago } from '../ui/format';
import { VersionName } from '../ui/version-name';

/** What was done, as people say it. */
const WORDS: Record<string, string> = {
  register: 'Registered',
  validated: 'Validated',
  trust: 'Trusted by the configuration',
  alias: 'Alias moved',
  traffic: 'Traffic changed',
  promote: 'Promoted',
  rollback: 'Rolled back',
  delete: 'Deleted',
};

/** What was changed last, by whom. */
export function Audit() {
  const { data } = useQuery(
    'audit',
    () => ask(api.GET('/v1/admin/models/audit', { params: { query: { limit: 8 } } })),
    10_000,
  );
  if (!data || data.items.length === 0) return null;
  return (
    <section className="card panel-part" aria-label="Changes">
      <h2>Last changes</h2>
      <ul className="audit">
        {data.items.map(({ id, at, actor, action, name, version }) => (
          <li key={id}>
            <span>{WORDS[action] ?? action}</span>
            <span title={name}>{version === null ? name : <VersionName name={name} version={version} />}</span>
            <span className="muted" title={actor}>
              {actor.replace(/ \([0-9a-f-]{36}\)$/, '')}
            </span>
            <time className="muted" dateTime={at} title={at}>
              {ago(at)}
            </time>
          </li>
        ))}
      </ul>
    </section>
  );
}
