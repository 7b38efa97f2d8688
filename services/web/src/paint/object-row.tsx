import { memo } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { IconButton, IconToggle } from '../ui/button';
import { Icons } from '../ui/icons';
import { useInSight } from '../ui/use-in-sight';

interface ObjectRowProps {
  id: number;
  name: string | null;
  note: string | undefined;
  /** As CSS says it. */
  colour: string;
  isChosen: boolean;
  isHidden: boolean;
  isLocked: boolean;
  onChoose: (id: number) => void;
  onHide: (id: number, isHidden: boolean) => void;
  onLock: (id: number, isLocked: boolean) => void;
  onEdit: ((id: number) => void) | undefined;
}

/** One object of a list. Of many, only those that change are drawn again from frame to frame. */
export const ObjectRow = memo(function ObjectRow(props: ObjectRowProps) {
  const { id, name, note, colour, isChosen, isHidden, isLocked, onChoose, onHide, onLock, onEdit } = props;
  const row = useInSight<HTMLLIElement>(isChosen, '.objects');
  const called = name ?? `object ${id}`;
  return (
    <li ref={row} className={`object ${isChosen ? 'is-chosen' : ''} ${isHidden ? 'is-hidden' : ''}`}>
      <AriaButton className="object-name" aria-pressed={isChosen} onPress={() => onChoose(id)}>
        <span className="swatch" style={{ background: colour }} />
        <span className="object-text" title={name ?? undefined}>
          {name ?? `Object ${id}`}
        </span>
        {note && <span className="object-note">{note}</span>}
        <kbd aria-hidden="true">{id < 10 ? id : ''}</kbd>
      </AriaButton>
      <IconToggle
        icon={isHidden ? Icons.hidden : Icons.eye}
        label={`Hide ${called}`}
        isSelected={isHidden}
        onChange={(next) => onHide(id, next)}
      />
      <IconToggle
        icon={isLocked ? Icons.lock : Icons.unlocked}
        label={`Lock ${called}`}
        isSelected={isLocked}
        onChange={(next) => onLock(id, next)}
      />
      {onEdit && <IconButton icon={Icons.more} label={`Change ${called}`} onPress={() => onEdit(id)} />}
    </li>
  );
});
