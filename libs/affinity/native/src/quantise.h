// int8 packing, shared by all filters. The includer brings `rotate(x, padded, block)` of its instruction set.
//
// A row x is centred by the session's mean, its signs are flipped by a fixed pattern and blocks of it are rotated by Hadamard
// matrices (orthogonal, so no inner product changes), and it is quantised by its own step to the integers -LEVELS..LEVELS.
// Centring takes out the part all features share, which carries no order but most of the error; the rotation spreads the few
// huge dimensions of trained transformers over the block. The error norms are rounded up: docs/affinity-bound.md.
//
// Plain loops over 16 lanes, which every compiler turns into the vectors of the file's instruction set.
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

inline float clipped(float x, float most) { return x > most ? most : x < -most ? -most : x; }

// The 16 sums of a norm, added; `extra` covers what underflowed.
inline float root_of(const float* sums) {
  float total = 0;
  for (int i = 0; i < kWide; i++) total += sums[i];
  return __builtin_sqrtf(total) * kUp + 1e-15f;
}

template <int LEVELS>
void pack_int8(Frame& frame, const float* mean, int begin, int end) {
  alignas(64) float x[kMaxPadded], signs[kMaxPadded];
  const int padded = frame.padded, block = rotation_block(padded);
  const float unit = 1.0f / __builtin_sqrtf(static_cast<float>(block));
  for (int d = 0; d < padded; d++) signs[d] = sign_of(static_cast<uint32_t>(d)) ? -1.0f : 1.0f;
  for (int patch = begin; patch < end; patch++) {
    const float* row = frame.values + static_cast<size_t>(patch) * padded;
    int8_t* out = frame.packed + static_cast<size_t>(patch) * padded;
    int8_t* fineOut = frame.fine + static_cast<size_t>(patch) * padded;
    double offsets[kWide] = {};
    for (int d = 0; d < padded; d += kWide) {
      for (int i = 0; i < kWide; i++) {
        x[d + i] = (row[d + i] - mean[d + i]) * signs[d + i];
        offsets[i] += (static_cast<double>(row[d + i]) - mean[d + i]) * mean[d + i];
      }
    }
    rotate(x, padded, block);
    float tops[kWide] = {};
    for (int d = 0; d < padded; d += kWide) {
      for (int i = 0; i < kWide; i++) {
        x[d + i] *= unit;
        const float size = x[d + i] < 0 ? -x[d + i] : x[d + i];
        tops[i] = size > tops[i] ? size : tops[i];
      }
    }
    float top = 0;
    for (const float lane : tops) top = lane > top ? lane : top;
    // A row equal to the mean quantises to zeros; the floor keeps 1 / step finite.
    const float step = top > 1e-20f ? top / LEVELS : 1e-22f;
    const float inverse = 1.0f / step, fineInverse = kFineSteps / step, fineStep = step / kFineSteps;
    float size[kWide] = {}, lost[kWide] = {}, kept[kWide] = {}, left[kWide] = {};
    int32_t sum[kWide] = {}, fineSum[kWide] = {};
    for (int d = 0; d < padded; d += kWide) {
      for (int i = 0; i < kWide; i++) {
        const float v = x[d + i], coarse = nearest(clipped(v * inverse, LEVELS));
        const float back = coarse * step, rest = v - back, fine = nearest(clipped(rest * fineInverse, 127));
        const float last = rest - fine * fineStep;
        const int32_t q = static_cast<int32_t>(coarse), e = static_cast<int32_t>(fine);
        out[d + i] = static_cast<int8_t>(q);
        fineOut[d + i] = static_cast<int8_t>(e);
        sum[i] += q;
        fineSum[i] += e;
        size[i] += v * v;
        kept[i] += back * back;
        lost[i] += rest * rest;
        left[i] += last * last;
      }
    }
    double offset = 0;
    int32_t total = 0, fineTotal = 0;
    for (int i = 0; i < kWide; i++) {
      offset += offsets[i];
      total += sum[i];
      fineTotal += fineSum[i];
    }
    const float length = root_of(size);
    frame.scale[patch] = step;
    frame.size[patch] = length;
    frame.norm[patch] = root_of(kept);
    // `rest` carries the rounding of `back`, half an ulp of each value: covered by the rotation's term, relative to |x'|.
    frame.error[patch] = root_of(lost) + kRotation * length;
    frame.rest[patch] = root_of(left) + kRotation * length;
    frame.offset[patch] = offset;
    frame.offsetUp[patch] = raised(offset);
    frame.sum[patch] = total;
    frame.fineSum[patch] = fineTotal;
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
