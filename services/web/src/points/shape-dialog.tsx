import { useState } from 'react';
import { Input, Label, TextArea, TextField } from 'react-aria-components';
import { Dialog } from '../ui/dialog';
import { Select } from '../ui/select';
import { shapeOf, TEMPLATES, textOf, type Shape } from './skeletons';

interface ShapeDialogProps {
  onClose: () => void;
  onAdd: (name: string | null, shape: Shape) => void;
}

/** A new object that has key points: what these are called, and which are joined by a line. */
export function ShapeDialog({ onClose, onAdd }: ShapeDialogProps) {
  const [name, setName] = useState('');
  const [template, setTemplate] = useState(TEMPLATES[0]!.id);
  const [texts, setTexts] = useState(() => textOf(TEMPLATES[0]!.shape));
  const shape = shapeOf(texts);
  const isWrong = typeof shape === 'string';
  const add = () => {
    if (isWrong) return;
    onClose();
    onAdd(name.trim() || null, shape);
  };
  return (
    <Dialog
      title="Object with key points"
      isOpen
      onClose={onClose}
      action={{ label: 'Add', isDisabled: isWrong, run: add }}
    >
      <TextField className="field" value={name} onChange={setName} maxLength={200} autoFocus>
        <Label>Name</Label>
        <Input className="input" />
      </TextField>
      <Select
        label="Begin with"
        choices={TEMPLATES}
        value={template}
        onChange={(id) => {
          setTemplate(id);
          setTexts(textOf(TEMPLATES.find((one) => one.id === id)!.shape));
        }}
      />
      <div className="shape-texts">
        <TextField className="field" value={texts.points} onChange={(points) => setTexts({ ...texts, points })}>
          <Label>Points, one in a row</Label>
          <TextArea className="input" rows={9} spellCheck={false} />
        </TextField>
        <TextField className="field" value={texts.lines} onChange={(lines) => setTexts({ ...texts, lines })}>
          <Label>Lines, as in a - b</Label>
          <TextArea className="input" rows={9} spellCheck={false} />
        </TextField>
      </div>
      <p className="hint" role="status">
        {isWrong ? shape : `${shape.points.length} points, ${shape.skeleton.length} lines`}
      </p>
    </Dialog>
  );
}
