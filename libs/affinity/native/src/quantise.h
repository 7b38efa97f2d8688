// int8 packing, shared by all filters. The includer brings `rotate(x, padded, block)` of its instruction set.
//
// A row x is centred by the session's mean, its signs are flipped by a fixed pattern and blocks of it are rotated by Hadamard
// matrices (orthogonal, so no inner product changes), and it is quantised by its own step to the integers -127..127.
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

// Of numbers that are not negative. As integers, of which every compiler takes the maximum of many at once.
inline uint32_t bits_of(float x) {
  uint32_t bits;
  __builtin_memcpy(&bits, &x, 4);
  return bits;
}
inline float value_of(uint32_t bits) {
  float value;
  __builtin_memcpy(&value, &bits, 4);
  return value;
}

// The largest magnitude.
inline float largest(const float* x, int padded) {
  uint32_t top = 0;
  for (int d = 0; d < padded; d++) {
    const uint32_t bits = bits_of(x[d]) & 0x7fffffffu;
    top = bits > top ? bits : top;
  }
  return value_of(top);
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

// The largest sum of the magnitudes of four values whose products ByteProducts (avx2.cc) adds in 16 bits: dimensions 0, 1, 4, 5 and
// 2, 3, 6, 7 of any eight. `x` has kWide values more than `padded`, of which nothing is taken.
inline float largest_four(const float* x, int padded) {
  uint32_t tops[kWide] = {}, top = 0;
  for (int d = 0; d < padded; d += kWide) {
    for (int i = 0; i < kWide; i++) {
      const float* four = x + d + i;
      const float sum = __builtin_fabsf(four[0]) + __builtin_fabsf(four[1]) + __builtin_fabsf(four[4]) + __builtin_fabsf(four[5]);
      const uint32_t bits = bits_of(sum);
      tops[i] = bits > tops[i] ? bits : tops[i];
    }
  }
  for (int i = 0; i < kWide; i += i % 8 == 0 ? 2 : 6) top = tops[i] > top ? tops[i] : top;
  return value_of(top);
}

// A packed value in steps of twice the size, from what it lost: -64..63.
inline int halved(int8_t coarse, int8_t fine) { return least(63, (coarse + (fine > 0)) >> 1); }

// What a filter needs besides: kParts: terms for judging pairs after a part of the dimensions; kHalved: these, queries in steps of
// twice the size, and keys of which any four values that are added in 16 bits have at most 258 together.
enum class Packing { kPlain, kParts, kHalved };

template <Packing PACKING>
void pack_int8(Frame& frame, const float* mean, int begin, int end) {
  alignas(64) float x[kMaxPadded + kWide] = {}, signs[kMaxPadded], back[kMaxPadded], rest[kMaxPadded], last[kMaxPadded];
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
    float step = top > 1e-20f ? top / 127 : 1e-21f;
    if constexpr (PACKING == Packing::kHalved) {
      const float four = largest_four(x, padded) / 255.9f;
      step = four > step ? four : step;
    }
    split(x, padded, step, out, back, rest);
    const float length = norm_above(x, padded);
    frame.scale[patch] = step;
    frame.size[patch] = length;
    frame.queryScale[patch] = step;
    frame.queryNorm[patch] = norm_above(back, padded);
    // `rest` carries the rounding of `back`, half an ulp of each value: covered by the rotation's term, relative to |x'|.
    frame.error[patch] = frame.queryError[patch] = norm_above(rest, padded) + kRotation * length;
    split(rest, padded, step / kFineSteps, fineOut, back, last);
    frame.rest[patch] = norm_above(last, padded) + kRotation * length;
    if constexpr (PACKING == Packing::kHalved) {
      const float wide = 2 * step;
      for (int d = 0; d < padded; d++) {
        back[d] = static_cast<float>(halved(out[d], fineOut[d])) * wide;
        last[d] = x[d] - back[d];
      }
      frame.queryScale[patch] = wide;
      frame.queryNorm[patch] = norm_above(back, padded);
      frame.queryError[patch] = norm_above(last, padded) + kRotation * length;
    }
    frame.offset[patch] = offset;
    frame.offsetUp[patch] = raised(offset);
    frame.sum[patch] = sum_of(out, padded);
    frame.fineSum[patch] = sum_of(fineOut, padded);
    if constexpr (PACKING != Packing::kPlain) {
      Parts& parts = frame.parts[patch];
      for (int part = 0, from = 0; part < kParts; part++) {
        const int to = part_end(padded, part);
        parts.start[part] = (PACKING == Packing::kHalved ? -64 : -128) * sum_of(out + from, to - from);
        if (to < padded) parts.tail[part] = norm_above(x + to, padded - to) + kRotation * length;
        from = to;
      }
      parts.scale = step;
    }
  }
}

// Adds what all int8 filters share to a tile: units and the largest error terms.
// A pair is kept if  acc s_k + c_k / s_q > limit,  c_k = <mean, k> - |mean|^2 + max|q^| |d_k| + max|d_q| |k'|.
inline void int8_units(const Problem& p, Tile& t) {
  t.maxNorm = t.maxError = 0;
  for (int lane = 0; lane < kLanes; lane++) {
    const int q = t.query[lane];
    t.inverse[lane] = q < 0 ? 0 : 1.0f / p.target->queryScale[q];
    for (int part = 0; part < kParts - 1; part++) t.tail[part][lane] = q < 0 ? 0 : p.target->parts[q].tail[part] * t.inverse[lane];
    t.limit[lane] = 3e38f;
    if (q < 0) continue;
    if (p.target->queryNorm[q] > t.maxNorm) t.maxNorm = p.target->queryNorm[q];
    if (p.target->queryError[q] > t.maxError) t.maxError = p.target->queryError[q];
  }
}

inline void int8_limit(const Problem& p, Tile& t, int lane, double threshold) {
  if (threshold < -1e30) {
    t.limit[lane] = -3e38f;
    return;
  }
  const int q = t.query[lane];
  t.limit[lane] = lowered((threshold - p.meanSquare - p.target->offset[q] - kMargin) / p.target->queryScale[q]);
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
