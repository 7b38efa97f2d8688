import { useState } from 'react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { api, ask, type Run } from '../api/client';
import { useQuery } from '../api/use-query';
import { cssColour, type Colours } from '../labels/palette';
import { useMay } from '../session';
import { Button } from '../ui/button';
import { ago } from '../ui/format';
import { titleOf } from '../ui/run-state';
import { Select } from '../ui/select';
import { Slider } from '../ui/slider';
import { ProblemNote } from '../ui/states';
import { Differences } from './differences-list';
import { RepeatRun } from './repeat-run';
import type { Comparison } from './use-comparison';

const OFF = { id: 'off', name: 'Nothing' };
const BEFORE = { id: 'before', name: 'Before the last correction', hint: 'As far as this tab has seen the masks' };
const MOST_RUNS = 50;
const percent = (at: number) => `${Math.round(at * 100)} %`;

interface ComparePanelProps {
  run: Run;
  comparison: Comparison;
  objects: readonly number[];
  names: ReadonlyMap<number, string>;
  colours: Colours;
  frames: number;
  frame: number;
  onFrame: (frame: number) => void;
}

/** With what the masks are compared, how, and how well they agree. */
export function ComparePanel({ run, comparison, objects, names, colours, frames, frame, onFrame }: ComparePanelProps) {
  const { compared, setCompared, split, setSplit, agreements, hasBefore } = comparison;
  const [isRepeating, setRepeating] = useState(false);
  const mayWrite = useMay('runs:write');
  const { data, problem, reload } = useQuery(`runs of ${run.video.sha256}`, () =>
    ask(api.GET('/v1/runs', { params: { query: { videoSha256: run.video.sha256, limit: MOST_RUNS } } })),
  );
  const others = (data?.items ?? []).filter(({ id }) => id !== run.id);
  const choices = [
    OFF,
    ...(hasBefore ? [BEFORE] : []),
    ...others.map((other) => ({
      id: other.id,
      name: titleOf(other),
      hint: `${other.encoder.name}:${other.encoder.version}, ${other.preset}, ${ago(other.timings.acceptedAt)}`,
    })),
  ];
  const chosen = compared === undefined ? OFF.id : compared === 'before' ? BEFORE.id : compared.id;
  const choose = (id: string) => setCompared(id === BEFORE.id ? 'before' : others.find((other) => other.id === id));
  return (
    <>
      <section className="panel-part" aria-label="Compare">
        <Select label="Compare with" choices={choices} value={chosen} onChange={choose} />
        {problem && <ProblemNote problem={problem} onRetry={reload} />}
        {compared && (
          <ToggleButtonGroup
            className="segments"
            aria-label="How to compare"
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[split.mode]}
            onSelectionChange={([mode]) => setSplit(mode === 'side' ? { mode: 'side' } : { mode: 'wipe', at: 0.5 })}
          >
            <ToggleButton id="wipe" className="segment">
              Wipe
            </ToggleButton>
            <ToggleButton id="side" className="segment">
              Side by side
            </ToggleButton>
          </ToggleButtonGroup>
        )}
        {compared && split.mode === 'wipe' && (
          <Slider
            label="Cut"
            value={split.at}
            onChange={(at) => setSplit({ mode: 'wipe', at })}
            min={0}
            max={1}
            step={0.01}
            format={percent}
          />
        )}
        {!compared && (
          <p className="hint">
            Two runs of the same video, or the masks before and after a correction: on the picture, with a figure for
            each object.
          </p>
        )}
        {mayWrite && (
          <div>
            <Button onPress={() => setRepeating(true)}>Run again with another version</Button>
          </div>
        )}
      </section>
      {compared && (
        <section className="panel-part" aria-label="Agreement">
          <h2>Agreement on frame {frame}</h2>
          {agreements.length === 0 && <p className="hint">One of them has no masks here yet.</p>}
          <ul className="agreements">
            {agreements.map(({ object, jaccard }) => (
              <li key={object}>
                <span className="swatch" style={{ background: cssColour(colours[object]!) }} />
                <span className="object-text">{names.get(object)}</span>
                <span className="object-note">{jaccard === null ? 'in neither' : `J ${jaccard.toFixed(3)}`}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {compared && compared !== 'before' && (
        <Differences run={run} other={compared.id} objects={objects} frames={frames} frame={frame} onFrame={onFrame} />
      )}
      {isRepeating && <RepeatRun run={run} onClose={() => setRepeating(false)} onStarted={reload} />}
    </>
  );
}
