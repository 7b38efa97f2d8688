let table: Float32Array | undefined;

function decode(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The value of every fp16 bit pattern, exact in fp32: 256 kB, built at the first use. */
export function halfTable(): Float32Array {
  table ??= Float32Array.from({ length: 65536 }, (_, bits) => decode(bits));
  return table;
}

/** fp16 bits as fp32 values; fp32 values as they are. */
export function asFloat32(values: Float32Array | Uint16Array): Float32Array {
  if (values instanceof Float32Array) return values;
  const halves = halfTable();
  const floats = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) floats[i] = halves[values[i]];
  return floats;
}
