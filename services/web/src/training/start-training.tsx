import { useState } from 'react';
import { Input, Label, TextField } from 'react-aria-components';
import { api, ask } from '../api/client';
import { navigate } from '../router';
import { Dialog } from '../ui/dialog';
import { Select } from '../ui/select';
import { sayProblem } from '../ui/toasts';

interface Recipe {
  id: string;
  name: string;
  hint: string;
  settings: Record<string, string | number | boolean>;
}

const RECIPES: readonly Recipe[] = [
  { id: 'default', name: 'Default', hint: 'The trainer’s own settings.', settings: {} },
  { id: 'short', name: 'Short', hint: '200 steps, to see whether it works here.', settings: { steps: 200 } },
  { id: 'long', name: 'Long', hint: '20,000 steps, for a machine with a GPU.', settings: { steps: 20_000 } },
];

/** Starts from a recipe; single settings are written over it, one a line. */
export function StartTraining({
  isOpen,
  onClose,
  onChange,
}: {
  isOpen: boolean;
  onClose: () => void;
  onChange: () => void;
}) {
  const [name, setName] = useState('');
  const [recipe, setRecipe] = useState('default');
  const [model, setModel] = useState('');
  const [settings, setSettings] = useState('');
  const start = () => {
    const body = {
      name: name.trim() || 'training',
      settings: { ...RECIPES.find(({ id }) => id === recipe)!.settings, ...parsed(settings) },
      ...(model.trim() ? { model: model.trim() } : {}),
    };
    ask(api.POST('/v1/admin/training-runs', { body })).then((run) => {
      onChange();
      onClose();
      navigate(`/training/${run.id}`);
    }, sayProblem);
  };
  return (
    <Dialog title="Start training" isOpen={isOpen} onClose={onClose} action={{ label: 'Start', run: start }}>
      <TextField className="field" value={name} onChange={setName} maxLength={200} autoFocus>
        <Label>Name</Label>
        <Input className="input" placeholder="training" />
      </TextField>
      <Select label="Recipe" choices={RECIPES} value={recipe} onChange={setRecipe} />
      <TextField className="field" value={model} onChange={setModel}>
        <Label>Model whose next version it becomes; without one none is registered</Label>
        <Input className="input" placeholder="mine" />
      </TextField>
      <TextField className="field" value={settings} onChange={setSettings}>
        <Label>Settings that differ, as name=value with spaces between</Label>
        <Input className="input mono" placeholder="steps=2500 batch=32" />
      </TextField>
    </Dialog>
  );
}

function parsed(text: string): Record<string, string | number | boolean> {
  const pairs = text.split(/\s+/).filter(Boolean);
  return Object.fromEntries(
    pairs.map((pair) => {
      const [key, value = ''] = pair.split('=', 2) as [string, string?];
      const number = Number(value);
      return [
        key,
        value === 'true' || value === 'false'
          ? value === 'true'
          : value !== '' && Number.isFinite(number)
            ? number
            : value,
      ];
    }),
  );
}
