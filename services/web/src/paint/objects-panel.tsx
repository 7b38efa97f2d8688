import { useState } from 'react';
import { Button as AriaButton, Input, TextField } from 'react-aria-components';
import { Button, IconToggle } from '../ui/button';
import { Icons } from '../ui/icons';
import { cssColour } from '../labels/palette';

export interface ListedObject {
  id: number;
  name: string | null;
  /** What is worth saying of it on this frame. */
  note?: string;
}

interface ObjectsPanelProps {
  objects: readonly ListedObject[];
  chosen: number;
  onChoose: (id: number) => void;
  hidden: ReadonlySet<number>;
  onHide: (id: number, isHidden: boolean) => void;
  locked: ReadonlySet<number>;
  onLock: (id: number, isLocked: boolean) => void;
  onAdd?: () => void;
  onRename?: (id: number, name: string) => void;
}

/** The objects, one of which is painted: colour, name, hide, lock. */
export function ObjectsPanel(props: ObjectsPanelProps) {
  const { objects, chosen, onChoose, hidden, onHide, locked, onLock, onAdd, onRename } = props;
  const [renamed, setRenamed] = useState<number>();
  return (
    <section className="panel-part" aria-label="Objects">
      <div className="panel-head">
        <h2>Objects</h2>
        {onAdd && (
          <Button kind="quiet" onPress={onAdd}>
            {Icons.plus} Add
          </Button>
        )}
      </div>
      <ul className="objects">
        {objects.map(({ id, name, note }) => (
          <li key={id} className={`object ${id === chosen ? 'is-chosen' : ''} ${hidden.has(id) ? 'is-hidden' : ''}`}>
            {renamed === id && onRename ? (
              <Rename
                id={id}
                name={name}
                onDone={(next) => {
                  setRenamed(undefined);
                  if (next) onRename(id, next);
                }}
              />
            ) : (
              <AriaButton
                className="object-name"
                aria-pressed={id === chosen}
                onPress={() => (id === chosen && onRename ? setRenamed(id) : onChoose(id))}
              >
                <span className="swatch" style={{ background: cssColour(id) }} />
                <span className="object-text">{name ?? `Object ${id}`}</span>
                {note && <span className="object-note">{note}</span>}
                <kbd aria-hidden="true">{id < 10 ? id : ''}</kbd>
              </AriaButton>
            )}
            <IconToggle
              icon={hidden.has(id) ? Icons.hidden : Icons.eye}
              label={`Hide ${name ?? `object ${id}`}`}
              isSelected={hidden.has(id)}
              onChange={(isHidden) => onHide(id, isHidden)}
            />
            <IconToggle
              icon={locked.has(id) ? Icons.lock : Icons.unlocked}
              label={`Lock ${name ?? `object ${id}`}`}
              isSelected={locked.has(id)}
              onChange={(isLocked) => onLock(id, isLocked)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Rename({ id, name, onDone }: { id: number; name: string | null; onDone: (name?: string) => void }) {
  const [text, setText] = useState(name ?? '');
  return (
    <TextField
      className="object-rename"
      aria-label={`Name of object ${id}`}
      value={text}
      onChange={setText}
      maxLength={200}
      autoFocus
      onBlur={() => onDone(text.trim())}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onDone(text.trim());
        if (event.key === 'Escape') onDone();
      }}
    >
      <Input className="input" placeholder={`Object ${id}`} />
    </TextField>
  );
}
