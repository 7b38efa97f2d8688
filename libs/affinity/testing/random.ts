/** Uniform numbers in [0, 1), the same sequence for the same seed everywhere. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** patches x dim, rows normalised in fp64 and rounded to fp32; `spread` < 1 makes the rows alike. */
export function randomFeatures(random: () => number, patches: number, dim: number, spread = 1): Float32Array {
  const centre = Float64Array.from({ length: dim }, () => random() - 0.5);
  const features = new Float32Array(patches * dim);
  for (let patch = 0; patch < patches; patch++) {
    const row = centre.map((value) => (1 - spread) * value + spread * (random() - 0.5));
    const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    for (let d = 0; d < dim; d++) features[patch * dim + d] = row[d] / norm;
  }
  return features;
}

/** patches x classes soft labels, rows sum to 1. */
export function randomLabels(random: () => number, patches: number, classes: number): Float32Array {
  const labels = new Float32Array(patches * classes);
  for (let patch = 0; patch < patches; patch++) {
    const row = Float64Array.from({ length: classes }, () => random());
    const sum = row.reduce((a, b) => a + b, 0);
    for (let c = 0; c < classes; c++) labels[patch * classes + c] = row[c] / sum;
  }
  return labels;
}

/** The fp16 bits nearest below the values in magnitude; exact rounding does not matter to a test that decodes them again. */
export function toHalf(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, (word) => {
    const exponent = ((word >>> 23) & 255) - 112;
    const sign = (word >>> 16) & 0x8000;
    return exponent <= 0 ? sign : sign | (exponent << 10) | ((word >>> 13) & 1023);
  });
}
