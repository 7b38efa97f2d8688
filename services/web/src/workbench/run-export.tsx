import { useState } from 'react';
import type { Run, RunEvent } from '../api/client';
import { useMay } from '../session';
import { Button } from '../ui/button';
import { Select } from '../ui/select';
import { ProblemNote } from '../ui/states';
import { EXPORT_FORMAT_CHOICES, EXPORT_FORMATS, type ExportFormat } from './export-formats';
import { optionsOf, settingsOf } from './export-options';
import { ExportRow } from './export-row';
import { ExportSnippet } from './export-snippet';
import { useExports } from './use-exports';

const ALL = 'all';

interface RunExportProps {
  run: Run;
  /** Of the objects, by their ids. */
  names: ReadonlyMap<number, string>;
  news: RunEvent['exports'];
  watch: () => void;
}

/** What one takes away: files in the formats of other programs, and lines that fetch them. */
export function RunExport({ run, names, news, watch }: RunExportProps) {
  const mayWrite = useMay('runs:write');
  const [format, setFormat] = useState<ExportFormat>('davis');
  const [object, setObject] = useState(ALL);
  const [chosen, setChosen] = useState<Readonly<Record<string, string>>>({});
  const [isAsking, setAsking] = useState(false);
  const exports = useExports(run.id, news, watch);
  const { isExact, cannotHold } = EXPORT_FORMATS[format];
  const isComplete = run.state === 'succeeded';
  const hasMasks = run.progress.results.done > 0;
  const options = optionsOf(format, { chosen, object: object === ALL ? null : Number(object), isComplete });
  const make = () => {
    setAsking(true);
    void exports.make(format, options).finally(() => setAsking(false));
  };
  return (
    <>
      {mayWrite && (
        <section className="panel-part" aria-label="New export">
          <Select
            label="Format"
            choices={EXPORT_FORMAT_CHOICES}
            value={format}
            onChange={(next) => setFormat(next as ExportFormat)}
          />
          {settingsOf(format).map(({ id, label, choices }) => (
            <Select
              key={id}
              label={label}
              choices={choices}
              value={chosen[id] ?? choices[0]!.id}
              onChange={(next) => setChosen({ ...chosen, [id]: next })}
            />
          ))}
          {names.size > 1 && (
            <Select
              label="Objects"
              choices={[
                { id: ALL, name: 'All objects' },
                ...[...names].map(([id, name]) => ({ id: String(id), name: `${name} only` })),
              ]}
              value={object}
              onChange={setObject}
            />
          )}
          <ul className="cannot-hold" aria-label="What the format cannot hold">
            {isExact && <li className="is-good">Every pixel of the masks is in the file.</li>}
            {cannotHold.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
          <Button kind="primary" isDisabled={!hasMasks || isAsking} onPress={make}>
            {isComplete ? 'Export' : 'Export the frames that are there'}
          </Button>
          {!hasMasks && <p className="hint">There are no masks yet.</p>}
        </section>
      )}
      <section className="panel-part" aria-label="Exports">
        <h2>Exports</h2>
        {exports.problem && <ProblemNote problem={exports.problem} />}
        {exports.items?.length === 0 && <p className="hint">None yet.</p>}
        <ul className="exports">
          {exports.items?.map((one) => (
            <ExportRow
              key={one.id}
              made={one}
              names={names}
              onRemove={mayWrite ? () => exports.remove(one.id) : undefined}
            />
          ))}
        </ul>
      </section>
      <ExportSnippet runId={run.id} format={format} options={options} />
    </>
  );
}
