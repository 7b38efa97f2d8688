// int8 filter on AVX2, survivors scored exactly.
//
// The multiplication of unsigned by signed bytes adds two products in 16 bits, with saturation. With queries in 0..127 and keys
// in -127..127 two fit, and four do where the magnitudes of the keys' values add up to 258 at most (127 x 258 = 32766), which the
// packing sees to: two multiplications are added before they are widened to 32 bits, so 32 dimensions of a lane cost 2.5
// instructions against 4 in fp32.
#include "kernel.h"

#if defined(__AVX2__)
#include "fma_rate.h"
#include "simd256.h"

namespace affinity {
namespace {

struct ByteProducts {
  static constexpr int kKeys = 8;

  static uint8_t query(int8_t coarse, int8_t fine) { return static_cast<uint8_t>(halved(coarse, fine) + 64); }

  template <int KEYS>
  static void sum(const uint8_t* queries, const int8_t* const (&keys)[KEYS], int from, int to, __m256i (&sums)[KEYS]) {
    const __m256i ones = _mm256_set1_epi16(1);
#pragma GCC unroll 1
    for (int64_t step = from; step < to; step += 8) {
      const __m256i q0 = load256(queries + kQuarter * step), q1 = load256(queries + kQuarter * (step + 4));
#pragma GCC unroll 8
      for (int j = 0; j < KEYS; j++) add(q0, q1, keys[j] + step, ones, sums[j]);
    }
  }

  // Adds the products of 8 dimensions of a key. Assembly, as g++ 12 would keep all broadcast keys for the second half of the
  // lanes, and the sums in memory for lack of registers.
  static void add(__m256i q0, __m256i q1, const int8_t* key, __m256i ones, __m256i& sum) {
    __m256i four, other;
    asm("vpbroadcastd %[key], %[four]\n\t"
        "vpbroadcastd 4+%[key], %[other]\n\t"
        "vpmaddubsw %[four], %[q0], %[four]\n\t"
        "vpmaddubsw %[other], %[q1], %[other]\n\t"
        "vpaddw %[other], %[four], %[four]\n\t"
        "vpmaddwd %[ones], %[four], %[four]\n\t"
        "vpaddd %[four], %[sum], %[sum]"
        : [sum] "+x"(sum), [four] "=&x"(four), [other] "=&x"(other)
        : [key] "m"(*reinterpret_cast<const int64_t*>(key)), [q0] "x"(q0), [q1] "x"(q1), [ones] "x"(ones));
  }
};

}  // namespace

double fma_rate_avx2() { return fma_rate<__m256>(); }

const Backend* avx2_backend() {
  static const Backend backend = {"avx2", pack_int8<Packing::kHalved>, propagate_strip<Filter256<ByteProducts>>};
  return &backend;
}

}  // namespace affinity
#else
const affinity::Backend* affinity::avx2_backend() { return nullptr; }
double affinity::fma_rate_avx2() { return 0; }
#endif
