// Tiles of queries and their lists of candidates. Included by the file of every instruction set, which brings an `Isa` with
//   kFilters                            whether there is a filter; without one every pair is scored exactly
//   load(problem, tile)                 lays the tile's queries out for the filter
//   set_limit(problem, tile, lane, t)   makes the filter drop what certainly scores below t
//   filter(problem, tile, frame, first, count, widths, scratch) -> hits: keys `first`.. with the lanes they may matter to;
//                                       `widths`: how far each row of the tile reaches there, -1: not at all
//   estimate(problem, frame, query, key, value, slack)   |similarity - value| <= slack, cheaper than the exact one
//   score(q, k, padded)                 the exact similarity
//   kFusedBlock, fused(queries, keys, stride, count, padded, out)   fp32 products of the tile and up to kFusedBlock keys
//   reaching(values, offset, limits)    lanes with value + offset >= limit
//   kExactBlock, exact(queries, keys, count, padded, out)   exact products of four queries and up to kExactBlock keys
//   contesting(scores, floors, id, ties)   lanes with score > floor, or score = floor and id > tie
//   along(centre, keys, stride, count, padded, out)   exact products of one vector and up to kFusedBlock keys
#pragma once
#include "kernel.h"

namespace affinity {
namespace {

constexpr double kNone = -1e300;

// Covers what does not shrink with the features: the rounding in fp64 of the exact similarity and of <mean, x>.
constexpr double kMargin = 1e-12;

// Rounded up to fp32, with room for the additions it takes part in.
inline float raised(double x) { return static_cast<float>(x + (x < 0 ? -x : x) * 0x1p-20); }

// The same, down, with room for the roundings of what it is compared with.
inline float lowered(double x) { return static_cast<float>(x - (x < 0 ? -x : x) * 0x1p-20); }

struct Tile {
  uint8_t* queries;  // the tile's part of the scratch
  double* scores;    // kLanes x topK: exact, best first
  int64_t* ids;
  double* bounds;    // kLanes x topK: the best lower bounds of candidates met so far
  Pending* pending;  // kLanes x kMostPending
  alignas(64) float limit[kLanes];    // per lane, in the filter's own unit
  alignas(64) float inverse[kLanes];  // 1 / scale of the query
  alignas(64) float tail[kParts - 1][kLanes];  // norm of the query after each part of the dimensions, in the limit's unit
  int32_t query[kLanes];              // patch index, -1 outside the grid
  uint32_t present;                   // lanes inside the grid
  int32_t count[kLanes];              // exact scores
  int32_t boundCount[kLanes];
  int32_t pendingCount[kLanes];
  alignas(64) double floor[kLanes];   // a lower bound of the final k-th score
  alignas(64) int64_t tie[kLanes];    // a candidate that scores the floor must have a larger id
  float maxNorm, maxError;            // over the queries of the tile
  float *floats, *centre;             // its parts of Scratch::floats and centres, filled when first needed
  bool hasFloats;
  float spread[kLanes];               // norm of the query less the centre, rounded up
  double centreSquare;
  int unfiltered, pause;              // key rows to come without the filter, and how many there were last
  int exactRows;                      // key rows to come without products in fp32
  int y0, x0, y1, x1;
};

// Bits 0 and 1: whether lanes 0 to 15 and 16 to 31 reach a row of keys.
inline int halves_of(const int* widths) {
  int halves = 0;
  for (int row = 0; row < kTileRows; row++) {
    if (widths[row] >= 0) halves |= 1 << (2 * row / kTileRows);
  }
  return halves;
}

inline int least(int a, int b) { return a < b ? a : b; }
inline int most(int a, int b) { return a > b ? a : b; }

inline bool ranks_before(double score, int64_t id, double other, int64_t otherId) {
  return score > other || (score == other && id > otherId);
}

inline bool insert(const Problem& p, Tile& t, int lane, double score, int64_t id) {
  double* scores = t.scores + lane * p.topK;
  int64_t* ids = t.ids + lane * p.topK;
  int at = t.count[lane];
  if (at == p.topK) {
    at--;
    if (!ranks_before(score, id, scores[at], ids[at])) return false;
  } else {
    t.count[lane]++;
  }
  for (; at > 0 && ranks_before(score, id, scores[at - 1], ids[at - 1]); at--) {
    scores[at] = scores[at - 1];
    ids[at] = ids[at - 1];
  }
  scores[at] = score;
  ids[at] = id;
  return true;
}

template <class Isa>
void raise_floor(const Problem& p, Tile& t, int lane, double floor) {
  if (!(floor > t.floor[lane])) return;
  t.floor[lane] = floor;
  t.tie[lane] = -1;
  Isa::set_limit(p, t, lane, floor);
}

// After exact scores have come in: once the list is full its last one is a floor, which an equal score can still pass.
template <class Isa>
void raise_to_last(const Problem& p, Tile& t, int lane) {
  if (t.count[lane] < p.topK) return;
  const int last = lane * p.topK + p.topK - 1;
  raise_floor<Isa>(p, t, lane, t.scores[last]);
  if (t.floor[lane] == t.scores[last]) t.tie[lane] = t.ids[last];
}

// Keeps the k best of some lower bounds, `copies` times the same one; returns how many there are.
inline int keep_bound(double* best, int kept, int most, double bound, int copies) {
  for (int c = 0; c < copies; c++) {
    if (kept == most && !(bound > best[kept - 1])) break;
    int at = kept < most ? kept++ : kept - 1;
    for (; at > 0 && bound > best[at - 1]; at--) best[at] = best[at - 1];
    best[at] = bound;
  }
  return kept;
}

inline void insert_all(const Problem& p, Tile& t, int lane, double score, const Group& group, int key) {
  const int64_t patches = static_cast<int64_t>(p.rows) * p.cols;
  for (int c = 0; c < group.positionCount; c++) {
    if (!insert(p, t, lane, score, group.positions[c] * patches + key)) return;
  }
}

// Scores what is pending exactly, unless the floor has risen above it meanwhile.
template <class Isa>
void flush(const Problem& p, Tile& t, Scratch& s, int lane) {
  const size_t padded = p.padded;
  const Pending* pending = t.pending + lane * kMostPending;
  const auto key_of = [&](const Pending& c) { return p.groups[c.group].frame->values + c.patch * padded; };
  for (int i = 0; i < t.pendingCount[lane]; i++) {
    if (i + 1 < t.pendingCount[lane] && pending[i + 1].upper >= t.floor[lane]) {
      const float* next = key_of(pending[i + 1]);
      for (size_t d = 0; d < padded; d += 16) __builtin_prefetch(next + d);
    }
    if (pending[i].upper < t.floor[lane]) continue;
    const double score = Isa::score(p.target->values + t.query[lane] * padded, key_of(pending[i]), p.padded);
    s.scored++;
    insert_all(p, t, lane, score, p.groups[pending[i].group], pending[i].patch);
    raise_to_last<Isa>(p, t, lane);
  }
  t.pendingCount[lane] = 0;
}

// A candidate whose similarity lies within `slack` of `value`: dropped, or kept until the floor is known better.
template <class Isa>
void consider(const Problem& p, Tile& t, Scratch& s, int g, int lane, int key, double value, double slack) {
  const Pending candidate = {value + slack, g, key};
  if (candidate.upper < t.floor[lane]) return;
  int& bounds = t.boundCount[lane];
  double* best = t.bounds + lane * p.topK;
  bounds = keep_bound(best, bounds, p.topK, value - slack, p.groups[g].positionCount);
  if (bounds == p.topK) raise_floor<Isa>(p, t, lane, best[p.topK - 1]);
  if (t.pendingCount[lane] == kMostPending) flush<Isa>(p, t, s, lane);
  t.pending[lane * kMostPending + t.pendingCount[lane]++] = candidate;
}

}  // namespace
}  // namespace affinity
