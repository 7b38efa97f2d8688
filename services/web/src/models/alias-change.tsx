import { useState } from 'react';
import { api, ask, type Model, type ModelVersion } from '../api/client';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { say, sayProblem } from '../ui/toasts';

const WHAT = {
  canary: 'It can be given a share of the traffic, and be promoted. Nothing changes for runs until then.',
  shadow: 'Runs are repeated with it, and their masks compared. Users never see these.',
} as const;

/** Lets an alias name this version, after saying what that does. */
export function AliasChange({
  version,
  model,
  onChange,
}: {
  version: ModelVersion;
  model: Model;
  onChange: () => void;
}) {
  const [alias, setAlias] = useState<keyof typeof WHAT>();
  const [removed, setRemoved] = useState<string>();
  const remove = () => {
    const path = { name: model.name, alias: removed! };
    ask(api.DELETE('/v1/admin/models/{name}/aliases/{alias}', { params: { path } })).then(() => {
      say({ title: `No version is the ${removed} now` });
      setRemoved(undefined);
      onChange();
    }, sayProblem);
  };
  const set = () => {
    const before = model.aliases.find((one) => one.alias === alias);
    const path = { name: model.name, alias: alias! };
    const body = { version: version.version, expectedRevision: before?.revision ?? 0 };
    ask(api.PUT('/v1/admin/models/{name}/aliases/{alias}', { params: { path }, body })).then(() => {
      say({ title: `${model.name}:${version.version} is the ${alias} now` });
      setAlias(undefined);
      onChange();
    }, sayProblem);
  };
  return (
    <div className="panel-buttons">
      {(['canary', 'shadow'] as const).map((one) => (
        <Button
          key={one}
          isDisabled={version.aliases.includes(one) || version.aliases.includes('champion')}
          onPress={() => setAlias(one)}
        >
          Make {one}
        </Button>
      ))}
      {version.aliases
        .filter((one) => one in WHAT)
        .map((one) => (
          <Button key={one} onPress={() => setRemoved(one)}>
            Take {one} away
          </Button>
        ))}
      <Dialog
        title={`Take the alias ${removed} away`}
        isOpen={removed !== undefined}
        onClose={() => setRemoved(undefined)}
        action={{ label: `Take ${removed} away`, run: remove }}
      >
        <p>
          No version is the {removed} then.{' '}
          {removed === 'canary' ? 'Its share of the traffic must be 0 before.' : 'No run is repeated any more.'}
        </p>
      </Dialog>
      <Dialog
        title={`Make version ${version.version} the ${alias}`}
        isOpen={alias !== undefined}
        onClose={() => setAlias(undefined)}
        action={{ label: `Make ${alias}`, run: set }}
      >
        <p>{alias && WHAT[alias]}</p>
      </Dialog>
    </div>
  );
}
