import { Cell, Column, Row, Table, TableBody, TableHeader } from 'react-aria-components';
import type { ModelVersion } from '../api/client';
import { ago, bytes } from '../ui/format';
import { noteOf, reportOf, score } from './report';

const STATES: Record<ModelVersion['state'], { name: string; look: string }> = {
  REGISTERED: { name: 'Registered', look: '' },
  VALIDATING: { name: 'Validating', look: 'busy' },
  READY: { name: 'Ready', look: 'good' },
  REJECTED: { name: 'Rejected', look: 'bad' },
};

export function VersionState({ version: { state, phase } }: { version: ModelVersion }) {
  const { name, look } = STATES[state];
  return (
    <span className={`state ${look}`}>
      {name}
      {phase && <span className="muted">{phase}</span>}
    </span>
  );
}

/** Aliases that decide what runs get come first, whoever else is named. */
const TELLING = ['champion', 'canary', 'shadow'];

/** @param most after the first ones the others are only counted */
export function Aliases({ names, most = Infinity }: { names: readonly string[]; most?: number }) {
  const ordered = [...TELLING.filter((one) => names.includes(one)), ...names.filter((one) => !TELLING.includes(one))];
  const rest = ordered.slice(most);
  return (
    <>
      {ordered.slice(0, most).map((alias) => (
        <span key={alias} className={`tag ${alias === 'champion' ? 'accent' : ''}`} title={alias}>
          {alias}
        </span>
      ))}
      {rest.length > 0 && (
        <span className="muted" title={rest.join(', ')}>
          +{rest.length}
        </span>
      )}
    </>
  );
}

const ALIASES_IN_ROW = 3;

export function VersionTable({
  versions,
  chosen,
  onChoose,
}: {
  versions: readonly ModelVersion[];
  chosen: number | undefined;
  onChoose: (version: number) => void;
}) {
  return (
    <div className="card table-card versions">
      <Table
        className="table"
        aria-label="Versions"
        selectionMode="single"
        selectionBehavior="replace"
        disallowEmptySelection
        selectedKeys={chosen === undefined ? [] : [chosen]}
        onSelectionChange={(keys) => keys !== 'all' && onChoose(Number([...keys][0]))}
      >
        <TableHeader>
          <Column isRowHeader>Version</Column>
          <Column>State</Column>
          <Column className="number">J&F</Column>
          <Column className="number">s/frame</Column>
          <Column className="number">Size</Column>
          <Column>Age</Column>
          <Column>Note</Column>
        </TableHeader>
        <TableBody items={versions}>
          {(version) => {
            const { quality, probe } = reportOf(version);
            return (
              <Row id={version.version}>
                <Cell>
                  <span className="version-cell">
                    {version.version} <Aliases names={version.aliases} most={ALIASES_IN_ROW} />
                  </span>
                </Cell>
                <Cell>
                  <VersionState version={version} />
                </Cell>
                <Cell className="number">{score(quality?.quality)}</Cell>
                <Cell className="number">{probe ? probe.secondsPerFrame.toFixed(3) : '–'}</Cell>
                <Cell className="number">{bytes(version.bytes)}</Cell>
                <Cell>{ago(version.createdAt)}</Cell>
                <Cell className="note-cell">{noteOf(version)}</Cell>
              </Row>
            );
          }}
        </TableBody>
      </Table>
    </div>
  );
}
