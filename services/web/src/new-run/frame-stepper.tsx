import { Group } from 'react-aria-components';
import { FrameNumber } from '../paint/frame-number';
import { Button, IconButton } from '../ui/button';
import { Icons } from '../ui/icons';
import { Slider } from '../ui/slider';

interface FrameStepperProps {
  frame: number;
  frames: number;
  /** Frames that have paint. */
  painted: readonly number[];
  onFrame: (frame: number) => void;
}

/** To the frame on which the objects are seen best. */
export function FrameStepper({ frame, frames, painted, onFrame }: FrameStepperProps) {
  return (
    <Group className="player stepper" aria-label="Frame to paint">
      <IconButton
        icon={Icons.previous}
        label="Previous frame"
        keys="D"
        placement="top"
        onPress={() => onFrame(frame - 1)}
      />
      <IconButton icon={Icons.next} label="Next frame" keys="F" placement="top" onPress={() => onFrame(frame + 1)} />
      <Slider label="Frame" value={frame} onChange={onFrame} min={0} max={Math.max(0, frames - 1)} />
      <FrameNumber frame={frame} frames={frames} onFrame={onFrame} />
      {painted
        .filter((one) => one !== frame)
        .slice(0, 6)
        .map((one) => (
          <Button key={one} kind="quiet" label={`Painted frame ${one}`} onPress={() => onFrame(one)}>
            {Icons.brush} {one}
          </Button>
        ))}
    </Group>
  );
}
