import { useState } from 'react';
import { Button as AriaButton, FileTrigger } from 'react-aria-components';
import { cssColour, type Colours } from '../labels/palette';
import { Button, IconButton, IconToggle } from '../ui/button';
import { Icons } from '../ui/icons';
import type { ListedObject } from './listed-object';
import { ObjectDialog, type ObjectLook } from './object-dialog';

/** A mask, or JSON of LabelMe or COCO. */
const IMPORTED = ['image/png', 'application/json', '.json'];

interface ObjectsPanelProps {
  objects: readonly ListedObject[];
  colours: Colours;
  chosen: number;
  onChoose: (id: number) => void;
  hidden: ReadonlySet<number>;
  onHide: (id: number, isHidden: boolean) => void;
  locked: ReadonlySet<number>;
  onLock: (id: number, isLocked: boolean) => void;
  onAdd?: () => void;
  /** Adds one that has key points. */
  onAddPoints?: () => void;
  /** Takes labels of this frame from a file. */
  onImport?: (file: File) => void;
  /** What an object looks like now; with `onChange`. */
  lookOf?: (id: number) => ObjectLook;
  onChange?: (id: number, look: ObjectLook) => void;
  onDelete?: (id: number) => void;
}

/** The objects, one of which is painted: colour, name, hide, lock, delete. */
export function ObjectsPanel(props: ObjectsPanelProps) {
  const {
    objects,
    colours,
    chosen,
    onChoose,
    hidden,
    onHide,
    locked,
    onLock,
    onAdd,
    onAddPoints,
    onImport,
    lookOf,
    onChange,
    onDelete,
  } = props;
  const [edited, setEdited] = useState<ListedObject>();
  return (
    <section className="panel-part" aria-label="Objects">
      <div className="panel-head">
        <h2>Objects</h2>
        <div className="row">
          {onImport && (
            <FileTrigger acceptedFileTypes={IMPORTED} onSelect={(files) => files?.[0] && onImport(files[0])}>
              <Button kind="quiet">{Icons.upload} Import</Button>
            </FileTrigger>
          )}
          {onAddPoints && <IconButton icon={Icons.points} label="Add key points" onPress={onAddPoints} />}
          {onAdd && (
            <Button kind="quiet" onPress={onAdd}>
              {Icons.plus} Add
            </Button>
          )}
        </div>
      </div>
      <ul className="objects">
        {objects.map((object) => {
          const { id, name, note } = object;
          const called = name ?? `object ${id}`;
          return (
            <li key={id} className={`object ${id === chosen ? 'is-chosen' : ''} ${hidden.has(id) ? 'is-hidden' : ''}`}>
              <AriaButton className="object-name" aria-pressed={id === chosen} onPress={() => onChoose(id)}>
                <span className="swatch" style={{ background: cssColour(colours[id]!) }} />
                <span className="object-text">{name ?? `Object ${id}`}</span>
                {note && <span className="object-note">{note}</span>}
                <kbd aria-hidden="true">{id < 10 ? id : ''}</kbd>
              </AriaButton>
              <IconToggle
                icon={hidden.has(id) ? Icons.hidden : Icons.eye}
                label={`Hide ${called}`}
                isSelected={hidden.has(id)}
                onChange={(isHidden) => onHide(id, isHidden)}
              />
              <IconToggle
                icon={locked.has(id) ? Icons.lock : Icons.unlocked}
                label={`Lock ${called}`}
                isSelected={locked.has(id)}
                onChange={(isLocked) => onLock(id, isLocked)}
              />
              {onChange && (
                <IconButton icon={Icons.more} label={`Change ${called}`} onPress={() => setEdited(object)} />
              )}
            </li>
          );
        })}
      </ul>
      {edited && lookOf && onChange && (
        <ObjectDialog
          id={edited.id}
          look={lookOf(edited.id)}
          onClose={() => setEdited(undefined)}
          onSave={(look) => onChange(edited.id, look)}
          onDelete={onDelete && (() => onDelete(edited.id))}
        />
      )}
    </section>
  );
}
