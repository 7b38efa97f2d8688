// int8 packing, shared by all filters. The includer brings `rotate(x, padded, block)` of its instruction set.
//
// A row x is centred by the session's mean, its signs are flipped by a fixed pattern and blocks of it are rotated by Hadamard
// matrices (orthogonal, so no inner product changes), and it is quantised by its own step to the integers -LEVELS..LEVELS.
// Centring takes out the part all features share, which carries no order but most of the error; the rotation spreads the few
// huge dimensions of trained transformers over the block. The error norms are rounded up: docs/affinity-bound.md.
//
// Plain loops, which every compiler turns into the vectors of the file's instruction set; sums in 16 lanes.
#pragma once
#include "tile.h"

namespace affinity {
namespace {

// Safety factors of the proof: 1 + 2^-15 covers every rounding of a norm, 2^-18 those of centring, rotation and comparison.
constexpr float kUp = 1.0f + 3.1e-5f;
constexpr float kRotation = 3.9e-6f;
constexpr int kMaxPadded = 4096;
constexpr int kWide = 16;

// Fine steps per coarse step: half a coarse step is 127 fine ones.
constexpr float kFineSteps = 254.0f;

// Sign of dimension d before the rotation: bits of a multiplicative hash, so that no regular vector maps to one spike.
inline uint32_t sign_of(uint32_t d) { return (d * 2654435761u) & 0x80000000u; }

inline int rotation_block(int padded) {
  int block = 64;
  while (padded % (block * 2) == 0 && block < 1024) block *= 2;
  return block;
}

// To the nearest integer for |x| < 2^22, in two additions.
inline float nearest(float x) {
  constexpr float kShift = 12582912.0f;
  return (x + kShift) - kShift;
}

// Norm of a vector, rounded up; the last term covers what underflows.
inline float norm_above(const float* x, int padded) {
  float sums[kWide] = {}, total = 0;
  for (int d = 0; d < padded; d += kWide) {
    for (int i = 0; i < kWide; i++) sums[i] += x[d + i] * x[d + i];
  }
  for (const float sum : sums) total += sum;
  return __builtin_sqrtf(total) * kUp + 1e-15f;
}

inline int32_t sum_of(const int8_t* x, int padded) {
  int32_t sum = 0;
  for (int d = 0; d < padded; d++) sum += x[d];
  return sum;
}

// The largest magnitude. As integers, of which every compiler takes the maximum of many at once.
inline float largest(const float* x, int padded) {
  uint32_t top = 0;
  for (int d = 0; d < padded; d++) {
    uint32_t bits;
    __builtin_memcpy(&bits, x + d, 4);
    bits &= 0x7fffffffu;
    top = bits > top ? bits : top;
  }
  float value;
  __builtin_memcpy(&value, &top, 4);
  return value;
}

// The nearest multiples of `step` to x, as integers, and what is left of x. The integers fit: x is at most 127 steps long, but
// for rounding, which does not reach the next half.
inline void split(const float* x, int padded, float step, int8_t* integers, float* multiples, float* left) {
  const float inverse = 1.0f / step;
  for (int d = 0; d < padded; d++) {
    const float q = nearest(x[d] * inverse);
    integers[d] = static_cast<int8_t>(static_cast<int32_t>(q));
    multiples[d] = q * step;
    left[d] = x[d] - multiples[d];
  }
}

template <int LEVELS>
void pack_int8(Frame& frame, const float* mean, int begin, int end) {
  alignas(64) float x[kMaxPadded], signs[kMaxPadded], back[kMaxPadded], rest[kMaxPadded], last[kMaxPadded];
  const int padded = frame.padded, block = rotation_block(padded);
  const float unit = 1.0f / __builtin_sqrtf(static_cast<float>(block));
  for (int d = 0; d < padded; d++) signs[d] = sign_of(static_cast<uint32_t>(d)) ? -unit : unit;
  for (int patch = begin; patch < end; patch++) {
    const float* row = frame.values + static_cast<size_t>(patch) * padded;
    int8_t* out = frame.packed + static_cast<size_t>(patch) * padded;
    int8_t* fineOut = frame.fine + static_cast<size_t>(patch) * padded;
    double offsets[8] = {}, offset = 0;
    for (int d = 0; d < padded; d += 8) {
      for (int i = 0; i < 8; i++) offsets[i] += (static_cast<double>(row[d + i]) - mean[d + i]) * mean[d + i];
    }
    for (const double lane : offsets) offset += lane;
    for (int d = 0; d < padded; d++) x[d] = (row[d] - mean[d]) * signs[d];
    rotate(x, padded, block);
    const float top = largest(x, padded);
    // A row equal to the mean quantises to zeros; the floor keeps 1 / step finite.
    const float step = top > 1e-20f ? top / LEVELS : 1e-21f;
    split(x, padded, step, out, back, rest);
    const float length = norm_above(x, padded);
    frame.scale[patch] = step;
    frame.size[patch] = length;
    frame.norm[patch] = norm_above(back, padded);
    // `rest` carries the rounding of `back`, half an ulp of each value: covered by the rotation's term, relative to |x'|.
    frame.error[patch] = norm_above(rest, padded) + kRotation * length;
    split(rest, padded, step / kFineSteps, fineOut, back, last);
    frame.rest[patch] = norm_above(last, padded) + kRotation * length;
    frame.offset[patch] = offset;
    frame.offsetUp[patch] = raised(offset);
    frame.sum[patch] = sum_of(out, padded);
    frame.fineSum[patch] = sum_of(fineOut, padded);
  }
}

// Adds what all int8 filters share to a tile: units and the largest error terms.
// A pair is kept if  acc s_k + c_k / s_q > limit,  c_k = <mean, k> - |mean|^2 + max|q^| |d_k| + max|d_q| |k'|.
inline void int8_units(const Problem& p, Tile& t) {
  t.maxNorm = t.maxError = 0;
  for (int lane = 0; lane < kLanes; lane++) {
    const int q = t.query[lane];
    t.inverse[lane] = q < 0 ? 0 : 1.0f / p.target->scale[q];
    t.limit[lane] = 3e38f;
    if (q < 0) continue;
    if (p.target->norm[q] > t.maxNorm) t.maxNorm = p.target->norm[q];
    if (p.target->error[q] > t.maxError) t.maxError = p.target->error[q];
  }
}

inline void int8_limit(const Problem& p, Tile& t, int lane, double threshold) {
  if (threshold < -1e30) {
    t.limit[lane] = -3e38f;
    return;
  }
  const int q = t.query[lane];
  t.limit[lane] = lowered((threshold - p.meanSquare - p.target->offset[q] - kMargin) / p.target->scale[q]);
}

inline void key_terms(const Frame& f, int first, int count, float maxNorm, float maxError, float* out) {
  const float *error = f.error + first, *size = f.size + first, *offset = f.offsetUp + first;
  for (int i = 0; i < count; i++) out[i] = offset[i] + maxNorm * error[i] + maxError * size[i];
}

// The similarity to within `slack` from both parts of both vectors, less the product of the two fine parts: sums of products
// `coarse` = <Q, K> and `mixed` = <Q, E_k> + <E_q, K>.
inline void estimate_of(const Problem& p, const Frame& f, int query, int key, double coarse, double mixed, double* value,
                        double* slack) {
  const Frame& q = *p.target;
  *value = static_cast<double>(q.scale[query]) * f.scale[key] * (coarse + mixed / kFineSteps) + q.offset[query] + f.offset[key] +
           p.meanSquare;
  *slack = static_cast<double>(q.error[query]) * f.error[key] + static_cast<double>(q.rest[query]) * f.size[key] +
           (static_cast<double>(q.size[query]) + q.rest[query]) * f.rest[key] + kMargin;
}

}  // namespace
}  // namespace affinity
