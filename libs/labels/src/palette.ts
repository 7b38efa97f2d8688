const ENTRIES = 256;

/** The PASCAL-VOC palette: 256 RGB triples. Bit k of an index's R, G, B lies at 3k, 3k+1, 3k+2 of the index, highest first. */
export const VOC_PALETTE: Uint8Array = vocPalette();

function vocPalette(): Uint8Array {
  const palette = new Uint8Array(3 * ENTRIES);
  for (let index = 0; index < ENTRIES; index++) {
    for (let bit = 0; bit < 8; bit++) {
      for (let channel = 0; channel < 3; channel++) {
        palette[3 * index + channel] |= ((index >> (3 * bit + channel)) & 1) << (7 - bit);
      }
    }
  }
  return palette;
}

/** The given RGB triples, continued with those of PASCAL-VOC to all 256: masks out keep the colours of the mask in. */
export function completePalette(palette: Uint8Array | null): Uint8Array {
  const complete = VOC_PALETTE.slice();
  if (palette) complete.set(palette.subarray(0, complete.length));
  return complete;
}
