import { useState } from 'react';
import { ColorSwatch, ColorSwatchPicker, ColorSwatchPickerItem, Input, Label, TextField } from 'react-aria-components';
import { hexOf, PALETTE } from '../labels/palette';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { Icons } from '../ui/icons';
import { SwitchField } from '../ui/switch-field';

const OFFERED = PALETTE.slice(1, 25).map(hexOf);

/** What may be changed of an object. */
export interface ObjectLook {
  /** Null: it has none. */
  name: string | null;
  /** As #rrggbb. */
  colour: string;
  /** Whether frames before the first one that it was painted on are labelled too. */
  isTracedBack: boolean;
}

interface ObjectDialogProps {
  id: number;
  look: ObjectLook;
  onClose: () => void;
  onSave: (look: ObjectLook) => void;
  /** Absent: the object cannot be deleted. */
  onDelete?: () => void;
}

/** Name and colour of an object, and its end, which is asked for twice. */
export function ObjectDialog({ id, look, onClose, onSave, onDelete }: ObjectDialogProps) {
  const [name, setName] = useState(look.name ?? '');
  const [colour, setColour] = useState(look.colour);
  const [isTracedBack, setTracedBack] = useState(look.isTracedBack);
  const [isDeleting, setDeleting] = useState(false);
  const called = look.name ?? `object ${id}`;
  if (isDeleting) {
    const remove = () => {
      onClose();
      onDelete?.();
    };
    return (
      <Dialog
        title={`Delete ${called}?`}
        isOpen
        onClose={onClose}
        action={{ label: `Delete ${called}`, kind: 'danger', run: remove }}
      >
        <p>It is taken out of every frame, with all that was painted of it. The masks of other objects stay.</p>
      </Dialog>
    );
  }
  const save = () => {
    onClose();
    onSave({ name: name.trim() || null, colour, isTracedBack });
  };
  const colours = OFFERED.includes(look.colour) ? OFFERED : [look.colour, ...OFFERED];
  return (
    <Dialog title={`Object ${id}`} isOpen onClose={onClose} action={{ label: 'Save', run: save }}>
      <TextField
        className="field"
        value={name}
        onChange={setName}
        maxLength={200}
        autoFocus
        onKeyDown={(event) => event.key === 'Enter' && save()}
      >
        <Label>Name</Label>
        <Input className="input" placeholder={`Object ${id}`} />
      </TextField>
      <div className="field">
        <Label>Colour</Label>
        <ColorSwatchPicker
          className="swatches"
          aria-label="Colour"
          value={colour}
          onChange={(next) => setColour(next.toString('hex').toLowerCase())}
        >
          {colours.map((one) => (
            <ColorSwatchPickerItem key={one} color={one} className="swatch-choice">
              <ColorSwatch className="swatch large" />
            </ColorSwatchPickerItem>
          ))}
        </ColorSwatchPicker>
      </div>
      <SwitchField isSelected={isTracedBack} onChange={setTracedBack}>
        Also label the frames before it was first painted
      </SwitchField>
      {onDelete && (
        <div>
          <Button kind="danger" onPress={() => setDeleting(true)}>
            {Icons.trash} <span className="button-name">Delete {called}</span>
          </Button>
        </div>
      )}
    </Dialog>
  );
}
