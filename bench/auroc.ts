/**
 * Area under the receiver operating characteristic: how probable it is that a bad one has a larger value than a good one,
 * ties counted half. NaN without a bad or a good one.
 */
export function auroc(values: readonly number[], isBad: readonly boolean[]): number {
  const order = [...values.keys()].sort((a, b) => values[a]! - values[b]!);
  let [ranks, bad, at] = [0, 0, 0];
  while (at < order.length) {
    let end = at;
    while (end < order.length && values[order[end]!] === values[order[at]!]) end++;
    const mean = (at + 1 + end) / 2;
    for (; at < end; at++) {
      if (!isBad[order[at]!]) continue;
      ranks += mean;
      bad++;
    }
  }
  return (ranks - (bad * (bad + 1)) / 2) / (bad * (values.length - bad));
}

/** Pearson's correlation; NaN where either is constant. */
export function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((value, i) => {
    const [da, db] = [value - meanA, b[i]! - meanB];
    ab += da * db;
    aa += da * da;
    bb += db * db;
  });
  return ab / Math.sqrt(aa * bb);
}
