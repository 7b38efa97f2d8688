// AVX-512 parts shared by the avx512vnni and amxint8 kernels: rotation, second step, and the products in fp32 and fp64.
#pragma once
#include <immintrin.h>

#include "kernel.h"

namespace affinity {
namespace {

// Hadamard butterflies in place over blocks of x, not normalised.
inline void rotate(float* x, int padded, int block) {
  const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  for (int h = 1; h < 16; h *= 2) {
    const __m512i exchange = _mm512_xor_si512(lane, _mm512_set1_epi32(h));
    const __mmask16 upper = _mm512_test_epi32_mask(lane, _mm512_set1_epi32(h));
    const __m512i signs = _mm512_maskz_set1_epi32(upper, static_cast<int>(0x80000000u));
    for (int d = 0; d < padded; d += 16) {
      const __m512 v = _mm512_load_ps(x + d), other = _mm512_permutexvar_ps(exchange, v);
      _mm512_store_ps(x + d, _mm512_add_ps(other, _mm512_castsi512_ps(_mm512_xor_si512(_mm512_castps_si512(v), signs))));
    }
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
}

}  // namespace
}  // namespace affinity

#include "quantise.h"

namespace affinity {
namespace {

inline __m256i halves_sum(__m512i x) { return _mm256_add_epi32(_mm512_castsi512_si256(x), _mm512_extracti64x4_epi64(x, 1)); }

// dpbusd takes one operand unsigned, so the query is moved by 128 and 128 x sum(key) taken off again.
inline void estimate_int8(const Problem& p, const Frame& f, int query, int key, double* value, double* slack) {
  const Frame& q = *p.target;
  const size_t padded = p.padded;
  const int8_t* q1 = q.packed + query * padded;
  const int8_t* q2 = q.fine + query * padded;
  const int8_t* k1 = f.packed + key * padded;
  const int8_t* k2 = f.fine + key * padded;
  const __m512i offset = _mm512_set1_epi8(static_cast<char>(0x80));
  __m512i coarse = _mm512_setzero_si512(), first = coarse, second = coarse;
  for (size_t d = 0; d < padded; d += 64) {
    const __m512i a = _mm512_xor_si512(_mm512_loadu_si512(q1 + d), offset);
    const __m512i b = _mm512_xor_si512(_mm512_loadu_si512(q2 + d), offset);
    const __m512i k = _mm512_loadu_si512(k1 + d);
    coarse = _mm512_dpbusd_epi32(coarse, a, k);
    first = _mm512_dpbusd_epi32(first, b, k);
    second = _mm512_dpbusd_epi32(second, a, _mm512_loadu_si512(k2 + d));
  }
  const __m256i eights = _mm256_hadd_epi32(halves_sum(coarse), halves_sum(_mm512_add_epi32(first, second)));
  const __m128i fours = _mm_add_epi32(_mm256_castsi256_si128(eights), _mm256_extracti128_si256(eights, 1));
  const __m128i sums = _mm_hadd_epi32(fours, fours);
  estimate_of(p, f, query, key, _mm_cvtsi128_si32(sums) - 128.0 * f.sum[key],
              _mm_extract_epi32(sums, 1) - 128.0 * (static_cast<double>(f.sum[key]) + f.fineSum[key]), value, slack);
}

// Lanes of one half of the tile whose products with a key are not ruled out, at their places in the mask of all lanes.
inline uint32_t passing(const Tile& t, int half, __m512i products, float scale, float term) {
  const __m512 inverse = _mm512_load_ps(t.inverse + 16 * half), limit = _mm512_load_ps(t.limit + 16 * half);
  const __m512 scaled = _mm512_mul_ps(_mm512_cvtepi32_ps(products), _mm512_set1_ps(scale));
  const __m512 bound = _mm512_fmadd_ps(inverse, _mm512_set1_ps(term), scaled);
  return static_cast<uint32_t>(_mm512_cmp_ps_mask(bound, limit, _CMP_GT_OQ)) << (16 * half);
}

// The definition's sum of the 8 lanes.
inline double lanes_sum(__m512d sums) {
  const __m256d half = _mm256_add_pd(_mm512_castpd512_pd256(sums), _mm512_extractf64x4_pd(sums, 1));
  const __m128d quarter = _mm_add_pd(_mm256_castpd256_pd128(half), _mm256_extractf128_pd(half, 1));
  return _mm_cvtsd_f64(_mm_add_sd(quarter, _mm_unpackhi_pd(quarter, quarter)));
}

// The exact similarity of two rows: one register holds the 8 lanes of the definition.
inline double score_avx512(const float* a, const float* b, int padded) {
  __m512d sums = _mm512_setzero_pd();
  for (int d = 0; d < padded; d += 8) {
    sums = _mm512_fmadd_pd(_mm512_cvtps_pd(_mm256_loadu_ps(a + d)), _mm512_cvtps_pd(_mm256_loadu_ps(b + d)), sums);
  }
  return lanes_sum(sums);
}

// Assembly, as g++ 12 spills the accumulators of the intrinsics.
inline __m512 multiply_add(__m512 sum, __m512 a, __m512 b) {
  asm("vfmadd231ps %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
  return sum;
}
inline __m512d multiply_add(__m512d sum, __m512d a, __m512d b) {
  asm("vfmadd231pd %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
  return sum;
}

constexpr int kFusedBlock = 14, kExactBlock = 6;

// fp32 products of KEYS keys, `stride` floats apart, with a tile's queries; sums start anew every kFusedChain dimensions.
template <int KEYS>
void fused_block(const float* queries, const float* keys, size_t stride, int padded, float* out) {
  const float* rows[4] = {keys, keys + 4 * stride, keys + 8 * stride, keys + 12 * stride};
  for (int begin = 0; begin < padded; begin += kFusedChain) {
    __m512 sum[KEYS][2];
#pragma GCC unroll 16
    for (int j = 0; j < KEYS; j++) sum[j][0] = sum[j][1] = _mm512_setzero_ps();
#pragma GCC unroll 1
    for (int d = begin; d < begin + kFusedChain; d++) {
      const __m512 q0 = _mm512_load_ps(queries + 32 * d), q1 = _mm512_load_ps(queries + 32 * d + 16);
#pragma GCC unroll 16
      for (int j = 0; j < KEYS; j++) {
        const __m512 k = _mm512_set1_ps(rows[j / 4][(j % 4) * stride + d]);
        sum[j][0] = multiply_add(sum[j][0], q0, k);
        sum[j][1] = multiply_add(sum[j][1], q1, k);
      }
    }
#pragma GCC unroll 16
    for (int j = 0; j < KEYS; j++) {
      float* to = out + kLanes * j;
      _mm512_store_ps(to, begin ? _mm512_add_ps(_mm512_load_ps(to), sum[j][0]) : sum[j][0]);
      _mm512_store_ps(to + 16, begin ? _mm512_add_ps(_mm512_load_ps(to + 16), sum[j][1]) : sum[j][1]);
    }
  }
}

inline void fused_avx512(const float* queries, const float* keys, size_t stride, int count, int padded, float* out) {
  using Block = void (*)(const float*, const float*, size_t, int, float*);
  static constexpr Block kBlocks[] = {nullptr,          fused_block<1>,  fused_block<2>,  fused_block<3>,  fused_block<4>,
                                      fused_block<5>,  fused_block<6>,  fused_block<7>,  fused_block<8>,  fused_block<9>,
                                      fused_block<10>, fused_block<11>, fused_block<12>, fused_block<13>, fused_block<14>};
  kBlocks[count](queries, keys, stride, padded, out);
}

inline uint32_t reaching_avx512(const float* values, float offset, const float* limits) {
  const __m512 o = _mm512_set1_ps(offset);
  const uint32_t low = _mm512_cmp_ps_mask(_mm512_add_ps(_mm512_load_ps(values), o), _mm512_load_ps(limits), _CMP_GE_OQ);
  const uint32_t high = _mm512_cmp_ps_mask(_mm512_add_ps(_mm512_load_ps(values + 16), o), _mm512_load_ps(limits + 16), _CMP_GE_OQ);
  return low | high << 16;
}

inline uint32_t contesting_avx512(const double* scores, const double* floors, int64_t id, const int64_t* ties) {
  const __m512i candidate = _mm512_set1_epi64(id);
  uint32_t mask = 0;
  for (int i = 0; i < kLanes; i += 8) {
    const __m512d score = _mm512_load_pd(scores + i), floor = _mm512_load_pd(floors + i);
    const __mmask8 equal = _mm512_cmp_pd_mask(score, floor, _CMP_EQ_OQ);
    const __mmask8 later = _mm512_mask_cmpgt_epi64_mask(equal, candidate, _mm512_load_si512(ties + i));
    mask |= static_cast<uint32_t>(_mm512_cmp_pd_mask(score, floor, _CMP_GT_OQ) | later) << i;
  }
  return mask;
}

// Exact products of one vector and KEYS rows.
template <int KEYS>
void along_block(const float* vector, const float* keys, size_t stride, int padded, double* out) {
  __m512d sum[KEYS];
#pragma GCC unroll 8
  for (int j = 0; j < KEYS; j++) sum[j] = _mm512_setzero_pd();
#pragma GCC unroll 1
  for (int d = 0; d < padded; d += 8) {
    const __m512d v = _mm512_cvtps_pd(_mm256_loadu_ps(vector + d));
#pragma GCC unroll 8
    for (int j = 0; j < KEYS; j++) sum[j] = multiply_add(sum[j], v, _mm512_cvtps_pd(_mm256_loadu_ps(keys + j * stride + d)));
  }
  for (int j = 0; j < KEYS; j++) out[j] = lanes_sum(sum[j]);
}

inline void along_avx512(const float* vector, const float* keys, size_t stride, int count, int padded, double* out) {
  int j = 0;
  for (; j + 7 <= count; j += 7) along_block<7>(vector, keys + j * stride, stride, padded, out + j);
  for (; j < count; j++) along_block<1>(vector, keys + j * stride, stride, padded, out + j);
}

// Exact products of four queries and KEYS keys, rows `padded` doubles long.
template <int KEYS>
void exact_block(const double* queries, const double* keys, size_t padded, double* out) {
  __m512d sum[4][KEYS];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
#pragma GCC unroll 8
    for (int j = 0; j < KEYS; j++) sum[i][j] = _mm512_setzero_pd();
  }
#pragma GCC unroll 1
  for (size_t d = 0; d < padded; d += 8) {
    __m512d k[KEYS];
#pragma GCC unroll 8
    for (int j = 0; j < KEYS; j++) k[j] = _mm512_load_pd(keys + j * padded + d);
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
      const __m512d q = _mm512_load_pd(queries + i * padded + d);
#pragma GCC unroll 8
      for (int j = 0; j < KEYS; j++) sum[i][j] = multiply_add(sum[i][j], q, k[j]);
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
#pragma GCC unroll 8
    for (int j = 0; j < KEYS; j++) out[j * kLanes + i] = lanes_sum(sum[i][j]);
  }
}

inline void exact_avx512(const double* queries, const double* keys, int count, int padded, double* out) {
  using Block = void (*)(const double*, const double*, size_t, double*);
  static constexpr Block kBlocks[] = {nullptr,        exact_block<1>, exact_block<2>, exact_block<3>,
                                      exact_block<4>, exact_block<5>, exact_block<6>};
  kBlocks[count](queries, keys, padded, out);
}

// The parts of an `Isa` (tile.h) that do not depend on how the filter multiplies.
// FLIP is applied to each byte of a query: 0x80 turns a signed one into offset binary.
template <uint8_t FLIP>
struct Common512 {
  static constexpr bool kFilters = true;
  static void load(const Problem& p, Tile& t) {
    const int8_t* packed = p.target->packed;
    for (int lane = 0; lane < kLanes; lane++) {
      const int q = t.query[lane];
      for (int d = 0; d < p.padded; d += 4) {
        uint32_t word = 0;
        if (q >= 0) __builtin_memcpy(&word, packed + static_cast<size_t>(q) * p.padded + d, 4);
        word ^= 0x01010101u * FLIP;
        __builtin_memcpy(t.queries + 32 * static_cast<size_t>(d) + 4 * lane, &word, 4);
      }
    }
    int8_units(p, t);
  }
  static void set_limit(const Problem& p, Tile& t, int lane, double threshold) { int8_limit(p, t, lane, threshold); }
  static void estimate(const Problem& p, const Frame& f, int query, int key, double* value, double* slack) {
    estimate_int8(p, f, query, key, value, slack);
  }
  static double score(const float* q, const float* k, int padded) { return score_avx512(q, k, padded); }
  static constexpr int kFusedBlock = affinity::kFusedBlock, kExactBlock = affinity::kExactBlock;
  static void fused(const float* queries, const float* keys, size_t stride, int count, int padded, float* out) {
    fused_avx512(queries, keys, stride, count, padded, out);
  }
  static uint32_t reaching(const float* values, float offset, const float* limits) {
    return reaching_avx512(values, offset, limits);
  }
  static uint32_t contesting(const double* scores, const double* floors, int64_t id, const int64_t* ties) {
    return contesting_avx512(scores, floors, id, ties);
  }
  static void along(const float* vector, const float* keys, size_t stride, int count, int padded, double* out) {
    along_avx512(vector, keys, stride, count, padded, out);
  }
  static void exact(const double* queries, const double* keys, int count, int padded, double* out) {
    exact_avx512(queries, keys, count, padded, out);
  }
};

}  // namespace
}  // namespace affinity
