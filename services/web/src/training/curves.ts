import type { Metric } from './use-metrics';

/** One value over the steps of a training. */
export interface CurveOfMetric {
  name: string;
  steps: number[];
  values: number[];
}

/** Values that are shown first, where a training has them. */
const FIRST = ['loss', 'quality', 'clips_per_second', 'lr', 'learning_rate'];
const MOST_CURVES = 6;

/** The values of a training that change, the telling ones first. */
export function curvesOf(metrics: readonly Metric[]): CurveOfMetric[] {
  const curves = new Map<string, Omit<CurveOfMetric, 'name'>>();
  for (const { kind, step, values } of metrics) {
    if (kind === 'skipped') continue;
    for (const [name, value] of Object.entries(values)) {
      if (typeof value !== 'number' || name === 'step') continue;
      const title = kind === 'train' ? name : `${kind} ${name}`;
      const curve = curves.get(title) ?? { steps: [], values: [] };
      curve.steps.push(step);
      curve.values.push(value);
      curves.set(title, curve);
    }
  }
  const rank = (name: string) => {
    const place = FIRST.indexOf(name);
    return place < 0 ? FIRST.length : place;
  };
  return [...curves]
    .map(([name, curve]) => ({ name, ...curve }))
    .filter(({ values }) => new Set(values).size > 1)
    .sort((a, b) => rank(a.name) - rank(b.name))
    .slice(0, MOST_CURVES);
}
