import { useEffect, useState } from 'react';
import { Input, NumberField } from 'react-aria-components';

const PLAIN = { useGrouping: false };

/** The number of the frame, to read and to write, and that of the last one. */
export function FrameNumber({
  frame,
  frames,
  onFrame,
}: {
  frame: number;
  frames: number;
  onFrame: (frame: number) => void;
}) {
  const [typed, setTyped] = useState(frame);
  useEffect(() => setTyped(frame), [frame]);
  const last = Math.max(0, frames - 1);
  return (
    <>
      <NumberField
        className="frame-number"
        aria-label="Frame number"
        value={typed}
        minValue={0}
        maxValue={last}
        onChange={(next) => Number.isFinite(next) && onFrame(next)}
        formatOptions={PLAIN}
      >
        <Input className="input" />
      </NumberField>
      <span className="frame-total">/ {last}</span>
    </>
  );
}
