// int8 filter on the 256-bit form of VNNI, which processors without AVX-512 have; survivors scored exactly.
#include "kernel.h"

#if defined(__AVXVNNI__)
#include "simd256.h"

namespace affinity {
namespace {

struct DotProducts {
  static constexpr int kKeys = 6;

  static uint8_t query(int8_t coarse, int8_t) { return static_cast<uint8_t>(coarse + 128); }

  // Two sums for each key: one alone would wait for itself.
  template <int KEYS>
  static void sum(const uint8_t* queries, const int8_t* const (&keys)[KEYS], int from, int to, __m256i (&sums)[KEYS]) {
    __m256i other[KEYS];
#pragma GCC unroll 8
    for (int j = 0; j < KEYS; j++) other[j] = _mm256_setzero_si256();
#pragma GCC unroll 1
    for (int64_t step = from; step < to; step += 8) {
      const __m256i q0 = load256(queries + kQuarter * step), q1 = load256(queries + kQuarter * (step + 4));
#pragma GCC unroll 8
      for (int j = 0; j < KEYS; j++) {
        sums[j] = multiply_add(sums[j], q0, broadcast(keys[j] + step));
        other[j] = multiply_add(other[j], q1, broadcast(keys[j] + step + 4));
      }
    }
#pragma GCC unroll 8
    for (int j = 0; j < KEYS; j++) sums[j] = _mm256_add_epi32(sums[j], other[j]);
  }

  // Assembly, as g++ 12 spills the accumulators of the intrinsic.
  static __m256i multiply_add(__m256i sum, __m256i queries, __m256i key) {
    asm("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sum) : "x"(queries), "x"(key));
    return sum;
  }
};

}  // namespace

const Backend* avxvnni_backend() {
  static const Backend backend = {"avxvnni", pack_int8<Packing::kParts>, propagate_strip<Filter256<DotProducts>>};
  return &backend;
}

}  // namespace affinity
#else
const affinity::Backend* affinity::avxvnni_backend() { return nullptr; }
#endif
