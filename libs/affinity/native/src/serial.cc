// Portable kernel: no filter, every pair in reach scored exactly. Fallback on any processor, and the second witness of the truth.
#include "strip.h"

namespace affinity {
namespace {

// The definition: products exact in fp64, summed in 8 lanes by dimension mod 8, then a fixed tree.
template <class Value>
double product(const Value* q, const Value* k, int padded) {
  double sums[8] = {};
  for (int d = 0; d < padded; d += 8) {
    for (int lane = 0; lane < 8; lane++) sums[lane] += static_cast<double>(q[d + lane]) * k[d + lane];
  }
  return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

struct Serial {
  static constexpr bool kFilters = false;
  static constexpr int kExactBlock = 4;
  static void load(const Problem&, Tile&) {}
  static void set_limit(const Problem&, Tile&, int, double) {}
  static double score(const float* q, const float* k, int padded) { return product(q, k, padded); }
  static uint32_t contesting(const double* scores, const double* floors, int64_t id, const int64_t* ties) {
    uint32_t mask = 0;
    for (int lane = 0; lane < kLanes; lane++) {
      const bool contests = scores[lane] > floors[lane] || (scores[lane] == floors[lane] && id > ties[lane]);
      mask |= static_cast<uint32_t>(contests) << lane;
    }
    return mask;
  }
  static void exact(const double* queries, const double* keys, int count, int padded, double* out) {
    for (int j = 0; j < count; j++) {
      for (int i = 0; i < 4; i++) out[j * kLanes + i] = product(queries + i * padded, keys + j * padded, padded);
    }
  }
};

}  // namespace

const Backend* serial_backend() {
  static const Backend backend = {"serial", nullptr, propagate_strip<Serial>};
  return &backend;
}

}  // namespace affinity
