import { LANES } from './layout';

const QUERIES = 2;
/** Keys scored per call. */
export const KEYS = 4;

const lanes = new Float64Array(LANES * QUERIES * KEYS);

/**
 * Similarities of 2 queries and 4 keys, by the definition every backend follows:
 * fp32 products, which are exact in fp64; 8 fp64 sums over the dimensions d mod 8 in rising order;
 * ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7)).
 *
 * Lane after lane, so that the 8 running sums and 6 operands fill the 16 registers; `| 0` spares the overflow checks (5 %).
 *
 * @param queries,keys frames laid out by layOut
 * @param queryAt,keyAt offsets of the patches
 * @param length dimensions per lane
 * @param scores receives query 0 x 4 keys, query 1 x 4 keys
 */
export function scoreBlock(
  queries: Float64Array,
  queryAt: Int32Array,
  keys: Float64Array,
  keyAt: Int32Array,
  length: number,
  scores: Float64Array,
): void {
  let q0 = queryAt[0];
  let q1 = queryAt[1];
  let k0 = keyAt[0];
  let k1 = keyAt[1];
  let k2 = keyAt[2];
  let k3 = keyAt[3];
  for (let lane = 0; lane < LANES; lane++) {
    let s00 = 0;
    let s01 = 0;
    let s02 = 0;
    let s03 = 0;
    let s10 = 0;
    let s11 = 0;
    let s12 = 0;
    let s13 = 0;
    for (let i = 0; i < length; i++) {
      const a = queries[(q0 + i) | 0];
      const b = queries[(q1 + i) | 0];
      const k = keys[(k0 + i) | 0];
      const l = keys[(k1 + i) | 0];
      const m = keys[(k2 + i) | 0];
      const n = keys[(k3 + i) | 0];
      s00 += a * k;
      s01 += a * l;
      s02 += a * m;
      s03 += a * n;
      s10 += b * k;
      s11 += b * l;
      s12 += b * m;
      s13 += b * n;
    }
    q0 += length;
    q1 += length;
    k0 += length;
    k1 += length;
    k2 += length;
    k3 += length;
    lanes[lane] = s00;
    lanes[LANES + lane] = s01;
    lanes[2 * LANES + lane] = s02;
    lanes[3 * LANES + lane] = s03;
    lanes[4 * LANES + lane] = s10;
    lanes[5 * LANES + lane] = s11;
    lanes[6 * LANES + lane] = s12;
    lanes[7 * LANES + lane] = s13;
  }
  for (let pair = 0, s = 0; pair < QUERIES * KEYS; pair++, s += LANES) {
    const even = lanes[s] + lanes[s + 4] + (lanes[s + 2] + lanes[s + 6]);
    const odd = lanes[s + 1] + lanes[s + 5] + (lanes[s + 3] + lanes[s + 7]);
    scores[pair] = even + odd;
  }
}
