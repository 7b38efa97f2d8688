/** How labels are drawn over a frame. */
export interface OverlayStyle {
  /** Opacity of the label colour inside an object, 0 to 1. */
  alpha: number;
  /** Whether the border pixels of each object get its full colour. */
  outline: boolean;
  /** Pixels per row; needed for the outline. */
  width: number;
}

/**
 * Draws a label map over a frame.
 * @param rgb rgb24, row-major; not changed
 * @param labels one class per pixel, same size; 0 is background and stays as it is
 * @param palette r, g, b of each class, 3 bytes per class
 * @returns a new rgb24 buffer
 */
export function blendOverlay(
  rgb: Buffer,
  labels: Uint8Array,
  palette: Uint8Array,
  { alpha, outline, width }: OverlayStyle,
): Buffer {
  if (rgb.length !== labels.length * 3 || labels.length % width !== 0) {
    throw new RangeError(`Expected ${labels.length * 3} bytes in rows of ${width} pixels but received ${rgb.length}`);
  }
  const out = Buffer.from(rgb);
  // 8 fractional bits keep the result the same on every machine.
  const opacity = Math.round(alpha * 256);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label === 0) continue;
    const weight = outline && isBorder(labels, i, width) ? 256 : opacity;
    for (let c = 0; c < 3; c++) {
      const colour = palette[label * 3 + c] ?? 0;
      out[i * 3 + c] = (rgb[i * 3 + c]! * (256 - weight) + colour * weight + 128) >> 8;
    }
  }
  return out;
}

/** Whether a neighbour in one of four directions has another label; the edge of the picture is no border. */
function isBorder(labels: Uint8Array, i: number, width: number): boolean {
  const label = labels[i];
  const x = i % width;
  return (
    (x > 0 && labels[i - 1] !== label) ||
    (x < width - 1 && labels[i + 1] !== label) ||
    (i >= width && labels[i - width] !== label) ||
    (i + width < labels.length && labels[i + width] !== label)
  );
}
