import { percent } from '../ui/format';
import { Slider } from '../ui/slider';
import { SwitchField } from '../ui/switch-field';
import { LARGEST_BRUSH, SMALLEST_BRUSH } from './tools';
import type { usePen } from './use-pen';

/** Size of the brush, and how the labels look. */
export function PenPanel({ pen }: { pen: ReturnType<typeof usePen> }) {
  const { pen: now, setSize, opacity, setOpacity, hasOutlines, setOutlines } = pen;
  return (
    <section className="panel-part" aria-label="Look">
      <Slider
        label="Brush"
        value={now.size}
        onChange={setSize}
        min={SMALLEST_BRUSH}
        max={LARGEST_BRUSH}
        format={(v) => `${v} px`}
      />
      <Slider label="Opacity" value={opacity} onChange={setOpacity} min={0} max={1} step={0.05} format={percent} />
      <SwitchField isSelected={hasOutlines} onChange={setOutlines}>
        Outlines
      </SwitchField>
    </section>
  );
}
