/**
 * IEEE 754 binary16, rounding to nearest even. Written here because Node 20 has no Float16Array.
 * Layout of a half: 1 sign bit, 5 exponent bits (bias 15), 10 fraction bits; subnormals below 2^-14.
 */

const bits = new Uint32Array(1);
const asFloat = new Float32Array(bits.buffer);

/** The binary16 bits of a number, rounded from float32 to nearest even; overflow gives infinity, NaN stays NaN. */
export function toHalf(value: number): number {
  asFloat[0] = value;
  const x = bits[0];
  const sign = (x >>> 16) & 0x8000;
  const magnitude = x & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // 65520 is half-way between the largest half and the first that does not exist: ties go to "even", which is infinity.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    // Re-biasing subtracts 112 from the exponent; adding 0xfff plus the last kept bit rounds half to even.
    return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
  }
  // Half of the smallest subnormal (2^-25) ties to zero.
  if (magnitude <= 0x33000000) return sign;
  const shift = 126 - (magnitude >>> 23);
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  const kept = fraction >>> shift;
  const rest = fraction & ((1 << shift) - 1);
  const halfway = 1 << (shift - 1);
  return sign | (kept + (rest > halfway || (rest === halfway && (kept & 1) === 1) ? 1 : 0));
}

/** The number with these binary16 bits; exact, since every half is a float32. */
export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

let table: Float32Array | undefined;

/** Widens binary16 values to float32 (exact). `target`, when given, has the same length and is returned. */
export function halvesToFloats(halves: Uint16Array, target = new Float32Array(halves.length)): Float32Array {
  table ??= Float32Array.from({ length: 65536 }, (_, half) => fromHalf(half));
  for (let i = 0; i < halves.length; i++) target[i] = table[halves[i]];
  return target;
}
