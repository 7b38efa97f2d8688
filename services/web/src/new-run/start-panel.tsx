import { Input, Label, TextField } from 'react-aria-components';
import { Button, IconButton } from '../ui/button';
import { Icons } from '../ui/icons';
import { Select } from '../ui/select';
import { PRESETS, type Preset } from './presets';
import { CostNote } from './cost-note';
import { SERVERS_CHOICE, useVersions } from './use-versions';

export interface Choices {
  name: string;
  preset: Preset;
  encoder: string;
}

interface StartPanelProps {
  choices: Choices;
  onChange: (choices: Choices) => void;
  placeholder: string;
  /** How many are painted. */
  objects: number;
  frames: number;
  isStarting: boolean;
  onStart: () => void;
  onHelp: () => void;
}

/** What the run is called and made with, and its start. */
export function StartPanel({
  choices,
  onChange,
  placeholder,
  objects,
  frames,
  isStarting,
  onStart,
  onHelp,
}: StartPanelProps) {
  const versions = useVersions();
  const start = objects === 1 ? 'Start with 1 object' : `Start with ${objects} objects`;
  return (
    <>
      <section className="panel-part" aria-label="Run">
        <TextField
          className="field"
          value={choices.name}
          onChange={(name) => onChange({ ...choices, name })}
          maxLength={200}
        >
          <Label>Name of the run</Label>
          <Input className="input" placeholder={placeholder} />
        </TextField>
        <Select
          label="Preset"
          isExplained
          choices={PRESETS}
          value={choices.preset}
          onChange={(preset) => onChange({ ...choices, preset: preset as Preset })}
        />
        {versions.length > 1 && (
          <Select
            label="Encoder"
            isExplained
            choices={versions}
            value={choices.encoder}
            onChange={(encoder) => onChange({ ...choices, encoder })}
          />
        )}
        {objects === 0 && <p className="hint">Paint each object on a frame; rough edges are fine.</p>}
      </section>
      <div className="panel-part start-bar">
        <CostNote
          frames={frames}
          preset={choices.preset}
          encoder={choices.encoder === SERVERS_CHOICE.id ? undefined : choices.encoder}
        />
        <div className="start">
          <Button kind="primary" isDisabled={objects === 0 || isStarting} onPress={onStart}>
            {isStarting ? 'Starting' : start}
          </Button>
          <IconButton icon={Icons.keyboard} label="Shortcuts" keys="?" placement="top" onPress={onHelp} />
        </div>
      </div>
    </>
  );
}
