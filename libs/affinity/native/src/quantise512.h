// int8 packing with AVX-512, shared by the avx512vnni and amxint8 kernels.
//
// A row x is centred by the session's mean, its signs are flipped by a fixed pattern and blocks of it are rotated by Hadamard
// matrices (orthogonal, so no inner product changes), and it is quantised by its own step. Centring takes out the part all
// features share, which carries no order but most of the error; the rotation spreads the few huge dimensions of trained
// transformers over the block. The error norms are rounded up: docs/affinity-bound.md.
#pragma once
#include <immintrin.h>

#include "kernel.h"

namespace affinity {
namespace {

// Safety factors of the proof: 1 + 2^-15 covers every rounding of a norm, 2^-18 those of centring and rotation.
constexpr float kUp = 1.0f + 3.1e-5f;
constexpr float kRotation = 3.9e-6f;
constexpr int kMaxPadded = 4096;

// Fine steps per coarse step: half a coarse step is 127 fine ones.
constexpr float kFineSteps = 254.0f;

// Covers the fp32 arithmetic of the bounds themselves.
constexpr float kMargin = 1e-5f;

// Sign of dimension d before the rotation: bits of a multiplicative hash, so that no regular vector maps to one spike.
inline uint32_t sign_of(uint32_t d) { return (d * 2654435761u) & 0x80000000u; }

inline int rotation_block(int padded) {
  int block = 64;
  while (padded % (block * 2) == 0 && block < 1024) block *= 2;
  return block;
}

inline __m512 butterfly(__m512 v, __m512i exchange, __m512i signs) {
  const __m512 other = _mm512_permutexvar_ps(exchange, v);
  return _mm512_add_ps(other, _mm512_castsi512_ps(_mm512_xor_si512(_mm512_castps_si512(v), signs)));
}

// In place, values x of length padded; unnormalised butterflies, then 1 / sqrt(block).
inline void rotate(float* x, int padded, int block) {
  const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  for (int h = 1; h < 16; h *= 2) {
    const __m512i exchange = _mm512_xor_si512(lane, _mm512_set1_epi32(h));
    const __mmask16 upper = _mm512_test_epi32_mask(lane, _mm512_set1_epi32(h));
    const __m512i signs = _mm512_maskz_set1_epi32(upper, static_cast<int>(0x80000000u));
    for (int d = 0; d < padded; d += 16) _mm512_store_ps(x + d, butterfly(_mm512_load_ps(x + d), exchange, signs));
  }
  for (int h = 16; h < block; h *= 2) {
    for (int d = 0; d < padded; d += 2 * h) {
      for (int i = d; i < d + h; i += 16) {
        const __m512 a = _mm512_load_ps(x + i), b = _mm512_load_ps(x + i + h);
        _mm512_store_ps(x + i, _mm512_add_ps(a, b));
        _mm512_store_ps(x + i + h, _mm512_sub_ps(a, b));
      }
    }
  }
  const __m512 scale = _mm512_set1_ps(1.0f / __builtin_sqrtf(static_cast<float>(block)));
  for (int d = 0; d < padded; d += 16) _mm512_store_ps(x + d, _mm512_mul_ps(_mm512_load_ps(x + d), scale));
}

void pack_int8(Frame& frame, const float* mean, int begin, int end) {
  alignas(64) float x[kMaxPadded];
  alignas(64) uint32_t signs[kMaxPadded];
  const int padded = frame.padded, block = rotation_block(padded);
  for (int d = 0; d < padded; d++) signs[d] = sign_of(static_cast<uint32_t>(d));
  for (int patch = begin; patch < end; patch++) {
    const float* row = frame.values + static_cast<size_t>(patch) * padded;
    int8_t* out = static_cast<int8_t*>(frame.packed) + static_cast<size_t>(patch) * padded;
    int8_t* fineOut = frame.fine + static_cast<size_t>(patch) * padded;
    __m512d offset = _mm512_setzero_pd();
    for (int d = 0; d < padded; d += 16) {
      const __m512 v = _mm512_loadu_ps(row + d), m = _mm512_loadu_ps(mean + d);
      const __m512 centred = _mm512_sub_ps(v, m);
      _mm512_store_ps(x + d, _mm512_castsi512_ps(_mm512_xor_si512(_mm512_castps_si512(centred), _mm512_load_si512(signs + d))));
      for (int half = 0; half < 16; half += 8) {
        offset = _mm512_fmadd_pd(_mm512_cvtps_pd(_mm256_loadu_ps(row + d + half)),
                                 _mm512_cvtps_pd(_mm256_loadu_ps(mean + d + half)), offset);
      }
    }
    rotate(x, padded, block);
    __m512 largest = _mm512_setzero_ps();
    for (int d = 0; d < padded; d += 16) largest = _mm512_max_ps(largest, _mm512_abs_ps(_mm512_load_ps(x + d)));
    const float top = _mm512_reduce_max_ps(largest);
    // A row equal to the mean quantises to zeros; the floor keeps 1 / step finite.
    const float step = top > 1e-7f ? top / 127.0f : 1e-9f;
    const __m512 inverse = _mm512_set1_ps(1.0f / step), steps = _mm512_set1_ps(step);
    const __m512 fineInverse = _mm512_set1_ps(kFineSteps / step), fineSteps = _mm512_set1_ps(step / kFineSteps);
    __m512 size = _mm512_setzero_ps(), lost = size, kept = size, left = size;
    __m512i sum = _mm512_setzero_si512(), fineSum = sum;
    for (int d = 0; d < padded; d += 16) {
      const __m512 v = _mm512_load_ps(x + d);
      __m512i q = _mm512_cvtps_epi32(_mm512_mul_ps(v, inverse));
      q = _mm512_max_epi32(_mm512_min_epi32(q, _mm512_set1_epi32(127)), _mm512_set1_epi32(-127));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(out + d), _mm512_cvtepi32_epi8(q));
      sum = _mm512_add_epi32(sum, q);
      const __m512 back = _mm512_mul_ps(_mm512_cvtepi32_ps(q), steps), rest = _mm512_sub_ps(v, back);
      __m512i fine = _mm512_cvtps_epi32(_mm512_mul_ps(rest, fineInverse));
      fine = _mm512_max_epi32(_mm512_min_epi32(fine, _mm512_set1_epi32(127)), _mm512_set1_epi32(-127));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(fineOut + d), _mm512_cvtepi32_epi8(fine));
      fineSum = _mm512_add_epi32(fineSum, fine);
      const __m512 last = _mm512_sub_ps(rest, _mm512_mul_ps(_mm512_cvtepi32_ps(fine), fineSteps));
      left = _mm512_fmadd_ps(last, last, left);
      size = _mm512_fmadd_ps(v, v, size);
      kept = _mm512_fmadd_ps(back, back, kept);
      lost = _mm512_fmadd_ps(rest, rest, lost);
    }
    const float length = __builtin_sqrtf(_mm512_reduce_add_ps(size)) * kUp + 1e-9f;
    frame.scale[patch] = step;
    frame.size[patch] = length;
    frame.norm[patch] = __builtin_sqrtf(_mm512_reduce_add_ps(kept)) * kUp + 1e-9f;
    // `rest` carries the rounding of `back`, half an ulp of each value: covered by the rotation's term, relative to |x'|.
    frame.error[patch] = __builtin_sqrtf(_mm512_reduce_add_ps(lost)) * kUp + kRotation * length;
    frame.offset[patch] = static_cast<float>(_mm512_reduce_add_pd(offset));
    frame.rest[patch] = __builtin_sqrtf(_mm512_reduce_add_ps(left)) * kUp + kRotation * length;
    frame.sum[patch] = _mm512_reduce_add_epi32(sum);
    frame.fineSum[patch] = _mm512_reduce_add_epi32(fineSum);
  }
}

// Adds what all int8 filters share to a tile: units and the largest error terms.
// A pair is kept if  acc s_k / 1 + c_k / s_q > limit,  c_k = <mean, k> + max|q^| |d_k| + max|d_q| |k'|.
template <class Tile>
void int8_units(const Problem& p, Tile& t) {
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

template <class Tile>
void int8_limit(const Problem& p, Tile& t, int lane, double threshold) {
  const float rest = static_cast<float>(threshold) - p.target->offset[t.query[lane]] + p.meanSquare - kMargin;
  t.limit[lane] = threshold < -1e30 ? -3e38f : rest * t.inverse[lane];
}

inline void key_terms(const Frame& f, int first, int count, float maxNorm, float maxError, float* out) {
  const __m512 norm = _mm512_set1_ps(maxNorm), error = _mm512_set1_ps(maxError);
  for (int i = 0; i < count; i += 16) {
    const __m512 byError = _mm512_fmadd_ps(norm, _mm512_loadu_ps(f.error + first + i), _mm512_loadu_ps(f.offset + first + i));
    _mm512_storeu_ps(out + i, _mm512_fmadd_ps(error, _mm512_loadu_ps(f.size + first + i), byError));
  }
}

// Products of the 8 bit parts of a query and a key, both signed: dpbusd takes one operand unsigned, so the query is moved by
// 128 and 128 x sum(key) taken off again.
struct Products {
  __m512i coarse = _mm512_setzero_si512(), mixed = coarse;
};

// The similarity to within `slack`: both parts of both vectors, less the product of the two fine parts.
inline void estimate_int8(const Problem& p, const Frame& f, int query, int key, double* value, double* slack) {
  const Frame& q = *p.target;
  const size_t padded = p.padded;
  const int8_t* q1 = static_cast<const int8_t*>(q.packed) + query * padded;
  const int8_t* q2 = q.fine + query * padded;
  const int8_t* k1 = static_cast<const int8_t*>(f.packed) + key * padded;
  const int8_t* k2 = f.fine + key * padded;
  const __m512i offset = _mm512_set1_epi8(static_cast<char>(0x80));
  Products sums;
  for (size_t d = 0; d < padded; d += 64) {
    const __m512i a = _mm512_xor_si512(_mm512_loadu_si512(q1 + d), offset);
    const __m512i b = _mm512_xor_si512(_mm512_loadu_si512(q2 + d), offset);
    const __m512i k = _mm512_loadu_si512(k1 + d);
    sums.coarse = _mm512_dpbusd_epi32(sums.coarse, a, k);
    sums.mixed = _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(sums.mixed, b, k), a, _mm512_loadu_si512(k2 + d));
  }
  const double coarse = _mm512_reduce_add_epi32(sums.coarse) - 128.0 * f.sum[key];
  const double mixed = _mm512_reduce_add_epi32(sums.mixed) - 128.0 * (static_cast<double>(f.sum[key]) + f.fineSum[key]);
  *value = static_cast<double>(q.scale[query]) * f.scale[key] * (coarse + mixed / kFineSteps) + q.offset[query] + f.offset[key] -
           p.meanSquare;
  *slack = static_cast<double>(q.error[query]) * f.error[key] + static_cast<double>(q.rest[query]) * f.size[key] +
           (static_cast<double>(q.size[query]) + q.rest[query]) * f.rest[key] + kMargin;
}

inline void prefetch_fine(const Frame& f, int key) {
  const int8_t* row = f.fine + static_cast<size_t>(key) * f.padded;
  for (int d = 0; d < f.padded; d += 64) __builtin_prefetch(row + d);
}

// The exact similarity of two rows: one register holds the 8 lanes of the definition.
inline double score_avx512(const float* a, const float* b, int padded) {
  __m512d sums = _mm512_setzero_pd();
  for (int d = 0; d < padded; d += 8) {
    sums = _mm512_fmadd_pd(_mm512_cvtps_pd(_mm256_loadu_ps(a + d)), _mm512_cvtps_pd(_mm256_loadu_ps(b + d)), sums);
  }
  alignas(64) double s[8];
  _mm512_store_pd(s, sums);
  return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

inline void score4_avx512(const float* const* q, const float* k, int padded, double* out) {
  __m512d sums[4];
  for (int i = 0; i < 4; i++) sums[i] = _mm512_setzero_pd();
  for (int d = 0; d < padded; d += 8) {
    const __m512d key = _mm512_cvtps_pd(_mm256_loadu_ps(k + d));
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) sums[i] = _mm512_fmadd_pd(_mm512_cvtps_pd(_mm256_loadu_ps(q[i] + d)), key, sums[i]);
  }
  for (int i = 0; i < 4; i++) {
    alignas(64) double s[8];
    _mm512_store_pd(s, sums[i]);
    out[i] = ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
  }
}

}  // namespace
}  // namespace affinity
