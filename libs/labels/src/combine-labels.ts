/** Soft labels of one frame from one pass, and their weight. */
export interface PassLabels {
  /** patches x (1 + objects): the background, then each object of the pass. */
  soft: Float32Array;
  /** Ids of the objects of the pass, ascending. */
  objects: readonly number[];
  /** The shares of the parts of a group sum to 1. */
  share: number;
}

/** Objects whose labels on a frame come from the same passes: one, or two that are blended. */
export interface LabelGroup {
  /** Ids, ascending; every part has them, among others. */
  objects: readonly number[];
  parts: readonly PassLabels[];
}

/**
 * Keeps one pass that is sure that something is nowhere near from ruling out what the other one sees. Measured with 1e-4
 * (docs/adr/0010-prompts-and-passes.md).
 */
const LEAST_LABEL = 1e-4;

/** Soft labels of all objects of a frame: patches x (1 + objects), and the ids of the channels after the background. */
export interface FrameLabels {
  soft: Float32Array;
  objects: readonly number[];
}

/**
 * Soft labels of all objects of a frame in one array, for the arg max.
 *
 * To a group everything is background that is none of its objects: also the objects of its pass that are in another group.
 * A patch is background for the frame as far as it is for every group, so the smallest background counts. With one group
 * of one pass that has no other objects the result is that pass's array, to the bit.
 *
 * @param groups with objects of their own each
 * @param patches of the grid
 */
export function combineLabels(groups: readonly LabelGroup[], patches: number): FrameLabels {
  const [only] = groups;
  if (groups.length === 1 && only!.parts.length === 1)
    return { soft: restricted(only!.parts[0]!, only!.objects), objects: only!.objects };
  const objects = groups.flatMap((group) => group.objects).sort((a, b) => a - b);
  const width = 1 + objects.length;
  const soft = new Float32Array(patches * width);
  for (let patch = 0; patch < patches; patch++) soft[patch * width] = 1;
  for (const group of groups) {
    const blended = blend(group);
    const from = 1 + group.objects.length;
    const columns = group.objects.map((id) => 1 + objects.indexOf(id));
    for (let patch = 0; patch < patches; patch++) {
      const row = patch * width;
      soft[row] = Math.min(soft[row]!, blended[patch * from]!);
      columns.forEach((column, i) => (soft[row + column] = blended[patch * from + 1 + i]!));
    }
  }
  return { soft, objects };
}

/**
 * The labels of a group: those of its one pass, or of two the geometric mean, each to the power of its share, and in each
 * patch shares of 1 again. Against the arithmetic mean a pass that is sure counts for more than one that has lost the
 * object and spreads it.
 */
function blend({ objects, parts }: LabelGroup): Float32Array {
  const [first, second] = parts;
  const labels = restricted(first!, objects);
  if (!second) return labels;
  const other = restricted(second, objects);
  const width = 1 + objects.length;
  const blended = new Float32Array(labels.length);
  for (let row = 0; row < labels.length; row += width) {
    let sum = 0;
    for (let i = row; i < row + width; i++) {
      const [a, b] = [labels[i]! + LEAST_LABEL, other[i]! + LEAST_LABEL];
      // Most patches are sure in both passes.
      blended[i] = a === b ? a : a ** first!.share * b ** second.share;
      sum += blended[i]!;
    }
    for (let i = row; i < row + width; i++) blended[i]! /= sum;
  }
  return blended;
}

/** The labels of some of a pass's objects: patches x (1 + wanted). */
function restricted({ soft, objects }: PassLabels, wanted: readonly number[]): Float32Array {
  if (wanted.length === objects.length) return soft;
  const from = 1 + objects.length;
  const width = 1 + wanted.length;
  const labels = new Float32Array((soft.length / from) * width);
  const columnOf = [0, ...objects.map((id) => 1 + wanted.indexOf(id))];
  for (let at = 0, row = 0; at < soft.length; at += from, row += width) {
    // Objects that are not wanted fall to the background.
    for (let i = 0; i < from; i++) labels[row + columnOf[i]!]! += soft[at + i]!;
  }
  return labels;
}

/**
 * What a prompt says, put over a mask to the pixel: its objects have exactly the pixels that it gives them, and every
 * other object keeps what it won elsewhere.
 *
 * @param mask height x width class ids, changed in place
 * @param prompt height x width class ids
 * @param objects that the prompt speaks of
 */
export function putPrompt(mask: Uint8Array, prompt: Uint8Array, objects: readonly number[]): void {
  const isPrompted = new Uint8Array(256);
  for (const id of objects) isPrompted[id] = 1;
  for (let i = 0; i < mask.length; i++) {
    if (isPrompted[prompt[i]!]) mask[i] = prompt[i]!;
    else if (isPrompted[mask[i]!]) mask[i] = 0;
  }
}
