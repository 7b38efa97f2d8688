// int8 filter on AVX2, survivors scored exactly.
//
// The multiplication of unsigned by signed bytes adds two products in 16 bits, with saturation. With queries in 1..127 and keys
// in -63..63 four products fit (4 x 127 x 63 = 32004): two multiplications are added before they are widened to 32 bits, so 32
// dimensions of a lane cost 2.5 instructions against 4 in fp32.
#include "kernel.h"

#if defined(__AVX2__)
#include "fma_rate.h"
#include "simd256.h"

namespace affinity {
namespace {

struct ByteProducts {
  static constexpr int kLevels = 63, kOffset = 64, kKeys = 5;

  template <int KEYS>
  static void sum(const uint8_t* queries, const int8_t* keys, size_t stride, __m256i (&sum)[KEYS][2]) {
    const int8_t* rows[2] = {keys, keys + 4 * stride};
    const __m256i ones = _mm256_set1_epi16(1);
#pragma GCC unroll 1
    for (size_t step = 0; step < stride; step += 8) {
#pragma GCC unroll 2
      for (int v = 0; v < 2; v++) {
        const uint8_t* q = queries + kHalf * step + 32 * v;
        const __m256i q0 = load256(q), q1 = load256(q + 4 * kHalf);
#pragma GCC unroll 8
        for (int j = 0; j < KEYS; j++) add(q0, q1, rows[j / 4] + (j % 4) * stride + step, ones, sum[j][v]);
      }
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
  static const Backend backend = {"avx2", pack_int8<ByteProducts::kLevels>, propagate_strip<Filter256<ByteProducts>>};
  return &backend;
}

}  // namespace affinity
#else
const affinity::Backend* affinity::avx2_backend() { return nullptr; }
double affinity::fma_rate_avx2() { return 0; }
#endif
