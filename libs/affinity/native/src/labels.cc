// Softmax over the k and the weighted sum of labels, in fp64 and in list order: the same operations as src/aggregate.ts and
// src/exponential.ts, so the same bits. Must be compiled with -ffp-contract=off.
#include <cmath>

#include "kernel.h"

namespace affinity {
namespace {

constexpr double kLog2E = 1.4426950408889634;
constexpr double kLn2High = 0.6931471803691238;
constexpr double kLn2Low = 1.9082149292705877e-10;

double exponential(double x) {
  if (x < -700) return 0;
  const double n = std::floor(x * kLog2E + 0.5);
  const double r = x - n * kLn2High - n * kLn2Low;
  static constexpr double kFactorials[] = {6227020800.0, 479001600.0, 39916800.0, 3628800.0, 362880.0, 40320.0,
                                           5040.0,       720.0,       120.0,      24.0,      6.0,      2.0};
  double p = 1 / kFactorials[0];
  for (int i = 1; i < 12; i++) p = p * r + 1 / kFactorials[i];
  p = p * r + 1;
  p = p * r + 1;
  return std::ldexp(p, static_cast<int>(n));
}

}  // namespace

void aggregate(const Problem& p, int patch, int count, const double* scores, const int64_t* ids, double* sums) {
  const int64_t patches = static_cast<int64_t>(p.rows) * p.cols;
  for (int c = 0; c < p.classes; c++) sums[c] = 0;
  double total = 0;
  for (int i = 0; i < count; i++) {
    const int64_t position = ids[i] / patches, candidate = ids[i] % patches;
    const double weight = exponential((scores[i] - scores[0]) / p.temperature);
    total += weight;
    const float* source = p.groups[p.groupOfPosition[position]].frame->labels + candidate * p.classes;
    for (int c = 0; c < p.classes; c++) sums[c] += weight * source[c];
    if (i < p.bestCount) {
      p.bestGroups[static_cast<int64_t>(patch) * p.bestCount + i] = p.groupOfPosition[position];
      p.bestPatches[static_cast<int64_t>(patch) * p.bestCount + i] = static_cast<int32_t>(candidate);
    }
    if (p.counts) {
      const int64_t at = static_cast<int64_t>(patch) * p.topK + i;
      p.positions[at] = static_cast<int32_t>(position);
      p.patches[at] = static_cast<int32_t>(candidate);
      p.scores[at] = scores[i];
    }
  }
  if (p.counts) p.counts[patch] = count;
  if (p.normalise) {
    double mass = 0;
    for (int c = 0; c < p.classes; c++) mass += sums[c];
    if (mass > 0) total = mass;
  }
  float* out = p.labels + static_cast<int64_t>(patch) * p.classes;
  for (int c = 0; c < p.classes; c++) out[c] = static_cast<float>(sums[c] / total);
}

}  // namespace affinity
