// int8 filter on the 256-bit form of VNNI, which processors without AVX-512 have; survivors scored exactly.
#include "kernel.h"

#if defined(__AVXVNNI__)
#include "simd256.h"

namespace affinity {
namespace {

struct DotProducts {
  static constexpr int kLevels = 127, kOffset = 128, kKeys = 6;

  template <int KEYS>
  static void sum(const uint8_t* queries, const int8_t* keys, size_t stride, __m256i (&sum)[KEYS][2]) {
    const int8_t* rows[2] = {keys, keys + 4 * stride};
#pragma GCC unroll 1
    for (size_t step = 0; step < stride; step += 4) {
      const __m256i q0 = load256(queries + kHalf * step), q1 = load256(queries + kHalf * step + 32);
#pragma GCC unroll 8
      for (int j = 0; j < KEYS; j++) {
        const __m256i k = broadcast(rows[j / 4] + (j % 4) * stride + step);
        sum[j][0] = multiply_add(sum[j][0], q0, k);
        sum[j][1] = multiply_add(sum[j][1], q1, k);
      }
    }
  }

  // Assembly, as g++ 12 spills the accumulators of the intrinsic.
  static __m256i multiply_add(__m256i sum, __m256i queries, __m256i key) {
    asm("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sum) : "x"(queries), "x"(key));
    return sum;
  }
};

}  // namespace

const Backend* avxvnni_backend() {
  static const Backend backend = {"avxvnni", pack_int8<DotProducts::kLevels>, propagate_strip<Filter256<DotProducts>>};
  return &backend;
}

}  // namespace affinity
#else
const affinity::Backend* affinity::avxvnni_backend() { return nullptr; }
#endif
