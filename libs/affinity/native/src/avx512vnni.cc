// int8 filter on AVX-512 VNNI, survivors scored exactly.
//
// Layout: the tile's 32 queries lie in lanes as unsigned bytes (value + 128), 4 dimensions of every query per 128-byte step;
// a key's 4 dimensions are broadcast. 14 keys x 2 registers of accumulators + 2 queries + 1 key fill the 32 registers:
// 28 multiply-adds per 16 loads. Accumulators start at -128 x sum(key), which undoes the offset, and are exact in int32.
// The multiply-add is written as assembly because g++ 12 spills the accumulators of the intrinsic.
#include "kernel.h"

#if defined(__AVX512VNNI__)
#include "fma_rate.h"
#include "simd512.h"
#include "strip.h"

namespace affinity {
namespace {

constexpr int kBlock = 14;

inline __m512i multiply_add(__m512i sum, __m512i queries, __m512i key) {
  asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(queries), "v"(key));
  return sum;
}

inline __m512i broadcast(const int8_t* p) { return _mm512_set1_epi32(*reinterpret_cast<const int32_t*>(p)); }

// Hits among KEYS consecutive keys for HALVES halves of the lanes, from `half` on; `key` is the index of the first in the row.
template <int HALVES, int KEYS>
int block(const Tile& t, const Frame& f, size_t patch, int key, int half, const float* keyTerm, Scratch& s, int hits) {
  const size_t stride = f.padded;
  const uint8_t* queries = t.queries + 64 * half;
  const int8_t* base = f.packed + patch * stride;
  const int8_t* rows[4] = {base, base + 4 * stride, base + 8 * stride, base + 12 * stride};
  __m512i sum[KEYS][HALVES];
#pragma GCC unroll 16
  for (int j = 0; j < KEYS; j++) sum[j][0] = sum[j][HALVES - 1] = _mm512_set1_epi32(-128 * f.sum[patch + j]);
#pragma GCC unroll 1
  for (size_t step = 0; step < stride; step += 4) {
    const __m512i q0 = _mm512_load_si512(queries + 32 * step), q1 = _mm512_load_si512(queries + 32 * step + 64 * (HALVES - 1));
#pragma GCC unroll 16
    for (int j = 0; j < KEYS; j++) {
      const __m512i k = broadcast(rows[j / 4] + (j % 4) * stride + step);
      sum[j][0] = multiply_add(sum[j][0], q0, k);
      if constexpr (HALVES > 1) sum[j][1] = multiply_add(sum[j][1], q1, k);
    }
  }
#pragma GCC unroll 16
  for (int j = 0; j < KEYS; j++) {
    uint32_t mask = passing(t, half, sum[j][0], f.scale[patch + j], keyTerm[j]);
    if constexpr (HALVES > 1) mask |= passing(t, 1, sum[j][1], f.scale[patch + j], keyTerm[j]);
    s.hitKey[hits] = key + j;
    s.hitMask[hits] = mask;
    hits += mask != 0;
  }
  return hits;
}

using BlockFunction = int (*)(const Tile&, const Frame&, size_t, int, int, const float*, Scratch&, int);

template <int HALVES>
constexpr BlockFunction kBlocks[kBlock + 1] = {
    nullptr,           block<HALVES, 1>,  block<HALVES, 2>,  block<HALVES, 3>,  block<HALVES, 4>,
    block<HALVES, 5>,  block<HALVES, 6>,  block<HALVES, 7>,  block<HALVES, 8>,  block<HALVES, 9>,
    block<HALVES, 10>, block<HALVES, 11>, block<HALVES, 12>, block<HALVES, 13>, block<HALVES, 14>};

struct Avx512Vnni : Common512<0x80> {
  static int filter(const Problem&, const Tile& t, const Frame& f, int first, int count, const int* widths, Scratch& s) {
    const int halves = halves_of(widths);
    key_terms(f, first, count, t.maxNorm, t.maxError, s.keyTerm);
    const BlockFunction* blocks = halves == 3 ? kBlocks<2> : kBlocks<1>;
    int hits = 0;
    for (int key = 0, left = (count + kBlock - 1) / kBlock; left > 0; left--) {
      const int size = (count - key + left - 1) / left;
      hits = blocks[size](t, f, static_cast<size_t>(first) + key, key, halves == 2, s.keyTerm + key, s, hits);
      key += size;
    }
    return hits;
  }
};

}  // namespace

double fma_rate_avx512() { return fma_rate<__m512>(); }

const Backend* avx512vnni_backend() {
  static const Backend backend = {"avx512vnni", pack_int8<Packing::kPlain>, propagate_strip<Avx512Vnni>};
  return &backend;
}

}  // namespace affinity
#else
const affinity::Backend* affinity::avx512vnni_backend() { return nullptr; }
double affinity::fma_rate_avx512() { return 0; }
#endif
