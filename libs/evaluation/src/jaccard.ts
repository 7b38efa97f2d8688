import { LabelFrame, requireSameSize } from './label-frame';

/**
 * J of one object in one frame: |P and G| / |P or G|, 1 when both are empty.
 * Source: davis2017-evaluation, region similarity.
 */
export function jaccard(truth: LabelFrame, prediction: LabelFrame, id: number): number {
  requireSameSize(truth, prediction);
  const [g, p] = [truth.labels, prediction.labels];
  let both = 0;
  let either = 0;
  for (let i = 0; i < g.length; i++) {
    const inTruth = g[i] === id;
    const inPrediction = p[i] === id;
    if (inTruth || inPrediction) either++;
    if (inTruth && inPrediction) both++;
  }
  return either === 0 ? 1 : both / either;
}
