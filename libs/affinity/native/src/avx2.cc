// int16 filter on AVX2, survivors scored exactly.
//
// Values are multiplied by 32000 and rounded. A pair's sum stays below 32000^2 |q| |k| (1 + 1e-3) < 2^31, and the bound
//   <q, k> <= sum / 32000^2 + |d_q| |k| + |q^| |d_k|,  |d| <= sqrt(dim) / 64000
// is the same for all pairs, so the test is one integer comparison per lane.
//
// Layout: 4 rows x 8 columns of queries as two halves of 16 lanes; 2 dimensions of 16 queries per 64-byte step; 6 keys x 2
// registers of accumulators.
#include "kernel.h"

#if defined(__AVX2__)
#include <immintrin.h>
#include <time.h>

#include "tile.h"

namespace affinity {
namespace {

constexpr float kScale = 32000.0f;
constexpr int kBlock = 6;
constexpr int kHalf = 16;

void pack_int16(Frame& frame, const float*, int begin, int end) {
  const int padded = frame.padded;
  for (int patch = begin; patch < end; patch++) {
    const float* row = frame.values + static_cast<size_t>(patch) * padded;
    int16_t* out = static_cast<int16_t*>(frame.packed) + static_cast<size_t>(patch) * padded;
    for (int d = 0; d < padded; d += 16) {
      const __m256 scale = _mm256_set1_ps(kScale);
      const __m256i a = _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(row + d), scale));
      const __m256i b = _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(row + d + 8), scale));
      // packs works within 128-bit halves; the permutation puts the four quarters in order.
      const __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(a, b), 0xd8);
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + d), words);
    }
  }
}

// Hits among KEYS consecutive keys for one half of the lanes, OR-ed into masks[key].
template <int KEYS>
void block(const Tile& t, const Frame& f, const uint8_t* queries, size_t patch, int half, uint32_t* masks) {
  const size_t stride = static_cast<size_t>(f.padded) * 2;
  const char* base = static_cast<const char*>(f.packed) + patch * stride;
  const char* rows[2] = {base, base + 4 * stride};
  __m256i sum[KEYS][2];
#pragma GCC unroll 8
  for (int j = 0; j < KEYS; j++) sum[j][0] = sum[j][1] = _mm256_setzero_si256();
#pragma GCC unroll 1
  for (size_t step = 0; step < stride; step += 4) {
    const __m256i q0 = _mm256_load_si256(reinterpret_cast<const __m256i*>(queries + 16 * step));
    const __m256i q1 = _mm256_load_si256(reinterpret_cast<const __m256i*>(queries + 16 * step + 32));
#pragma GCC unroll 8
    for (int j = 0; j < KEYS; j++) {
      const __m256i k = _mm256_set1_epi32(*reinterpret_cast<const int32_t*>(rows[j / 4] + (j % 4) * stride + step));
      sum[j][0] = _mm256_add_epi32(sum[j][0], _mm256_madd_epi16(q0, k));
      sum[j][1] = _mm256_add_epi32(sum[j][1], _mm256_madd_epi16(q1, k));
    }
  }
  const __m256i limit0 = _mm256_load_si256(reinterpret_cast<const __m256i*>(t.intLimit + kHalf * half));
  const __m256i limit1 = _mm256_load_si256(reinterpret_cast<const __m256i*>(t.intLimit + kHalf * half + 8));
#pragma GCC unroll 8
  for (int j = 0; j < KEYS; j++) {
    const uint32_t low = _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(sum[j][0], limit0)));
    const uint32_t high = _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(sum[j][1], limit1)));
    masks[j] |= (low | high << 8) << (kHalf * half);
  }
}

using BlockFunction = void (*)(const Tile&, const Frame&, const uint8_t*, size_t, int, uint32_t*);
constexpr BlockFunction kBlocks[kBlock + 1] = {nullptr, block<1>, block<2>, block<3>, block<4>, block<5>, block<6>};

struct Avx2 {
  static constexpr int kValueBytes = 2;

  static void load(const Problem& p, Tile& t) {
    const char* packed = static_cast<const char*>(p.target->packed);
    const size_t row = static_cast<size_t>(p.padded) * 2;
    for (int lane = 0; lane < kLanes; lane++) {
      const int q = t.query[lane];
      // A lane outside the grid stays below every limit.
      t.intLimit[lane] = INT32_MAX;
      uint8_t* half = t.queries + (lane / kHalf) * 16 * row;
      for (size_t step = 0; step < row; step += 4) {
        uint32_t word = 0;
        if (q >= 0) __builtin_memcpy(&word, packed + q * row + step, 4);
        __builtin_memcpy(half + 16 * step + 4 * (lane % kHalf), &word, 4);
      }
    }
  }

  // |q|, |k| and |q^| lie below 1.02; 1e-6 covers the rounding of the products by 32000, relative 2^-24.
  static double slack_of(const Problem& p) { return 1.02 * __builtin_sqrt(static_cast<double>(p.dim)) / kScale + 1e-6; }

  static void set_limit(const Problem& p, Tile& t, int lane, double threshold) {
    const double limit = (threshold - slack_of(p)) * kScale * kScale - 2;
    t.intLimit[lane] = limit < -2147483648.0 ? INT32_MIN : static_cast<int32_t>(limit);
  }

  static int filter(const Problem& p, const Tile& t, const Frame& f, int first, int count, Scratch& s) {
    uint32_t* masks = reinterpret_cast<uint32_t*>(s.products);
    const int blocks = (count + kBlock - 1) / kBlock;
    int hits = 0;
    for (int key = 0, left = blocks; left > 0; left--) {
      const int size = (count - key + left - 1) / left;
      for (int j = 0; j < size; j++) masks[j] = 0;
      for (int half = 0; half < 2; half++) {
        // Two rows of queries outside the grid need no products.
        if (t.query[half * kHalf] < 0) continue;
        const uint8_t* queries = t.queries + half * 32 * static_cast<size_t>(p.padded);
        kBlocks[size](t, f, queries, static_cast<size_t>(first) + key, half, masks);
      }
      for (int j = 0; j < size; j++) {
        s.hitKey[hits] = key + j;
        s.hitMask[hits] = masks[j];
        hits += masks[j] != 0;
      }
      key += size;
    }
    return hits;
  }

  static void prefetch(const Frame&, int) {}
  static constexpr bool kEstimates = true;
  static void estimate(const Problem& p, const Frame& f, int query, int key, double* value, double* slack) {
    const int16_t* q = static_cast<const int16_t*>(p.target->packed) + static_cast<size_t>(query) * p.padded;
    const int16_t* k = static_cast<const int16_t*>(f.packed) + static_cast<size_t>(key) * p.padded;
    __m256i sum = _mm256_setzero_si256();
    for (int d = 0; d < p.padded; d += 16) {
      const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(q + d));
      sum = _mm256_add_epi32(sum, _mm256_madd_epi16(a, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(k + d))));
    }
    alignas(32) int32_t parts[8];
    _mm256_store_si256(reinterpret_cast<__m256i*>(parts), sum);
    double total = 0;
    for (const int32_t part : parts) total += part;
    *value = total / (static_cast<double>(kScale) * kScale);
    *slack = slack_of(p);
  }

  static double score(const float* q, const float* k, int padded) {
    __m256d low = _mm256_setzero_pd(), high = low;
    for (int d = 0; d < padded; d += 8) {
      low = _mm256_fmadd_pd(_mm256_cvtps_pd(_mm_loadu_ps(q + d)), _mm256_cvtps_pd(_mm_loadu_ps(k + d)), low);
      high = _mm256_fmadd_pd(_mm256_cvtps_pd(_mm_loadu_ps(q + d + 4)), _mm256_cvtps_pd(_mm_loadu_ps(k + d + 4)), high);
    }
    alignas(32) double s[4];
    _mm256_store_pd(s, _mm256_add_pd(low, high));
    return (s[0] + s[2]) + (s[1] + s[3]);
  }

  static void score4(const float* const* q, const float* k, int padded, double* out) {
    __m256d low[4], high[4];
    for (int i = 0; i < 4; i++) low[i] = high[i] = _mm256_setzero_pd();
    for (int d = 0; d < padded; d += 8) {
      const __m256d first = _mm256_cvtps_pd(_mm_loadu_ps(k + d)), second = _mm256_cvtps_pd(_mm_loadu_ps(k + d + 4));
#pragma GCC unroll 4
      for (int i = 0; i < 4; i++) {
        low[i] = _mm256_fmadd_pd(_mm256_cvtps_pd(_mm_loadu_ps(q[i] + d)), first, low[i]);
        high[i] = _mm256_fmadd_pd(_mm256_cvtps_pd(_mm_loadu_ps(q[i] + d + 4)), second, high[i]);
      }
    }
    for (int i = 0; i < 4; i++) {
      alignas(32) double s[4];
      _mm256_store_pd(s, _mm256_add_pd(low[i], high[i]));
      out[i] = (s[0] + s[2]) + (s[1] + s[3]);
    }
  }
};

// Of this thread's processor time: other processes do not count.
double seconds() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

}  // namespace

double fma_rate_avx2() {
  constexpr int kRounds = 4000000, kChains = 10;
  // Ten named sums: as an array they would live in memory, which halves the rate.
  __m256 a = _mm256_setzero_ps(), b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a;
  const __m256 one = _mm256_set1_ps(1e-9f);
  const double start = seconds();
  for (int round = 0; round < kRounds; round++) {
    asm volatile(
        "vfmadd231ps %10, %10, %0\n vfmadd231ps %10, %10, %1\n vfmadd231ps %10, %10, %2\n vfmadd231ps %10, %10, %3\n"
        "vfmadd231ps %10, %10, %4\n vfmadd231ps %10, %10, %5\n vfmadd231ps %10, %10, %6\n vfmadd231ps %10, %10, %7\n"
        "vfmadd231ps %10, %10, %8\n vfmadd231ps %10, %10, %9"
        : "+x"(a), "+x"(b), "+x"(c), "+x"(d), "+x"(e), "+x"(f), "+x"(g), "+x"(h), "+x"(i), "+x"(j)
        : "x"(one));
  }
  return 8.0 * kChains * kRounds / (seconds() - start);
}

const Backend* avx2_backend() {
  static const Backend backend = {"avx2", 2, pack_int16, propagate_strip<Avx2>};
  return &backend;
}

}  // namespace affinity
#else
const affinity::Backend* affinity::avx2_backend() { return nullptr; }
double affinity::fma_rate_avx2() { return 0; }
#endif
