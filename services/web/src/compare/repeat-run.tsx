import { useState } from 'react';
import type { Run } from '../api/client';
import { PRESETS, type Preset } from '../new-run/presets';
import { SERVERS_CHOICE, useVersions } from '../new-run/use-versions';
import { navigate } from '../router';
import { Dialog } from '../ui/dialog';
import { titleOf } from '../ui/run-state';
import { Select } from '../ui/select';
import { say, sayProblem } from '../ui/toasts';
import { repeatRun } from './repeat';

interface RepeatRunProps {
  run: Run;
  onClose: () => void;
  onStarted: () => void;
}

/** The same video and the same prompts, made with something else: a run to compare this one with. */
export function RepeatRun({ run, onClose, onStarted }: RepeatRunProps) {
  const versions = useVersions();
  const [encoder, setEncoder] = useState(SERVERS_CHOICE.id);
  const [preset, setPreset] = useState(run.preset as Preset);
  const start = () => {
    onClose();
    const chosen = encoder === SERVERS_CHOICE.id ? undefined : encoder;
    repeatRun(run, { encoder: chosen, preset }).then((next) => {
      onStarted();
      say({
        title: `“${titleOf(next)}” runs`,
        detail: 'It can be compared as soon as it has masks.',
        action: { label: 'Open', run: () => navigate(`/runs/${next.id}`) },
      });
    }, sayProblem);
  };
  return (
    <Dialog title="Run again" isOpen onClose={onClose} action={{ label: 'Start', run: start }}>
      <p>A new run of the same video, with all that was said about its objects until now.</p>
      <Select label="Encoder" choices={versions} value={encoder} onChange={setEncoder} />
      <Select label="Preset" choices={PRESETS} value={preset} onChange={(next) => setPreset(next as Preset)} />
    </Dialog>
  );
}
