/** Soft labels of one frame from one pass. */
export interface PassLabels {
  /** patches x (1 + objects): the background, then each object. */
  soft: Float32Array;
  /** Ids of the channels after the background, ascending. */
  objects: readonly number[];
  /** Weight in the blend; the shares of the parts of a group sum to 1. */
  share: number;
}

/** Objects whose labels on a frame come from the same passes: one, or two that are blended. */
export interface LabelGroup {
  /** Ascending; each is a channel of every part. */
  objects: readonly number[];
  parts: readonly PassLabels[];
}

/**
 * Soft labels of all objects of a frame in one array, for the arg max: the background, then each object by ascending id.
 *
 * A group's background is what its objects leave: the background of the pass and the channels of objects that are in
 * another group. A pixel is background for the frame only if it is for every group, so the smallest of them counts.
 * With one group of one pass the result is that pass's array, to the bit.
 *
 * @param patches of the grid
 * @returns patches x (1 + objects) and the ids of its channels
 */
export function combineLabels(
  groups: readonly LabelGroup[],
  patches: number,
): { soft: Float32Array; objects: number[] } {
  const objects = groups.flatMap((group) => group.objects).sort((a, b) => a - b);
  const [only] = groups;
  if (groups.length === 1 && only!.parts.length === 1 && only!.parts[0]!.objects.length === objects.length) {
    return { soft: only!.parts[0]!.soft, objects };
  }
  const width = 1 + objects.length;
  const soft = new Float32Array(patches * width);
  for (let patch = 0; patch < patches; patch++) soft[patch * width] = 1;
  for (const group of groups) {
    const columns = group.objects.map((id) => 1 + objects.indexOf(id));
    const background = new Float64Array(patches);
    for (const part of group.parts) addPart(part, group.objects, { soft, width, columns, background });
    for (let patch = 0; patch < patches; patch++) {
      soft[patch * width] = Math.min(soft[patch * width]!, background[patch]!);
    }
  }
  return { soft, objects };
}

interface Target {
  /** patches x width */
  soft: Float32Array;
  width: number;
  /** Where each object of the group goes. */
  columns: readonly number[];
  /** Of the group, per patch. */
  background: Float64Array;
}

function addPart({ soft, objects, share }: PassLabels, wanted: readonly number[], target: Target): void {
  const from = 1 + objects.length;
  const columns = wanted.map((id) => 1 + objects.indexOf(id));
  const others = objects.flatMap((id, i) => (wanted.includes(id) ? [] : [1 + i]));
  for (let patch = 0; patch < target.background.length; patch++) {
    const at = patch * from;
    let background = soft[at]!;
    for (const other of others) background += soft[at + other]!;
    target.background[patch]! += share * background;
    columns.forEach((column, i) => {
      target.soft[patch * target.width + target.columns[i]!]! += share * soft[at + column]!;
    });
  }
}

/**
 * What a prompt says, put over a mask to the pixel: its objects have exactly the pixels that it gives them, and every
 * other object keeps what it won elsewhere.
 *
 * @param mask height x width class ids, changed in place; no pixel of it is of a prompted object
 * @param prompt height x width class ids
 */
export function putPrompt(mask: Uint8Array, prompt: Uint8Array, objects: readonly number[]): void {
  const isPrompted = new Uint8Array(256);
  for (const id of objects) isPrompted[id] = 1;
  for (let i = 0; i < mask.length; i++) if (isPrompted[prompt[i]!]) mask[i] = prompt[i]!;
}
