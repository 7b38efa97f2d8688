import { exponential } from './exponential';

/** Where the ordered candidates of one patch come from. */
export interface Candidates {
  count: number;
  /** Similarities, best first. */
  scores: Float64Array;
  /** Soft labels of the candidate's frame, patches x classes. */
  labels: readonly Float32Array[];
  /** Offset of the candidate's row in those labels. */
  offsets: Int32Array;
}

/**
 * The soft labels of one patch: softmax over its candidates' similarities, weighted sum of their labels.
 * Everything in fp64 in list order, rounded to fp32 once at the end; this order is part of the definition.
 *
 * @param sums scratch of `classes` numbers
 * @param output receives `classes` values from `at`
 */
export function aggregate(
  candidates: Candidates,
  temperature: number,
  normalise: boolean,
  sums: Float64Array,
  output: Float32Array,
  at: number,
): void {
  const { count, scores, labels, offsets } = candidates;
  const classes = sums.length;
  sums.fill(0);
  let total = 0;
  for (let i = 0; i < count; i++) {
    const weight = exponential((scores[i] - scores[0]) / temperature);
    total += weight;
    const source = labels[i];
    const offset = offsets[i];
    for (let c = 0; c < classes; c++) sums[c] += weight * source[offset + c];
  }
  if (normalise) {
    let mass = 0;
    for (let c = 0; c < classes; c++) mass += sums[c];
    // A row without any mass cannot be scaled to 1 and stays as it is.
    if (mass > 0) total = mass;
  }
  for (let c = 0; c < classes; c++) output[at + c] = sums[c] / total;
}
