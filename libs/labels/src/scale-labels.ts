interface Size {
  width: number;
  height: number;
}

/**
 * A label map at another size, by nearest neighbour: ids are kept, and none is made up.
 *
 * @param labels height x width of `from`, row-major
 * @returns height x width of `to`, row-major
 */
export function scaleLabels(labels: Uint8Array, from: Size, to: Size): Uint8Array {
  const scaled = new Uint8Array(to.width * to.height);
  const columns = Array.from({ length: to.width }, (_, x) => Math.floor(((x + 0.5) * from.width) / to.width));
  for (let y = 0; y < to.height; y++) {
    const row = Math.floor(((y + 0.5) * from.height) / to.height) * from.width;
    for (let x = 0; x < to.width; x++) scaled[y * to.width + x] = labels[row + columns[x]!]!;
  }
  return scaled;
}
