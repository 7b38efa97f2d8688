import { Label, Slider as AriaSlider, SliderOutput, SliderThumb, SliderTrack } from 'react-aria-components';

interface SliderProps {
  label: string;
  value: number;
  onChange: (value: number) => void;
  min: number;
  max: number;
  step?: number;
  format?: (value: number) => string;
}

export function Slider({ label, value, onChange, min, max, step = 1, format = String }: SliderProps) {
  return (
    <AriaSlider className="slider" value={value} onChange={onChange} minValue={min} maxValue={max} step={step}>
      <Label>{label}</Label>
      <SliderTrack className="slider-track">
        {({ state }) => (
          <>
            {/* The width is set by script, as the security policy allows it, and not by an attribute. */}
            <div className="slider-fill" style={{ width: `${state.getThumbPercent(0) * 100}%` }} />
            <SliderThumb className="slider-thumb" />
          </>
        )}
      </SliderTrack>
      <SliderOutput>{format(value)}</SliderOutput>
    </AriaSlider>
  );
}
