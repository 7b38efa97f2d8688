import { useState } from 'react';
import { FileTrigger } from 'react-aria-components';
import { cssColour, type Colours } from '../labels/palette';
import { Button, IconButton } from '../ui/button';
import { Icons } from '../ui/icons';
import { useStable } from '../ui/use-stable';
import type { ListedObject } from './listed-object';
import { ObjectRow } from './object-row';
import { ObjectDialog, type ObjectLook } from './object-dialog';

/** A mask, or JSON of LabelMe or COCO. */
const IMPORTED = ['image/png', 'application/json', '.json'];

/** More than these are not counted at a glance. */
const COUNTED_FROM = 9;

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
  const [edited, setEdited] = useState<number>();
  const [choose, hide, lock] = [useStable(onChoose), useStable(onHide), useStable(onLock)];
  return (
    <section className="panel-part" aria-label="Objects">
      <div className="panel-head">
        <h2>Objects {objects.length > COUNTED_FROM && <span className="muted">{objects.length}</span>}</h2>
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
        {objects.map(({ id, name, note }) => (
          <ObjectRow
            key={id}
            id={id}
            name={name}
            note={note}
            colour={cssColour(colours[id]!)}
            isChosen={id === chosen}
            isHidden={hidden.has(id)}
            isLocked={locked.has(id)}
            onChoose={choose}
            onHide={hide}
            onLock={lock}
            onEdit={onChange && setEdited}
          />
        ))}
      </ul>
      {edited !== undefined && lookOf && onChange && (
        <ObjectDialog
          id={edited}
          look={lookOf(edited)}
          onClose={() => setEdited(undefined)}
          onSave={(look) => onChange(edited, look)}
          onDelete={onDelete && (() => onDelete(edited))}
        />
      )}
    </section>
  );
}
