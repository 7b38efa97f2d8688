import { ContextEntry } from '../src/context';
import { TopKLists } from '../src/engine';
import { exponential } from '../src/exponential';
import { AffinityParameters, AffinityShape } from '../src/parameters';

export interface OracleFrame {
  features: Float32Array;
  labels: Float32Array;
}

interface Candidate {
  score: number;
  position: number;
  patch: number;
}

function similarity(a: Float32Array, b: Float32Array): number {
  const s = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let d = 0; d < a.length; d++) s[d % 8] += a[d] * b[d];
  return s[0] + s[4] + (s[2] + s[6]) + (s[1] + s[5] + (s[3] + s[7]));
}

function inReach(rows: number, cols: number, { shape, radius, radiusInclusive }: AffinityParameters['neighbourhood']) {
  if (shape === 'square') return Math.abs(rows) <= radius && Math.abs(cols) <= radius;
  const distance = Math.hypot(rows, cols);
  return radiusInclusive ? distance <= radius : distance < radius;
}

const byRank = (a: Candidate, b: Candidate) => b.score - a.score || b.position - a.position || b.patch - a.patch;

/** Every candidate of every patch, sorted: slow, and short enough to be seen to be right. */
export function oracle(
  { grid, dim, classes }: AffinityShape,
  parameters: AffinityParameters,
  entries: ContextEntry[],
  frames: ReadonlyMap<number, OracleFrame>,
  features: Float32Array,
): { labels: Float32Array; lists: TopKLists } {
  const { topK, temperature, neighbourhood, normaliseLabels } = parameters;
  const patches = grid.rows * grid.cols;
  const labels = new Float32Array(patches * classes);
  const lists = {
    counts: new Int32Array(patches),
    positions: new Int32Array(patches * topK).fill(-1),
    patches: new Int32Array(patches * topK).fill(-1),
    scores: new Float64Array(patches * topK),
  };
  const row = (all: Float32Array, patch: number, width: number) => all.subarray(patch * width, (patch + 1) * width);
  for (let query = 0; query < patches; query++) {
    const candidates: Candidate[] = [];
    entries.forEach(({ frame, restricted }, position) => {
      for (let patch = 0; patch < patches; patch++) {
        const rows = Math.floor(patch / grid.cols) - Math.floor(query / grid.cols);
        const cols = (patch % grid.cols) - (query % grid.cols);
        if (restricted && !inReach(rows, cols, neighbourhood)) continue;
        const score = similarity(row(features, query, dim), row(frames.get(frame)!.features, patch, dim));
        candidates.push({ score, position, patch });
      }
    });
    const best = candidates.sort(byRank).slice(0, topK);
    lists.counts[query] = best.length;
    const sums = new Float64Array(classes);
    let total = 0;
    best.forEach(({ score, position, patch }, i) => {
      lists.positions[query * topK + i] = position;
      lists.patches[query * topK + i] = patch;
      lists.scores[query * topK + i] = score;
      const weight = exponential((score - best[0].score) / temperature);
      total += weight;
      row(frames.get(entries[position].frame)!.labels, patch, classes).forEach(
        (label, c) => (sums[c] += weight * label),
      );
    });
    const mass = sums.reduce((a, b) => a + b, 0);
    for (let c = 0; c < classes; c++)
      labels[query * classes + c] = sums[c] / (normaliseLabels && mass > 0 ? mass : total);
  }
  return { labels, lists };
}
