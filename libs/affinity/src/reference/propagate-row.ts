import { aggregate, Candidates } from '../aggregate';
import { TopKLists } from '../engine';
import { Grid } from '../parameters';
import { LANES } from './layout';
import { KEYS, scoreBlock } from './score-block';
import { TopK } from './top-k';

/** A context frame as the kernel reads it; the arrays lie in shared memory. */
export interface JobGroup {
  features: Float64Array;
  labels: Float32Array;
  /** Places among the context entries, latest first. */
  positions: number[];
  /** Half-widths by row distance. */
  reach: Int32Array;
}

/** One target frame, self-contained: it can be sent to a worker thread without copying a frame. */
export interface Job {
  grid: Grid;
  laneLength: number;
  classes: number;
  topK: number;
  temperature: number;
  normaliseLabels: boolean;
  groups: JobGroup[];
  features: Float64Array;
  labels: Float32Array;
  lists?: TopKLists;
}

const scores = new Float64Array(2 * KEYS);
const queryAt = new Int32Array(2);
const keyAt = new Int32Array(KEYS);

/** Labels one row of the target frame's patches. Rows are independent, so any thread may take any row. */
export function propagateRow(job: Job, row: number): void {
  const { cols } = job.grid;
  const lists = [new TopK(job.topK), new TopK(job.topK)];
  const sums = new Float64Array(job.classes);
  const candidates: Candidates = {
    count: 0,
    scores: lists[0].scores,
    labels: [],
    offsets: new Int32Array(job.topK),
  };
  for (let col = 0; col < cols; col += 2) {
    const width = Math.min(2, cols - col);
    for (const list of lists) list.clear();
    for (const group of job.groups) collect(job, group, row, col, width, lists);
    for (let q = 0; q < width; q++) finish(job, row * cols + col + q, lists[q], candidates, sums);
  }
}

/** Adds a frame's candidates to the lists of the queries (row, col) and (row, col + 1). */
function collect(job: Job, group: JobGroup, row: number, col: number, width: number, lists: TopK[]): void {
  const { rows, cols } = job.grid;
  const stride = LANES * job.laneLength;
  queryAt[0] = (row * cols + col) * stride;
  queryAt[1] = (row * cols + col + width - 1) * stride;
  const far = group.reach.length - 1;
  for (let keyRow = Math.max(0, row - far); keyRow <= Math.min(rows - 1, row + far); keyRow++) {
    const reach = group.reach[Math.abs(keyRow - row)];
    const end = Math.min(cols - 1, col + width - 1 + reach);
    for (let keyCol = Math.max(0, col - reach); keyCol <= end; keyCol += KEYS) {
      const count = Math.min(KEYS, end - keyCol + 1);
      const patch = keyRow * cols + keyCol;
      // Past the end of the row the last key is scored again and ignored.
      for (let i = 0; i < KEYS; i++) keyAt[i] = (patch + Math.min(i, count - 1)) * stride;
      scoreBlock(job.features, queryAt, group.features, keyAt, job.laneLength, scores);
      for (let q = 0; q < width; q++) {
        const list = lists[q];
        for (let i = 0; i < count; i++) {
          const score = scores[q * KEYS + i];
          if (score >= list.threshold && Math.abs(keyCol + i - col - q) <= reach) {
            insertAll(list, score, patch + i, group.positions, rows * cols);
          }
        }
      }
    }
  }
}

/** One insertion per entry of the frame, latest first: once one is left out, so are the earlier ones. */
function insertAll(list: TopK, score: number, patch: number, positions: number[], patches: number): void {
  for (const position of positions) if (!list.insert(score, position * patches + patch)) return;
}

function finish(job: Job, patch: number, list: TopK, candidates: Candidates, sums: Float64Array): void {
  const { classes, topK, temperature, normaliseLabels } = job;
  const patches = job.grid.rows * job.grid.cols;
  candidates.count = list.count;
  candidates.scores = list.scores;
  const sources: Float32Array[] = [];
  for (let i = 0; i < list.count; i++) {
    const position = Math.floor(list.ids[i] / patches);
    const candidate = list.ids[i] - position * patches;
    sources.push(job.groups.find(({ positions }) => positions.includes(position))!.labels);
    candidates.offsets[i] = candidate * classes;
    if (job.lists) {
      job.lists.positions[patch * topK + i] = position;
      job.lists.patches[patch * topK + i] = candidate;
      job.lists.scores[patch * topK + i] = list.scores[i];
    }
  }
  candidates.labels = sources;
  if (job.lists) job.lists.counts[patch] = list.count;
  aggregate(candidates, temperature, normaliseLabels, sums, job.labels, patch * classes);
}
