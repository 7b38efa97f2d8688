import { useEffect, useState } from 'react';
import { Group, Input, NumberField } from 'react-aria-components';
import { IconButton } from '../ui/button';
import { Icons } from '../ui/icons';
import { Select } from '../ui/select';

interface PlayerProps {
  frame: number;
  frames: number;
  seconds: string;
  isPlaying: boolean;
  toggle: () => void;
  goTo: (frame: number) => void;
  speed: string;
  setSpeed: (speed: string) => void;
}

export const SPEEDS = ['0.25', '0.5', '1', '2'].map((id) => ({ id, name: `${id}×` }));

/** Step, play, and the number of the frame, to read and to write. */
export function Player({ frame, frames, seconds, isPlaying, toggle, goTo, speed, setSpeed }: PlayerProps) {
  const [typed, setTyped] = useState(frame);
  useEffect(() => setTyped(frame), [frame]);
  return (
    <Group className="player" aria-label="Player">
      <IconButton icon={Icons.first} label="First frame" placement="top" keys="⇧Home" onPress={() => goTo(0)} />
      <IconButton
        icon={Icons.previous}
        label="Previous frame"
        placement="top"
        keys="D"
        onPress={() => goTo(frame - 1)}
      />
      <IconButton
        icon={isPlaying ? Icons.pause : Icons.play}
        label={isPlaying ? 'Pause' : 'Play'}
        placement="top"
        keys="Space"
        onPress={() => toggle()}
      />
      <IconButton icon={Icons.next} label="Next frame" placement="top" keys="F" onPress={() => goTo(frame + 1)} />
      <IconButton icon={Icons.last} label="Last frame" placement="top" keys="⇧End" onPress={() => goTo(frames - 1)} />
      <NumberField
        className="frame-number"
        aria-label="Frame number"
        value={typed}
        minValue={0}
        maxValue={Math.max(0, frames - 1)}
        onChange={(next) => Number.isFinite(next) && goTo(next)}
        formatOptions={{ useGrouping: false }}
      >
        <Input className="input" />
      </NumberField>
      <span className="frame-total">/ {Math.max(0, frames - 1)}</span>
      <span className="frame-time">{seconds}</span>
      <div className="speed">
        <Select label="Speed" isLabelHidden choices={SPEEDS} value={speed} onChange={setSpeed} />
      </div>
    </Group>
  );
}
