// AVX2 parts shared by the avx2 and avxvnni kernels: rotation, the filter but for its products, second step, and the products in
// fp32 and fp64.
//
// Filter layout: the tile's 32 queries as four quarters of 2 x 4 patches, one register each: such a block meets fewer keys out of
// its reach than a row of 8 does. Unsigned bytes (value + offset), 4 dimensions of 8 queries per 32-byte step; a key's 4 dimensions
// are broadcast. Sums start at -offset x sum(key), which undoes the offset. The dimensions are taken in parts; after each one the
// keys that it ruled out for all 8 queries are left out.
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

constexpr int kQuarter = 8;

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

// Products of signed bytes of at most 127, four to a sum: two of them fit 16 bits.
inline __m256i products(__m256i a, __m256i b) {
  return _mm256_madd_epi16(_mm256_maddubs_epi16(_mm256_abs_epi8(a), _mm256_sign_epi8(b, a)), _mm256_set1_epi16(1));
}

inline double total(__m256i sums) {
  const __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
  const __m128i quarter = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
  return _mm_cvtsi128_si32(_mm_add_epi32(quarter, _mm_shuffle_epi32(quarter, 0xb1)));
}

// The four values of each of the two rows that a quarter of the tile has.
inline __m256 load_quarter(const float* rows) { return _mm256_loadu2_m128(rows + kTileCols, rows); }

// `Products` is the multiplication of bytes that the instruction set has:
//   query(coarse, fine)  the unsigned byte of a query's dimension from its packed value and what that lost
//   kKeys                keys per block
//   sum<KEYS>(queries, keys, from, to, sums)   adds the products of KEYS keys and 8 lanes over dimensions from..to
template <class Products>
struct Filter256 {
  static constexpr bool kFilters = true;

  static void load(const Problem& p, Tile& t) {
    alignas(32) uint8_t bytes[kMaxPadded];
    const size_t padded = p.padded;
    for (int lane = 0; lane < kLanes; lane++) {
      const int q = t.query[lane], row = lane / kTileCols, col = lane % kTileCols;
      const int quarter = row / 2 * 2 + col / 4, slot = row % 2 * 4 + col % 4;
      uint8_t* out = t.queries + quarter * kQuarter * padded + 4 * slot;
      const int8_t *packed = p.target->packed + (q < 0 ? 0 : q) * padded, *fine = p.target->fine + (q < 0 ? 0 : q) * padded;
      for (size_t d = 0; d < padded; d++) bytes[d] = Products::query(packed[d], fine[d]);
      for (size_t d = 0; d < padded; d += 4) __builtin_memcpy(out + kQuarter * d, bytes + d, 4);
    }
    int8_units(p, t);
  }

  static void set_limit(const Problem& p, Tile& t, int lane, double threshold) { int8_limit(p, t, lane, threshold); }

  // A quarter of the tile's lanes against the keys of a row that it reaches.
  struct Sweep {
    const uint8_t* queries;
    const float *inverse, *limit, *tail;  // of its lanes
    int lane;                             // the first of them
    int padded;
    const int8_t* rows;  // of key 0, and so on
    const Parts* parts;
    const float* terms;
    int32_t *live, *products;
    uint32_t* masks;
  };

  // Adds the products of the parts FROM to PART of the dimensions for the live keys at..at + KEYS. Keys that are not ruled out by
  // what is known then are moved to `kept`; after the last part their lanes go to the masks.
  template <int FROM, int PART, int KEYS>
  static int block(const Sweep& w, int at, int kept) {
    constexpr bool kLast = PART == kParts - 1;
    const size_t padded = w.padded;
    const Parts* parts = w.parts;
    const float* terms = w.terms;
    int32_t *live = w.live, *products = w.products;
    uint32_t* masks = w.masks;
    const int lane = w.lane;
    size_t key[KEYS];
    const int8_t* rows[KEYS];
    __m256i sum[KEYS];
#pragma GCC unroll 8
    for (int j = 0; j < KEYS; j++) {
      key[j] = static_cast<uint32_t>(live[at + j]);
      rows[j] = w.rows + key[j] * padded;
      int32_t start = 0;
      for (int part = FROM; part <= PART; part++) start += parts[key[j]].start[part];
      sum[j] = _mm256_set1_epi32(start);
      if constexpr (FROM > 0) sum[j] = _mm256_add_epi32(sum[j], load256(products + kQuarter * (at + j)));
    }
    Products::template sum<KEYS>(w.queries, rows, FROM ? part_end(w.padded, FROM - 1) : 0, part_end(w.padded, PART), sum);
    const __m256 inverse = load_quarter(w.inverse), limit = load_quarter(w.limit);
    __m256 tail = inverse;
    if constexpr (!kLast) tail = load_quarter(w.tail + PART * kLanes);
    size_t to = kept;
#pragma GCC unroll 8
    for (int j = 0; j < KEYS; j++) {
      const Parts& part = parts[key[j]];
      __m256 bound = _mm256_mul_ps(_mm256_cvtepi32_ps(sum[j]), _mm256_set1_ps(part.scale));
      bound = _mm256_fmadd_ps(inverse, _mm256_set1_ps(terms[key[j]]), bound);
      if constexpr (!kLast) bound = _mm256_fmadd_ps(tail, _mm256_set1_ps(part.tail[PART]), bound);
      const uint32_t mask = static_cast<uint32_t>(_mm256_movemask_ps(_mm256_cmp_ps(bound, limit, _CMP_GT_OQ)));
      if constexpr (kLast) {
        masks[key[j]] |= ((mask & 15) | (mask >> 4) << kTileCols) << lane;
      } else {
        _mm256_store_si256(reinterpret_cast<__m256i*>(products) + to, sum[j]);
        live[to] = static_cast<int32_t>(key[j]);
        to += mask != 0;
      }
    }
    return static_cast<int>(to);
  }

  // The parts FROM to PART for all live keys; returns how many are left.
  template <int FROM, int PART>
  static int advance(const Sweep& w, int count) {
    using Block = int (*)(const Sweep&, int, int);
    static constexpr Block kBlocks[] = {nullptr,
                                        block<FROM, PART, 1>,
                                        block<FROM, PART, 2>,
                                        block<FROM, PART, 3>,
                                        block<FROM, PART, 4>,
                                        block<FROM, PART, 5>,
                                        block<FROM, PART, 6>,
                                        block<FROM, PART, 7>,
                                        block<FROM, PART, 8>};
    int kept = 0;
    for (int at = 0, left = (count + Products::kKeys - 1) / Products::kKeys; left > 0; left--) {
      const int size = (count - at + left - 1) / left;
      kept = kBlocks[size](w, at, kept);
      at += size;
    }
    return kept;
  }

  // All parts, or, where the first ruled out next to nothing, no further test before the end. Returns whether it did rule out.
  static bool sweep(const Sweep& w, int count) {
    int live = advance<0, 0>(w, count);
    if (8 * live > 7 * count) {
      advance<1, 3>(w, live);
      return false;
    }
    live = advance<1, 1>(w, live);
    live = advance<2, 2>(w, live);
    advance<3, 3>(w, live);
    return true;
  }

  static int filter(const Problem& p, const Tile& t, const Frame& f, int first, int count, const int* widths, Scratch& s) {
    key_terms(f, first, count, t.maxNorm, t.maxError, s.keyTerm);
    __builtin_memset(s.hitMask, 0, count * sizeof(uint32_t));
    const int from = first % p.cols;
    // What the first part ruled out for one quarter tells what it would for the others.
    bool inParts = true;
    for (int quarter = 0; quarter < 4; quarter++) {
      const int row = quarter / 2 * 2, x = t.x0 + quarter % 2 * 4, width = most(widths[row], widths[row + 1]);
      if (width < 0 || x > t.x1) continue;
      const int last = least(count - 1, least(x + 3, t.x1) + width - from);
      int live = 0;
      for (int key = most(0, x - width - from); key <= last; key++) s.live[live++] = key;
      const int lane = row * kTileCols + quarter % 2 * 4;
      const Sweep w = {t.queries + quarter * kQuarter * static_cast<size_t>(p.padded),
                       t.inverse + lane, t.limit + lane, t.tail[0] + lane, lane, p.padded,
                       f.packed + static_cast<size_t>(first) * p.padded, f.parts + first, s.keyTerm, s.live, s.products, s.hitMask};
      if (inParts) {
        inParts = sweep(w, live);
      } else {
        advance<0, 3>(w, live);
      }
    }
    int hits = 0;
    for (int key = 0; key < count; key++) {
      const uint32_t mask = s.hitMask[key];
      s.hitKey[hits] = key;
      s.hitMask[hits] = mask;
      hits += mask != 0;
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
    __m256i coarse = _mm256_setzero_si256(), mixed = coarse;
    for (size_t d = 0; d < padded; d += 32) {
      const __m256i a = load256(q1 + d), b = load256(q2 + d), k = load256(k1 + d);
      coarse = _mm256_add_epi32(coarse, products(a, k));
      mixed = _mm256_add_epi32(mixed, _mm256_add_epi32(products(b, k), products(a, load256(k2 + d))));
    }
    estimate_of(p, f, query, key, total(coarse), total(mixed), value, slack);
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
    for (int half = 0; half < 2; half++) kBlocks[count](queries + 16 * half, keys, stride, padded, out + 16 * half);
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
