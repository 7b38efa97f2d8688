import { memo } from 'react';
import { Group } from 'react-aria-components';
import { FrameNumber } from '../paint/frame-number';
import { IconButton } from '../ui/button';
import { Icons } from '../ui/icons';
import { Select } from '../ui/select';
import { useStable } from '../ui/use-stable';

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
  const goBy = useStable((step: number) => goTo(frame + step));
  return (
    <Group className="player" aria-label="Player">
      <Steps isPlaying={isPlaying} toggle={toggle} goBy={goBy} />
      <FrameNumber frame={frame} frames={frames} onFrame={goTo} />
      <span className="frame-time">{seconds}</span>
      <Speed speed={speed} setSpeed={setSpeed} />
    </Group>
  );
}

const Steps = memo(function Steps({
  isPlaying,
  toggle,
  goBy,
}: Pick<PlayerProps, 'isPlaying' | 'toggle'> & { goBy: (step: number) => void }) {
  const step = (icon: keyof typeof Icons, label: string, keys: string, by: number) => (
    <IconButton icon={Icons[icon]} label={label} placement="top" keys={keys} onPress={() => goBy(by)} />
  );
  return (
    <>
      {step('first', 'First frame', '⇧Home', -Infinity)}
      {step('previous', 'Previous frame', 'D', -1)}
      <IconButton
        icon={isPlaying ? Icons.pause : Icons.play}
        label={isPlaying ? 'Pause' : 'Play'}
        placement="top"
        keys="Space"
        onPress={toggle}
      />
      {step('next', 'Next frame', 'F', 1)}
      {step('last', 'Last frame', '⇧End', Infinity)}
    </>
  );
});

const Speed = memo(function Speed({ speed, setSpeed }: Pick<PlayerProps, 'speed' | 'setSpeed'>) {
  return (
    <div className="speed">
      <Select label="Speed" isLabelHidden choices={SPEEDS} value={speed} onChange={setSpeed} />
    </div>
  );
});
