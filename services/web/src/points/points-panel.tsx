import { Button as AriaButton, ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { Icons } from '../ui/icons';
import type { Visibility } from './place-points';
import type { PointEditor } from './use-point-editor';

const CHOICES: readonly { id: Visibility; name: string; icon: keyof typeof Icons }[] = [
  { id: 'visible', name: 'visible', icon: 'eye' },
  { id: 'hidden', name: 'hidden by something', icon: 'hidden' },
  { id: 'absent', name: 'not on the frame', icon: 'close' },
];

/** The key points of an object: which one a click places next, and what is said of each. */
export function PointsPanel({ editor, name }: { editor: PointEditor; name: string }) {
  const { points, chosen, choose, setVisibility } = editor;
  const next = points.find((point) => point.name === chosen);
  return (
    <section className="panel-part" aria-label="Key points">
      <h2>Key points of {name}</h2>
      <p className="hint">
        {next && next.x === null
          ? `Click where ${next.name} is.`
          : 'Drag a point to move it. A click into the open places the next one.'}
      </p>
      <ul className="objects points">
        {points.map((point) => (
          <li key={point.name} className={`object ${point.name === chosen ? 'is-chosen' : ''}`}>
            <AriaButton className="object-name" aria-pressed={point.name === chosen} onPress={() => choose(point.name)}>
              <span className="object-text">{point.name}</span>
              {point.state === 'lost' && <span className="object-note">lost</span>}
              {point.state === 'absent' && <span className="object-note">–</span>}
            </AriaButton>
            <ToggleButtonGroup
              className="point-states"
              aria-label={point.name}
              selectionMode="single"
              disallowEmptySelection
              selectedKeys={[point.state]}
              onSelectionChange={([state]) => state !== undefined && setVisibility(point.name, state as Visibility)}
            >
              {CHOICES.map(({ id, name: called, icon }) => (
                <ToggleButton
                  key={id}
                  id={id}
                  className="icon-button"
                  aria-label={`${point.name} is ${called}`}
                  isDisabled={id !== 'absent' && point.x === null}
                >
                  {Icons[icon]}
                </ToggleButton>
              ))}
            </ToggleButtonGroup>
          </li>
        ))}
      </ul>
    </section>
  );
}
