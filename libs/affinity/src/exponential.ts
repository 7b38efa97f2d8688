/*
 * exp by +, -, *, and a power of two only, so that every backend gives the same bits: the exponentials of libm,
 * JavaScript engines and WebAssembly differ in the last bit. Mirrored by native/src/labels.cc, compiled without
 * contraction to fused multiply-adds.
 *
 * x = n ln 2 + r, |r| <= ln(2)/2; n ln 2 is subtracted in two parts, the first with 21 zero bits at its end, so n * LN2_HIGH
 * is exact; exp(r) by its Taylor polynomial of degree 13, whose remainder lies below 5e-18.
 * Relative difference to Math.exp, which has an error of its own: below 4e-16 (tested).
 */
const LOG2_E = 1.4426950408889634;
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** Below this the weight is 0: 2^-1010 is the smallest power of two in use, so no subnormal number appears. */
const UNDERFLOW = -700;

const POWERS = Float64Array.from({ length: 1012 }, (_, n) => 2 ** -n);

/** exp(x) for x <= 0; 0 below -700. */
export function exponential(x: number): number {
  if (x < UNDERFLOW) return 0;
  const n = Math.floor(x * LOG2_E + 0.5);
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  let p = 1 / 6227020800;
  p = p * r + 1 / 479001600;
  p = p * r + 1 / 39916800;
  p = p * r + 1 / 3628800;
  p = p * r + 1 / 362880;
  p = p * r + 1 / 40320;
  p = p * r + 1 / 5040;
  p = p * r + 1 / 720;
  p = p * r + 1 / 120;
  p = p * r + 1 / 24;
  p = p * r + 1 / 6;
  p = p * r + 1 / 2;
  p = p * r + 1;
  p = p * r + 1;
  return p * POWERS[-n];
}
