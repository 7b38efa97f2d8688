import { useState } from 'react';
import { Input, Label, TextField } from 'react-aria-components';
import { api, ask, type Run } from '../api/client';
import { Dialog } from '../ui/dialog';
import { sayProblem } from '../ui/toasts';

export function RenameRun({
  run,
  isOpen,
  onClose,
  onChange,
}: {
  run: Run;
  isOpen: boolean;
  onClose: () => void;
  onChange: () => void;
}) {
  const [name, setName] = useState(run.name ?? '');
  const [tags, setTags] = useState(run.tags.join(', '));
  const save = () => {
    const body = {
      name: name.trim() || null,
      tags: tags
        .split(',')
        .map((tag) => tag.trim())
        .filter(Boolean),
    };
    ask(api.PATCH('/v1/runs/{id}', { params: { path: { id: run.id } }, body })).then(() => {
      onChange();
      onClose();
    }, sayProblem);
  };
  return (
    <Dialog title="Rename the run" isOpen={isOpen} onClose={onClose} action={{ label: 'Save', run: save }}>
      <TextField className="field" value={name} onChange={setName} maxLength={200} autoFocus>
        <Label>Name</Label>
        <Input className="input" placeholder={run.video.fileName ?? ''} />
      </TextField>
      <TextField className="field" value={tags} onChange={setTags}>
        <Label>Tags, with commas between them</Label>
        <Input className="input" />
      </TextField>
    </Dialog>
  );
}
