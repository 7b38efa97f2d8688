import { useState } from 'react';
import { api, ask, type Model, type ModelVersion } from '../api/client';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { Slider } from '../ui/slider';
import { say, sayProblem } from '../ui/toasts';
import { reportOf, score } from './report';

type Change = 'promote' | 'rollback' | 'traffic';

/** Which version runs get, and the ways to change it, each of which says first what it will do. */
export function ModelChanges({
  model,
  versions,
  onChange,
}: {
  model: Model;
  versions: readonly ModelVersion[];
  onChange: () => void;
}) {
  const [change, setChange] = useState<Change>();
  const alias = (name: string) => model.aliases.find((one) => one.alias === name);
  const [champion, canary] = [alias('champion'), alias('canary')];
  const previous = champion?.previousVersion ?? undefined;
  const [share, setShare] = useState(() => model.traffic.split.find((part) => part.alias === 'canary')?.percent ?? 0);
  const path = { params: { path: { name: model.name } } };
  const quality = (version: number | undefined) => {
    const found = versions.find((one) => one.version === version);
    return score(found && reportOf(found).quality?.quality);
  };

  const run = (asking: Promise<unknown>, done: string) =>
    asking.then(() => {
      say({ title: done });
      setChange(undefined);
      onChange();
    }, sayProblem);
  const promote = () =>
    run(
      ask(api.POST('/v1/admin/models/{name}:promote', { ...path, body: { expectedRevision: champion?.revision } })),
      `${model.name}:${canary?.version} is the champion now`,
    );
  const rollback = () =>
    run(
      ask(api.POST('/v1/admin/models/{name}:rollback', { ...path, body: { expectedRevision: champion?.revision } })),
      `${model.name}:${previous} is the champion again`,
    );
  const setTraffic = () => {
    const split = [
      { alias: 'champion', percent: 100 - share },
      ...(share > 0 ? [{ alias: 'canary', percent: share }] : []),
    ];
    return run(
      ask(
        api.PUT('/v1/admin/models/{name}/traffic', {
          ...path,
          body: { split, expectedRevision: model.traffic.revision },
        }),
      ),
      share > 0 ? `${share} % of new runs get the canary` : 'All new runs get the champion',
    );
  };

  return (
    <section className="card panel-part" aria-label="Traffic">
      <div className="panel-head">
        <h2>Which version runs get</h2>
        <div className="panel-buttons">
          <Button isDisabled={!canary} onPress={() => setChange('traffic')}>
            Change traffic
          </Button>
          <Button isDisabled={previous === undefined} onPress={() => setChange('rollback')}>
            Roll back
          </Button>
          <Button kind="primary" isDisabled={!canary} onPress={() => setChange('promote')}>
            Promote
          </Button>
        </div>
      </div>
      <div
        className="split"
        role="img"
        aria-label={model.traffic.split.map((part) => `${part.percent} % ${part.alias}`).join(', ')}
      >
        {model.traffic.split
          .filter(({ percent }) => percent > 0)
          .map((part) => (
            <span key={part.alias} className={`split-part is-${part.alias}`} style={{ flexGrow: part.percent }}>
              {part.alias} {alias(part.alias)?.version} · {part.percent} %
            </span>
          ))}
      </div>
      {!canary && (
        <p className="hint">Choose a ready version and make it the canary: then it can get traffic and be promoted.</p>
      )}

      <Dialog
        title="Promote the canary"
        isOpen={change === 'promote'}
        onClose={() => setChange(undefined)}
        action={{ label: `Promote version ${canary?.version}`, run: promote }}
      >
        <p>
          New runs get version {canary?.version} (J&F {quality(canary?.version)}) in place of version{' '}
          {champion?.version} (J&F {quality(champion?.version)}). Runs under way keep theirs. Version{' '}
          {champion?.version} stays loaded, so that you can roll back at once.
        </p>
      </Dialog>
      <Dialog
        title="Roll back"
        isOpen={change === 'rollback'}
        onClose={() => setChange(undefined)}
        action={{ label: `Go back to version ${previous}`, run: rollback }}
      >
        <p>
          New runs get version {previous} again in place of version {champion?.version}. It is still loaded and is not
          validated again.
        </p>
      </Dialog>
      <Dialog
        title="Change traffic"
        isOpen={change === 'traffic'}
        onClose={() => setChange(undefined)}
        action={{ label: 'Change', run: setTraffic }}
      >
        <Slider
          label="Share of the canary"
          value={share}
          onChange={setShare}
          min={0}
          max={100}
          step={5}
          format={(v) => `${v} %`}
        />
        <p>Which version a run gets is decided once, when it is accepted, and stays with it.</p>
      </Dialog>
    </section>
  );
}
