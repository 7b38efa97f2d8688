/**
 * COCO's compressed run lengths: lengths of alternating runs of background and object, down the columns; each as groups of
 * five bits with a sign, from the third one on as the difference to the length two before.
 */

/** @returns object pixels as `value`, height x width, row-major; into `labels` where given, over what is there */
export function decodeRle(
  counts: string,
  width: number,
  height: number,
  value: number,
  labels: Uint8Array = new Uint8Array(width * height),
): Uint8Array {
  decodeLengths(lengthsOf(counts), width, height, value, labels);
  return labels;
}

/** @returns the ids of objects that are given by their run lengths, height x width, row-major */
export function labelsOfClasses(
  classes: readonly { id: number; rle: { counts: string } }[],
  width: number,
  height: number,
): Uint8Array {
  const labels = new Uint8Array(width * height);
  for (const { id, rle } of classes) decodeRle(rle.counts, width, height, id, labels);
  return labels;
}

/** The same from the lengths themselves. */
export function decodeLengths(
  lengths: readonly number[],
  width: number,
  height: number,
  value: number,
  labels: Uint8Array,
): void {
  let position = 0;
  let isObject = false;
  for (const length of lengths) {
    if (isObject) {
      for (let i = position; i < position + length; i++) labels[(i % height) * width + ((i / height) | 0)] = value;
    }
    position += length;
    isObject = !isObject;
  }
}

/** @param labels height x width, row-major; pixels of `value` are the object's */
export function encodeRle(labels: Uint8Array, width: number, height: number, value: number): string {
  const lengths: number[] = [];
  let run = 0;
  let isObject = false;
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      if ((labels[y * width + x] === value) !== isObject) {
        lengths.push(run);
        run = 0;
        isObject = !isObject;
      }
      run++;
    }
  }
  lengths.push(run);
  return textOf(lengths);
}

function lengthsOf(text: string): number[] {
  const lengths: number[] = [];
  for (let i = 0; i < text.length;) {
    let value = 0;
    let shift = 0;
    for (;;) {
      const group = text.charCodeAt(i++) - 48;
      value |= (group & 31) << shift;
      shift += 5;
      if (group & 32) continue;
      if (group & 16 && shift < 32) value |= -1 << shift;
      break;
    }
    lengths.push(lengths.length > 2 ? value + lengths[lengths.length - 2]! : value);
  }
  return lengths;
}

function textOf(lengths: readonly number[]): string {
  let text = '';
  lengths.forEach((length, i) => {
    let value = i > 2 ? length - lengths[i - 2]! : length;
    for (;;) {
      const group = value & 31;
      value >>= 5;
      const isLast = group & 16 ? value === -1 : value === 0;
      text += String.fromCharCode((isLast ? group : group | 32) + 48);
      if (isLast) break;
    }
  });
  return text;
}
