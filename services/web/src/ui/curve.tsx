import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

interface Values {
  steps: readonly number[];
  values: readonly (number | null)[];
}

const NOTHING: Values = { steps: [], values: [] };

interface CurveProps {
  title: string;
  steps: readonly number[];
  values: readonly (number | null)[];
  /** The same value of something else, dashed. */
  other?: Values;
}

const HEIGHT = 180;

/** One value over the steps, in the colours of the page. */
export function Curve({ title, steps, values, other = NOTHING }: CurveProps) {
  const data = () => uPlot.join([tableOf({ steps, values }), tableOf(other)]);
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  useEffect(() => {
    const element = place.current!;
    const make = () => {
      plot.current?.destroy();
      const style = getComputedStyle(element);
      const [line, text, accent, dim] = ['--line', '--text-3', '--accent', '--text-2'].map((name) =>
        style.getPropertyValue(name),
      );
      const axis = {
        stroke: text,
        grid: { stroke: line, width: 1 },
        ticks: { show: false },
        font: '11px Inter Variable',
      };
      plot.current = new uPlot(
        {
          width: Math.max(200, element.clientWidth),
          height: HEIGHT,
          legend: { show: false },
          cursor: { y: false },
          scales: { x: { time: false } },
          axes: [axis, { ...axis, size: 56 }],
          series: [
            {},
            { stroke: accent, width: 1.5, points: { show: false }, spanGaps: true },
            { stroke: dim, width: 1.5, dash: [5, 4], points: { show: false }, spanGaps: true },
          ],
        },
        data(),
        element,
      );
    };
    make();
    const watch = new ResizeObserver(() =>
      plot.current?.setSize({ width: Math.max(200, element.clientWidth), height: HEIGHT }),
    );
    watch.observe(element);
    const theme = new MutationObserver(make);
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      watch.disconnect();
      theme.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
    // The numbers are given by the next effect.
  }, []);
  useEffect(() => plot.current?.setData(data()), [steps, values, other]);
  const last = values.findLast((value) => value !== null);
  return (
    <figure className="curve">
      <figcaption>
        {title} {last != null && <strong>{last.toPrecision(4)}</strong>}
      </figcaption>
      <div ref={place} role="img" aria-label={`${title} over the steps; last ${last?.toPrecision(4) ?? 'unknown'}`} />
    </figure>
  );
}

const tableOf = ({ steps, values }: Values): uPlot.AlignedData => [[...steps], [...values]];
