import { memo } from 'react';
import { percent } from '../ui/format';
import { Slider } from '../ui/slider';
import { SwitchField } from '../ui/switch-field';
import { LARGEST_BRUSH, MOST_TOLERANCE, SMALLEST_BRUSH } from './tools';
import type { usePen } from './use-pen';

/** Size of the brush, and how the labels look. */
export const PenPanel = memo(function PenPanel({ pen }: { pen: ReturnType<typeof usePen> }) {
  const { pen: now, setSize, setTolerance, opacity, setOpacity, hasOutlines, setOutlines } = pen;
  return (
    <section className="panel-part" aria-label="Look">
      {now.tool === 'wand' ? (
        <Slider label="Tolerance" value={now.tolerance} onChange={setTolerance} min={0} max={MOST_TOLERANCE} />
      ) : (
        <Slider
          label="Brush"
          value={now.size}
          onChange={setSize}
          min={SMALLEST_BRUSH}
          max={LARGEST_BRUSH}
          format={(v) => `${v} px`}
        />
      )}
      <Slider label="Opacity" value={opacity} onChange={setOpacity} min={0} max={1} step={0.05} format={percent} />
      <SwitchField isSelected={hasOutlines} onChange={setOutlines}>
        Outlines
      </SwitchField>
    </section>
  );
});
