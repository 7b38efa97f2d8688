/** The labels of one frame. */
export interface LabelFrame {
  width: number;
  height: number;
  /** height x width, row-major class ids; 255 is void and counts as background. */
  labels: Uint8Array;
}

/** @throws RangeError when the two differ in size: scores of resized masks would not be comparable */
export function requireSameSize(a: LabelFrame, b: LabelFrame): void {
  if (a.width !== b.width || a.height !== b.height || a.labels.length !== b.labels.length) {
    throw new RangeError(
      `Expected two frames of one size but received ${a.width}x${a.height} and ${b.width}x${b.height}`,
    );
  }
}
