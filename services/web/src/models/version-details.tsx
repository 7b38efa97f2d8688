import type { Model, ModelVersion } from '../api/client';
import { at, bytes } from '../ui/format';
import { Icons } from '../ui/icons';
import { AliasChange } from './alias-change';
import { LoadState } from './load-state';
import { noteOf, reportOf, score } from './report';
import { WorstFrames } from './worst-frames';
import { Aliases, VersionState } from './version-table';

/** What is known of a version, beside the champion. */
export function VersionDetails({
  version,
  champion,
  model,
  onChange,
}: {
  version: ModelVersion;
  champion: ModelVersion | undefined;
  model: Model;
  onChange: () => void;
}) {
  const { quality, probe } = reportOf(version);
  const other = champion && champion.version !== version.version ? reportOf(champion) : undefined;
  const card = Object.entries(version.card ?? {}).filter(([key]) => !['sha256', 'inferred'].includes(key));
  const clips = quality?.sequences ?? [];
  return (
    <aside className="card details" aria-label={`Version ${version.version}`}>
      <div className="panel-part">
        <div className="panel-head">
          <h2>
            {version.name}:{version.version}
          </h2>
          <VersionState version={version} />
        </div>
        {version.aliases.length > 0 && (
          <div className="aliases">
            <Aliases names={version.aliases} />
          </div>
        )}
        {noteOf(version) && <p>{noteOf(version)}</p>}
        {version.reasons.map(({ code, detail }) => (
          <div key={code} className="problem">
            {Icons.warning}
            <div>
              {detail} <code>{code}</code>
            </div>
          </div>
        ))}
        {version.state === 'READY' && <LoadState version={version} />}
        {version.state === 'READY' && <AliasChange version={version} model={model} onChange={onChange} />}
      </div>
      {quality && (
        <div className="panel-part">
          <h2>Score on rendered clips</h2>
          <p>
            J&F <strong>{score(quality.quality)}</strong>
            {other?.quality && <Difference to={quality.quality - other.quality.quality} />}{' '}
            <span className="muted">
              J {score(quality.J)}, F {score(quality.F)}
            </span>
          </p>
          <ul className="clips">
            {clips.map(({ name, J, F }) => {
              const before = other?.quality?.sequences?.find((clip) => clip.name === name);
              const value = (J + F) / 2;
              return (
                <li key={name}>
                  <span className="clip-name" title={name}>
                    {name}
                  </span>
                  <span className="clip-bar">
                    <span style={{ width: `${value * 100}%` }} />
                    {before && <i style={{ left: `${((before.J + before.F) / 2) * 100}%` }} title="Champion" />}
                  </span>
                  <span className="clip-score">{score(value)}</span>
                </li>
              );
            })}
          </ul>
          {other?.quality && <p className="hint">The mark is the champion, version {champion!.version}.</p>}
          <WorstFrames key={version.sha256} clips={clips} />
        </div>
      )}
      <div className="panel-part">
        <h2>Facts</h2>
        <dl className="facts">
          {[
            ...(probe
              ? [
                  [
                    'Encoder',
                    `${probe.secondsPerFrame.toFixed(3)} s a frame of ${probe.frame.width} × ${probe.frame.height}`,
                  ],
                  ['Memory', bytes(probe.peakMemoryBytes)],
                ]
              : []),
            ['File', bytes(version.bytes)],
            ['Created', `${at(version.createdAt)} by ${version.createdBy}`],
            ...card.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
            ['sha256', version.sha256],
          ].map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd title={value}>{value}</dd>
            </div>
          ))}
        </dl>
      </div>
    </aside>
  );
}

function Difference({ to }: { to: number }) {
  const text = `${to >= 0 ? '+' : '−'}${Math.abs(to * 100).toFixed(1)}`;
  return (
    <>
      {' '}
      <span className={to >= 0 ? 'better' : 'worse'}>{text}</span> <span className="muted">to the champion.</span>
    </>
  );
}
