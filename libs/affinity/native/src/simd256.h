// AVX2 parts shared by the avx2 and avxvnni kernels: rotation, the filter but for its products, second step, and the products in
// fp32 and fp64.
//
// Filter layout: the tile's 32 queries as two halves of 16 lanes, unsigned bytes (value + offset), 4 dimensions of 16 queries per
// 64-byte step; a key's 4 dimensions are broadcast. Sums start at -offset x sum(key), which undoes the offset.
#pragma once
#include <immintrin.h>

#include "kernel.h"

namespace affinity {
namespace {

// Hadamard butterflies in place over blocks of x, not normalised.
inline void rotate(float* x, int padded, int block) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  for (int h = 1; h < 8; h *= 2) {
    const __m256i bit = _mm256_set1_epi32(h), exchange = _mm256_xor_si256(lane, bit);
    const __m256i upper = _mm256_cmpeq_epi32(_mm256_and_si256(lane, bit), bit);
    const __m256 signs = _mm256_castsi256_ps(_mm256_slli_epi32(upper, 31));
    for (int d = 0; d < padded; d += 8) {
      const __m256 v = _mm256_load_ps(x + d), other = _mm256_permutevar8x32_ps(v, exchange);
      _mm256_store_ps(x + d, _mm256_add_ps(other, _mm256_xor_ps(v, signs)));
    }
  }
  for (int h = 8; h < block; h *= 2) {
    for (int d = 0; d < padded; d += 2 * h) {
      for (int i = d; i < d + h; i += 8) {
        const __m256 a = _mm256_load_ps(x + i), b = _mm256_load_ps(x + i + h);
        _mm256_store_ps(x + i, _mm256_add_ps(a, b));
        _mm256_store_ps(x + i + h, _mm256_sub_ps(a, b));
      }
    }
  }
}

}  // namespace
}  // namespace affinity

#include "quantise.h"
#include "strip.h"

namespace affinity {
namespace {

constexpr int kHalf = 16;

inline __m256i broadcast(const int8_t* p) { return _mm256_set1_epi32(*reinterpret_cast<const int32_t*>(p)); }
inline __m256i load256(const void* p) { return _mm256_load_si256(static_cast<const __m256i*>(p)); }

// Assembly, as g++ 12 spills the accumulators of the intrinsics.
inline __m256 multiply_add(__m256 sum, __m256 a, __m256 b) {
  asm("vfmadd231ps %2, %1, %0" : "+x"(sum) : "x"(a), "x"(b));
  return sum;
}
inline __m256d multiply_add(__m256d sum, __m256d a, __m256d b) {
  asm("vfmadd231pd %2, %1, %0" : "+x"(sum) : "x"(a), "x"(b));
  return sum;
}

// 16 signed bytes as words.
inline __m256i words(const int8_t* p) { return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))); }

inline double total(__m256i sums) {
  const __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
  const __m128i quarter = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
  return _mm_cvtsi128_si32(_mm_add_epi32(quarter, _mm_shuffle_epi32(quarter, 0xb1)));
}

// `Products` is the multiplication of bytes that the instruction set has:
//   kLevels, kOffset     range of the packed values, and what makes the queries unsigned
//   kKeys                keys per block
//   sum<KEYS>(queries, rows, stride, sums)   adds the products of KEYS keys and 16 lanes
template <class Products>
struct Filter256 {
  static constexpr bool kFilters = true;

  static void load(const Problem& p, Tile& t) {
    const int8_t* packed = p.target->packed;
    for (int lane = 0; lane < kLanes; lane++) {
      const int q = t.query[lane];
      uint8_t* half = t.queries + (lane / kHalf) * kHalf * static_cast<size_t>(p.padded);
      for (int d = 0; d < p.padded; d += 4) {
        uint32_t word = 0;
        if (q >= 0) __builtin_memcpy(&word, packed + static_cast<size_t>(q) * p.padded + d, 4);
        // Adds the offset to each byte: the sums fit 8 bits, and what is carried out of a byte is taken off by the masks.
        constexpr uint32_t kOffsets = 0x01010101u * Products::kOffset;
        word = ((word & 0x7f7f7f7fu) + (kOffsets & 0x7f7f7f7fu)) ^ ((word ^ kOffsets) & 0x80808080u);
        __builtin_memcpy(half + kHalf * static_cast<size_t>(d) + 4 * (lane % kHalf), &word, 4);
      }
    }
    int8_units(p, t);
  }

  static void set_limit(const Problem& p, Tile& t, int lane, double threshold) { int8_limit(p, t, lane, threshold); }

  // Hits among KEYS consecutive keys for one half of the lanes, OR-ed into masks[key].
  template <int KEYS>
  static void block(const Tile& t, const Frame& f, const uint8_t* queries, size_t patch, int half, const float* keyTerm,
                    uint32_t* masks) {
    const size_t stride = f.padded;
    __m256i sum[KEYS][2];
#pragma GCC unroll 8
    for (int j = 0; j < KEYS; j++) sum[j][0] = sum[j][1] = _mm256_set1_epi32(-Products::kOffset * f.sum[patch + j]);
    Products::template sum<KEYS>(queries, f.packed + patch * stride, stride, sum);
    const float *inverse = t.inverse + kHalf * half, *limit = t.limit + kHalf * half;
#pragma GCC unroll 8
    for (int j = 0; j < KEYS; j++) {
      const __m256 scale = _mm256_set1_ps(f.scale[patch + j]), term = _mm256_set1_ps(keyTerm[j]);
      uint32_t mask = 0;
      for (int v = 0; v < 2; v++) {
        const __m256 bound = _mm256_fmadd_ps(_mm256_load_ps(inverse + 8 * v), term, _mm256_mul_ps(_mm256_cvtepi32_ps(sum[j][v]), scale));
        mask |= static_cast<uint32_t>(_mm256_movemask_ps(_mm256_cmp_ps(bound, _mm256_load_ps(limit + 8 * v), _CMP_GT_OQ))) << (8 * v);
      }
      masks[j] |= mask << (kHalf * half);
    }
  }

  using Block = void (*)(const Tile&, const Frame&, const uint8_t*, size_t, int, const float*, uint32_t*);

  static int filter(const Problem& p, const Tile& t, const Frame& f, int first, int count, int halves, Scratch& s) {
    static constexpr Block kBlocks[] = {nullptr, block<1>, block<2>, block<3>, block<4>, block<5>, block<6>};
    key_terms(f, first, count, t.maxNorm, t.maxError, s.keyTerm);
    const int blocks = (count + Products::kKeys - 1) / Products::kKeys;
    int hits = 0;
    for (int key = 0, left = blocks; left > 0; left--) {
      const int size = (count - key + left - 1) / left;
      uint32_t masks[8] = {};
      for (int half = 0; half < 2; half++) {
        if (!(halves >> half & 1)) continue;
        const uint8_t* queries = t.queries + half * kHalf * static_cast<size_t>(p.padded);
        kBlocks[size](t, f, queries, static_cast<size_t>(first) + key, half, s.keyTerm + key, masks);
      }
      for (int j = 0; j < size; j++) {
        s.hitKey[hits] = key + j;
        s.hitMask[hits] = masks[j];
        hits += masks[j] != 0;
      }
      key += size;
    }
    return hits;
  }

  static void estimate(const Problem& p, const Frame& f, int query, int key, double* value, double* slack) {
    const Frame& q = *p.target;
    const size_t padded = p.padded;
    const int8_t* q1 = q.packed + query * padded;
    const int8_t* q2 = q.fine + query * padded;
    const int8_t* k1 = f.packed + key * padded;
    const int8_t* k2 = f.fine + key * padded;
    __m256i coarse = _mm256_setzero_si256(), first = coarse, second = coarse;
    for (size_t d = 0; d < padded; d += 16) {
      const __m256i a = words(q1 + d), k = words(k1 + d);
      coarse = _mm256_add_epi32(coarse, _mm256_madd_epi16(a, k));
      first = _mm256_add_epi32(first, _mm256_madd_epi16(words(q2 + d), k));
      second = _mm256_add_epi32(second, _mm256_madd_epi16(a, words(k2 + d)));
    }
    estimate_of(p, f, query, key, total(coarse), total(_mm256_add_epi32(first, second)), value, slack);
  }

  // The definition's 8 lanes are two registers of four.
  static double lanes_sum(__m256d low, __m256d high) {
    const __m256d half = _mm256_add_pd(low, high);
    const __m128d quarter = _mm_add_pd(_mm256_castpd256_pd128(half), _mm256_extractf128_pd(half, 1));
    return _mm_cvtsd_f64(_mm_add_sd(quarter, _mm_unpackhi_pd(quarter, quarter)));
  }

  static double score(const float* q, const float* k, int padded) {
    __m256d low = _mm256_setzero_pd(), high = low;
    for (int d = 0; d < padded; d += 8) {
      low = _mm256_fmadd_pd(_mm256_cvtps_pd(_mm_loadu_ps(q + d)), _mm256_cvtps_pd(_mm_loadu_ps(k + d)), low);
      high = _mm256_fmadd_pd(_mm256_cvtps_pd(_mm_loadu_ps(q + d + 4)), _mm256_cvtps_pd(_mm_loadu_ps(k + d + 4)), high);
    }
    return lanes_sum(low, high);
  }

  static constexpr int kFusedBlock = 6, kExactBlock = 3;

  // fp32 products of KEYS keys, `stride` floats apart, with 16 queries; sums start anew every kFusedChain dimensions.
  template <int KEYS>
  static void fused_block(const float* queries, const float* keys, size_t stride, int padded, float* out) {
    const float* rows[2] = {keys, keys + 4 * stride};
    for (int begin = 0; begin < padded; begin += kFusedChain) {
      __m256 sum[KEYS][2];
#pragma GCC unroll 8
      for (int j = 0; j < KEYS; j++) sum[j][0] = sum[j][1] = _mm256_setzero_ps();
#pragma GCC unroll 1
      for (int d = begin; d < begin + kFusedChain; d++) {
        const __m256 q0 = _mm256_load_ps(queries + kLanes * d), q1 = _mm256_load_ps(queries + kLanes * d + 8);
#pragma GCC unroll 8
        for (int j = 0; j < KEYS; j++) {
          const __m256 k = _mm256_broadcast_ss(rows[j / 4] + (j % 4) * stride + d);
          sum[j][0] = multiply_add(sum[j][0], q0, k);
          sum[j][1] = multiply_add(sum[j][1], q1, k);
        }
      }
#pragma GCC unroll 8
      for (int j = 0; j < KEYS; j++) {
        for (int v = 0; v < 2; v++) {
          float* to = out + kLanes * j + 8 * v;
          _mm256_store_ps(to, begin ? _mm256_add_ps(_mm256_load_ps(to), sum[j][v]) : sum[j][v]);
        }
      }
    }
  }

  static void fused(const float* queries, const float* keys, size_t stride, int count, int padded, float* out) {
    using Fused = void (*)(const float*, const float*, size_t, int, float*);
    static constexpr Fused kBlocks[] = {nullptr,        fused_block<1>, fused_block<2>, fused_block<3>,
                                        fused_block<4>, fused_block<5>, fused_block<6>};
    for (int half = 0; half < 2; half++) kBlocks[count](queries + kHalf * half, keys, stride, padded, out + kHalf * half);
  }

  static uint32_t reaching(const float* values, float offset, const float* limits) {
    const __m256 o = _mm256_set1_ps(offset);
    uint32_t mask = 0;
    for (int i = 0; i < kLanes; i += 8) {
      const __m256 bound = _mm256_add_ps(_mm256_load_ps(values + i), o);
      mask |= static_cast<uint32_t>(_mm256_movemask_ps(_mm256_cmp_ps(bound, _mm256_load_ps(limits + i), _CMP_GE_OQ))) << i;
    }
    return mask;
  }

  static uint32_t contesting(const double* scores, const double* floors, int64_t id, const int64_t* ties) {
    const __m256i candidate = _mm256_set1_epi64x(id);
    uint32_t mask = 0;
    for (int i = 0; i < kLanes; i += 4) {
      const __m256d score = _mm256_load_pd(scores + i), floor = _mm256_load_pd(floors + i);
      const __m256d later = _mm256_castsi256_pd(_mm256_cmpgt_epi64(candidate, load256(ties + i)));
      const __m256d tied = _mm256_and_pd(_mm256_cmp_pd(score, floor, _CMP_EQ_OQ), later);
      mask |= static_cast<uint32_t>(_mm256_movemask_pd(_mm256_or_pd(_mm256_cmp_pd(score, floor, _CMP_GT_OQ), tied))) << i;
    }
    return mask;
  }

  // Exact products of one vector and rows of keys.
  static void along(const float* vector, const float* keys, size_t stride, int count, int padded, double* out) {
    for (int j = 0; j < count; j++) out[j] = score(vector, keys + j * stride, padded);
  }

  // Exact products of two queries and KEYS keys, rows `padded` doubles long.
  template <int KEYS>
  static void exact_block(const double* queries, const double* keys, size_t padded, double* out) {
    __m256d sum[2][KEYS][2];
#pragma GCC unroll 2
    for (int i = 0; i < 2; i++) {
#pragma GCC unroll 4
      for (int j = 0; j < KEYS; j++) sum[i][j][0] = sum[i][j][1] = _mm256_setzero_pd();
    }
#pragma GCC unroll 1
    for (size_t d = 0; d < padded; d += 8) {
#pragma GCC unroll 2
      for (int v = 0; v < 2; v++) {
        const __m256d q0 = _mm256_load_pd(queries + d + 4 * v), q1 = _mm256_load_pd(queries + padded + d + 4 * v);
#pragma GCC unroll 4
        for (int j = 0; j < KEYS; j++) {
          const __m256d k = _mm256_load_pd(keys + j * padded + d + 4 * v);
          sum[0][j][v] = multiply_add(sum[0][j][v], q0, k);
          sum[1][j][v] = multiply_add(sum[1][j][v], q1, k);
        }
      }
    }
#pragma GCC unroll 2
    for (int i = 0; i < 2; i++) {
#pragma GCC unroll 4
      for (int j = 0; j < KEYS; j++) out[j * kLanes + i] = lanes_sum(sum[i][j][0], sum[i][j][1]);
    }
  }

  static void exact(const double* queries, const double* keys, int count, int padded, double* out) {
    using Exact = void (*)(const double*, const double*, size_t, double*);
    static constexpr Exact kBlocks[] = {nullptr, exact_block<1>, exact_block<2>, exact_block<3>};
    for (int i = 0; i < 4; i += 2) kBlocks[count](queries + static_cast<size_t>(i) * padded, keys, padded, out + i);
  }
};

}  // namespace
}  // namespace affinity
