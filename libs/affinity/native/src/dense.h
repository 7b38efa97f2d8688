// Key rows where the filter lets too much through: patches that are alike, as in a clear sky or a frame out of focus.
//
// First the products in fp32, of the query less the mean c of its tile and the key as it is:
//   <q, k> = <q - c, k> + <c, k>,   |fl(<q - c, k>) - <q - c, k>| <= n u |q - c| |k|
// with n the longest chain of roundings, 64 + padded / 64, and <c, k> exact. The more alike the queries of a tile, the smaller
// the error. What is left undecided is scored exactly, four queries and several keys at once, and keys with the same bits once:
// in a frame of one colour every row has one key.
#pragma once
#include "tile.h"

namespace affinity {
namespace {

// Lanes per key from which on all 32 at once are cheaper than one by one.
constexpr int kFewLanes = 12;

inline int lanes_of(uint32_t mask) { return __builtin_popcount(mask); }

// Numbers the keys of s.hitKey so that equal ones share a number, as far as their first is among the last 8: s.slot, and the
// patch of each number in s.distinct. Returns how many there are.
inline int number_keys(const Problem& p, const Frame& f, int first, int hits, Scratch& s) {
  const size_t bytes = sizeof(float) * p.padded;
  int count = 0;
  for (int h = 0; h < hits; h++) {
    const int key = first + s.hitKey[h];
    int slot = count - 1;
    for (; slot >= 0 && slot >= count - 8; slot--) {
      const int other = s.distinct[slot];
      if (f.square[key] != f.square[other]) continue;
      if (!__builtin_memcmp(f.values + static_cast<size_t>(key) * p.padded, f.values + static_cast<size_t>(other) * p.padded, bytes)) break;
    }
    if (slot < 0 || slot < count - 8) s.distinct[slot = count++] = key;
    s.slot[h] = slot;
  }
  return count;
}

// Scores all pairs of the hits exactly.
template <class Isa>
void exact_row(const Problem& p, Tile& t, Scratch& s, int g, int first, int hits) {
  const Group& group = p.groups[g];
  const size_t padded = p.padded;
  const int count = number_keys(p, *group.frame, first, hits, s);
  for (int lane = 0; lane < kLanes; lane++) {
    double* to = s.exactQueries + lane * padded;
    const float* from = p.target->values + (t.query[lane] < 0 ? 0 : t.query[lane]) * padded;
    for (size_t d = 0; d < padded; d++) to[d] = from[d];
  }
  for (int slot = 0; slot < count; slot += Isa::kExactBlock) {
    const int size = least(Isa::kExactBlock, count - slot);
    for (int j = 0; j < size; j++) {
      double* to = s.exactKeys + j * padded;
      const float* from = group.frame->values + s.distinct[slot + j] * padded;
      for (size_t d = 0; d < padded; d++) to[d] = from[d];
    }
    for (int lane = 0; lane < kLanes; lane += 4) {
      // Queries fill a tile from its top left corner, so a group of four without a first one is empty.
      if (t.query[lane] < 0) continue;
      Isa::exact(s.exactQueries + lane * padded, s.exactKeys, size, p.padded, s.exact + slot * kLanes + lane);
    }
  }
  // From the last key on, as of equal ones the last are wanted.
  const int64_t latest = static_cast<int64_t>(group.positions[0]) * p.rows * p.cols + first;
  for (int h = hits - 1; h >= 0; h--) {
    const double* scores = s.exact + s.slot[h] * kLanes;
    s.scored += lanes_of(s.hitMask[h]);
    uint32_t lanes = s.hitMask[h] & Isa::contesting(scores, t.floor, latest + s.hitKey[h], t.tie);
    for (; lanes; lanes &= lanes - 1) {
      const int lane = __builtin_ctz(lanes);
      insert_all(p, t, lane, scores[lane], group, first + s.hitKey[h]);
      raise_to_last<Isa>(p, t, lane);
    }
  }
}

inline void load_floats(const Problem& p, Tile& t) {
  const auto row_of = [&](int lane) { return p.target->values + static_cast<size_t>(t.query[lane]) * p.padded; };
  for (int d = 0; d < p.padded; d++) t.centre[d] = 0;
  for (int lane = 0; lane < kLanes; lane++) {
    if (t.query[lane] < 0) continue;
    const float share = 1.0f / lanes_of(t.present), *row = row_of(lane);
    for (int d = 0; d < p.padded; d++) t.centre[d] += share * row[d];
  }
  t.centreSquare = 0;
  for (int d = 0; d < p.padded; d++) t.centreSquare += static_cast<double>(t.centre[d]) * t.centre[d];
  for (int lane = 0; lane < kLanes; lane++) {
    double squares = 0;
    for (int d = 0; d < p.padded; d++) {
      const float value = t.query[lane] < 0 ? 0 : row_of(lane)[d] - t.centre[d];
      t.floats[d * kLanes + lane] = value;
      squares += static_cast<double>(value) * value;
    }
    t.spread[lane] = raised(__builtin_sqrt(squares));
  }
  t.hasFloats = true;
}

// Error of a product in fp32, relative to |q - c|; |k| < 1.02 and all that is rounded besides are in the 8 and the 5 %.
inline double fused_error(const Problem& p) {
  return 1.05 * 1.02 * 0x1p-24 * (kFusedChain + p.padded / kFusedChain + 8);
}

// fp32 products of all hits; takes those out of the masks that certainly lie below the floor. Returns the hits that are left.
template <class Isa>
int fused_row(const Problem& p, Tile& t, Scratch& s, const Frame& f, int first, int hits) {
  if (!t.hasFloats) load_floats(p, t);
  const size_t padded = p.padded;
  for (int h = 0; h < hits; h += Isa::kFusedBlock) {
    const int size = least(Isa::kFusedBlock, hits - h);
    const float* keys = f.values + (first + s.hitKey[h]) * padded;
    if (s.hitKey[h + size - 1] - s.hitKey[h] != size - 1) {
      for (int j = 0; j < size; j++) {
        __builtin_memcpy(s.panel + j * padded, f.values + (first + s.hitKey[h + j]) * padded, sizeof(float) * padded);
      }
      keys = s.panel;
    }
    Isa::fused(t.floats, keys, padded, size, p.padded, s.fused + h * kLanes);
    Isa::along(t.centre, keys, padded, size, p.padded, s.offsets + h);
  }
  alignas(64) float limit[kLanes];
  const double error = fused_error(p);
  for (int lane = 0; lane < kLanes; lane++) {
    const double floor = t.floor[lane] - t.centreSquare - kMargin - error * t.spread[lane];
    limit[lane] = t.floor[lane] < -1e30 ? -3e38f : lowered(floor);
  }
  int left = 0;
  for (int h = 0; h < hits; h++) {
    const double offset = s.offsets[h] - t.centreSquare;
    const float* values = s.fused + h * kLanes;
    const uint32_t mask = s.hitMask[h] & Isa::reaching(values, raised(offset), limit);
    if (!mask) continue;
    if (left != h) __builtin_memmove(s.fused + left * kLanes, values, kLanes * sizeof(float));
    s.offsets[left] = s.offsets[h];
    s.hitKey[left] = s.hitKey[h];
    s.hitMask[left++] = mask;
  }
  return left;
}

// Judges the pairs of the hits in fp32, or exactly where that would decide too little.
template <class Isa>
void dense_row(const Problem& p, Tile& t, Scratch& s, int g, int first, int hits) {
  const Frame& f = *p.groups[g].frame;
  const bool exact = p.path == Path::kExact || (p.path == Path::kAuto && t.exactRows > 0);
  if (exact || (p.path == Path::kAuto && 2 * number_keys(p, f, first, hits, s) <= hits)) {
    if (t.exactRows > 0) t.exactRows--;
    return exact_row<Isa>(p, t, s, g, first, hits);
  }
  const int left = fused_row<Isa>(p, t, s, f, first, hits);
  int pairs = 0;
  for (int h = 0; h < left; h++) pairs += lanes_of(s.hitMask[h]);
  if (pairs > kFewLanes * left && 2 * left > hits) {
    t.exactRows = 8;
    return exact_row<Isa>(p, t, s, g, first, left);
  }
  const double error = fused_error(p);
  for (int h = 0; h < left; h++) {
    const int key = first + s.hitKey[h];
    for (uint32_t lanes = s.hitMask[h]; lanes; lanes &= lanes - 1) {
      const int lane = __builtin_ctz(lanes);
      const double value = s.fused[h * kLanes + lane] + s.offsets[h];
      consider<Isa>(p, t, s, g, lane, key, value, error * t.spread[lane] + kMargin);
    }
  }
}

}  // namespace
}  // namespace affinity
