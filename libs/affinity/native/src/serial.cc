// Portable kernel: no filter, every pair in reach scored exactly. Fallback on any processor, and the second witness of the truth.
#include "tile.h"

namespace affinity {
namespace {

struct Serial {
  static constexpr int kValueBytes = 0;
  static void load(const Problem&, Tile&) {}
  static void set_limit(const Problem&, Tile&, int, double) {}
  static int filter(const Problem&, const Tile& t, const Frame&, int, int count, Scratch& s) {
    uint32_t lanes = 0;
    for (int lane = 0; lane < kLanes; lane++) lanes |= t.query[lane] < 0 ? 0 : 1u << lane;
    for (int key = 0; key < count; key++) {
      s.hitKey[key] = key;
      s.hitMask[key] = lanes;
    }
    return count;
  }

  static void prefetch(const Frame&, int) {}
  static constexpr bool kEstimates = false;
  static void estimate(const Problem&, const Frame&, int, int, double*, double*) {}

  // The definition: products exact in fp64, summed in 8 lanes by dimension mod 8, then a fixed tree.
  static double score(const float* q, const float* k, int padded) {
    double sums[8] = {};
    for (int d = 0; d < padded; d += 8) {
      for (int lane = 0; lane < 8; lane++) sums[lane] += static_cast<double>(q[d + lane]) * k[d + lane];
    }
    return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
  }

  static void score4(const float* const* q, const float* k, int padded, double* out) {
    for (int i = 0; i < 4; i++) out[i] = score(q[i], k, padded);
  }
};

}  // namespace

const Backend* serial_backend() {
  static const Backend backend = {"serial", 0, nullptr, propagate_strip<Serial>};
  return &backend;
}

}  // namespace affinity
