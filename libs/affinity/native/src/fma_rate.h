// Fused multiply-adds of fp32 per second of this thread's processor time: the peak that the bench compares with.
#pragma once

#include "kernel.h"

namespace affinity {
namespace {

template <typename Vector>
double fma_rate() {
  constexpr int kRounds = 4000000, kChains = 10;
  // Ten named sums: as an array they would live in memory, which halves the rate.
  Vector a = {}, b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a;
  const Vector tiny = a + 1e-9f;
  const double start = thread_seconds();
  for (int round = 0; round < kRounds; round++) {
    asm volatile(
        "vfmadd231ps %10, %10, %0\n vfmadd231ps %10, %10, %1\n vfmadd231ps %10, %10, %2\n vfmadd231ps %10, %10, %3\n"
        "vfmadd231ps %10, %10, %4\n vfmadd231ps %10, %10, %5\n vfmadd231ps %10, %10, %6\n vfmadd231ps %10, %10, %7\n"
        "vfmadd231ps %10, %10, %8\n vfmadd231ps %10, %10, %9"
        : "+v"(a), "+v"(b), "+v"(c), "+v"(d), "+v"(e), "+v"(f), "+v"(g), "+v"(h), "+v"(i), "+v"(j)
        : "v"(tiny));
  }
  return sizeof(Vector) / sizeof(float) * static_cast<double>(kChains) * kRounds / (thread_seconds() - start);
}

}  // namespace
}  // namespace affinity
