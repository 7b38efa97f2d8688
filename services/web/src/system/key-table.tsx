import { useState } from 'react';
import { Checkbox, CheckboxGroup, Input, Label, TextField } from 'react-aria-components';
import { api, ask, type Key } from '../api/client';
import { useQuery } from '../api/use-query';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { ago } from '../ui/format';
import { Icons } from '../ui/icons';
import { sayProblem } from '../ui/toasts';

const SCOPES = [
  { id: 'runs:read', name: 'Look at runs' },
  { id: 'runs:write', name: 'Start and correct runs' },
  { id: 'admin', name: 'Administer models, training, keys' },
] as const;
type Scope = (typeof SCOPES)[number]['id'];

function stateOf({ revokedAt, expiresAt }: Key): string {
  if (revokedAt) return 'revoked';
  if (!expiresAt) return 'valid';
  return Date.parse(expiresAt) < Date.now() ? 'expired' : `until ${expiresAt.slice(0, 10)}`;
}

/** Who may come in, and what they may do. */
export function KeyTable() {
  const { data, reload } = useQuery(
    'keys',
    () => ask(api.GET('/v1/admin/keys', { params: { query: { limit: 200 } } })),
    10_000,
  );
  const [isAdding, setAdding] = useState(false);
  const [going, setGoing] = useState<Key>();
  const revoke = () => {
    ask(api.DELETE('/v1/admin/keys/{id}', { params: { path: { id: going!.id } } })).then(() => {
      setGoing(undefined);
      reload();
    }, sayProblem);
  };
  if (!data) return null;
  return (
    <section className="card table-card" tabIndex={0} aria-label="Keys">
      <table className="table">
        <caption>
          API keys
          <Button onPress={() => setAdding(true)}>{Icons.plus} New key</Button>
        </caption>
        <thead>
          <tr>
            <th>Name</th>
            <th>Tenant</th>
            <th>May</th>
            <th>State</th>
            <th>Used</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {data.items.length === 0 && (
            <tr>
              <td colSpan={6} className="muted">
                No keys: everybody on this machine may do everything.
              </td>
            </tr>
          )}
          {data.items.map((key) => (
            <tr key={key.id}>
              <td className="note-cell" title={key.prefix}>
                {key.name}
              </td>
              <td>{key.tenant}</td>
              <td className="muted">{key.scopes.join(', ')}</td>
              <td>{stateOf(key)}</td>
              <td className="muted">{key.lastUsedAt ? ago(key.lastUsedAt) : 'never'}</td>
              <td className="number">
                {!key.revokedAt && (
                  <Button kind="quiet" label={`Revoke ${key.name}`} onPress={() => setGoing(key)}>
                    Revoke
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <NewKey isOpen={isAdding} onClose={() => setAdding(false)} onChange={reload} />
      <Dialog
        title={`Revoke ${going?.name ?? ''}`}
        isOpen={going !== undefined}
        onClose={() => setGoing(undefined)}
        action={{ label: 'Revoke', kind: 'danger', run: revoke }}
      >
        <p>Programs with this key are refused from now on, and browsers that signed in with it are signed out.</p>
      </Dialog>
    </section>
  );
}

function NewKey({ isOpen, onClose, onChange }: { isOpen: boolean; onClose: () => void; onChange: () => void }) {
  const [name, setName] = useState('');
  const [tenant, setTenant] = useState('default');
  const [scopes, setScopes] = useState<string[]>(['runs:read', 'runs:write']);
  const [key, setKey] = useState<string>();
  const close = () => {
    setKey(undefined);
    setName('');
    onClose();
  };
  const create = () => {
    ask(api.POST('/v1/admin/keys', { body: { name, tenant, scopes: scopes as Scope[] } })).then((created) => {
      setKey(created.key);
      onChange();
    }, sayProblem);
  };
  const action = { label: 'Create', isDisabled: name.trim() === '' || scopes.length === 0, run: create };
  return (
    <Dialog title="New key" isOpen={isOpen} onClose={close} action={key ? undefined : action}>
      {key ? (
        <>
          <p>This is the key. It is shown only now.</p>
          <pre className="snippet" tabIndex={0} aria-label="The key">
            {key}
          </pre>
        </>
      ) : (
        <>
          <TextField className="field" value={name} onChange={setName} maxLength={200} autoFocus>
            <Label>Name</Label>
            <Input className="input" placeholder="Who or what it is for" />
          </TextField>
          <TextField className="field" value={tenant} onChange={setTenant}>
            <Label>Tenant, whose runs it sees</Label>
            <Input className="input" />
          </TextField>
          <CheckboxGroup className="field" value={scopes} onChange={setScopes}>
            <Label>It may</Label>
            {SCOPES.map(({ id, name: what }) => (
              <Checkbox key={id} value={id} className="checkbox">
                <span className="check-mark" aria-hidden="true">
                  {Icons.check}
                </span>
                {what}
              </Checkbox>
            ))}
          </CheckboxGroup>
        </>
      )}
    </Dialog>
  );
}
