// One tile of queries against its whole context: filter a row of keys, score the survivors exactly, keep the k best.
// Included by the file of every instruction set, which brings an `Isa` with
//   kSeeds                              whether a first threshold is worth its exact scores
//   load(problem, tile, scratch)        lays the tile's queries out for the filter
//   set_limit(problem, tile, lane, t)   makes the filter drop what certainly scores below t
//   enter(problem, tile, frame)         called when the context frame changes
//   filter(problem, tile, frame, first, count, scratch) -> hits: keys `first`.. with the lanes they may matter to
//   score(q, k, n, padded, floor, out)  exact similarities of n pairs; a pair certainly below floor[i] may get -infinity
#pragma once
#include "kernel.h"

namespace affinity {
namespace {

constexpr double kNone = -1e300;

struct Tile {
  alignas(64) float limit[kLanes];    // per lane, in the filter's own unit
  alignas(64) int32_t intLimit[kLanes];
  alignas(64) float inverse[kLanes];  // 1 / scale of the query
  int32_t query[kLanes];              // patch index, -1 outside the grid
  int32_t count[kLanes];
  double seed[kLanes];                // a lower bound of the final k-th score
  float maxNorm, maxError;            // over the queries of the tile
  int y0, x0, y1, x1;
};

inline int least(int a, int b) { return a < b ? a : b; }
inline int most(int a, int b) { return a > b ? a : b; }

inline bool ranks_before(double score, int64_t id, double other, int64_t otherId) {
  return score > other || (score == other && id > otherId);
}

// The k-th best score so far or the seed, below which nothing can enter.
inline double threshold(const Problem& p, const Tile& t, const Scratch& s, int lane) {
  const double kth = t.count[lane] < p.topK ? kNone : s.scores[lane * p.topK + p.topK - 1];
  return kth > t.seed[lane] ? kth : t.seed[lane];
}

inline bool insert(const Problem& p, Tile& t, Scratch& s, int lane, double score, int64_t id) {
  double* scores = s.scores + lane * p.topK;
  int64_t* ids = s.ids + lane * p.topK;
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

// A first threshold: the k-th best of some candidates that are likely good, the 3x3 at the query's own place in the newest
// frame and the same place in the others. They are candidates like all others and will be met again.
template <class Isa>
double seed_of(const Problem& p, const Tile& t, Scratch& s, int lane) {
  constexpr int kMost = 64;
  const float* queries[kMost];
  const float* keys[kMost];
  double floors[kMost], out[kMost];
  int copies[kMost], n = 0, total = 0;
  const int patch = t.query[lane], y = patch / p.cols, x = patch % p.cols;
  for (int g = 0; g < p.groupCount && n + 9 <= kMost; g++) {
    const Group& group = p.groups[g];
    const int far = g == 0 ? 1 : 0;
    for (int dy = -least(far, group.reachLength - 1); dy <= least(far, group.reachLength - 1); dy++) {
      if (y + dy < 0 || y + dy >= p.rows) continue;
      const int w = least(far, group.reach[dy < 0 ? -dy : dy]);
      for (int kx = most(0, x - w); kx <= least(p.cols - 1, x + w); kx++) {
        queries[n] = p.target->values + static_cast<size_t>(patch) * p.padded;
        keys[n] = group.frame->values + (static_cast<size_t>(y + dy) * p.cols + kx) * p.padded;
        floors[n] = kNone;
        copies[n] = group.positionCount;
        total += copies[n++];
      }
    }
  }
  if (total < p.topK) return kNone;
  Isa::score(queries, keys, n, p.padded, floors, out);
  double* best = s.scores + lane * p.topK;  // free until the first insertion
  int kept = 0;
  for (int i = 0; i < n; i++) {
    for (int c = 0; c < copies[i]; c++) {
      if (kept == p.topK && !(out[i] > best[kept - 1])) break;
      int at = kept < p.topK ? kept++ : kept - 1;
      for (; at > 0 && out[i] > best[at - 1]; at--) best[at] = best[at - 1];
      best[at] = out[i];
    }
  }
  return best[p.topK - 1];
}

// Lanes of the tile that reach column x of a key row, `widths` being the half-widths of the tile's rows there.
inline uint32_t reaching(const Tile& t, const int* widths, int x) {
  uint32_t mask = 0;
  for (int row = 0; row < kTileRows; row++) {
    const int low = most(0, x - t.x0 - widths[row]), high = least(kTileCols - 1, x - t.x0 + widths[row]);
    if (widths[row] < 0 || low > high) continue;
    mask |= ((2u << high) - (1u << low)) << (kTileCols * row);
  }
  return mask;
}

template <class Isa>
void settle(const Problem& p, Tile& t, Scratch& s, const Group& group, int n) {
  constexpr int kBatch = 64;
  const int64_t patches = static_cast<int64_t>(p.rows) * p.cols;
  for (int begin = 0; begin < n; begin += kBatch) {
    const int size = least(kBatch, n - begin);
    const float* queries[kBatch];
    const float* keys[kBatch];
    double floors[kBatch], out[kBatch];
    for (int i = 0; i < size; i++) {
      const int lane = s.pairLane[begin + i];
      queries[i] = p.target->values + static_cast<size_t>(t.query[lane]) * p.padded;
      keys[i] = group.frame->values + static_cast<size_t>(s.pairPatch[begin + i]) * p.padded;
      floors[i] = threshold(p, t, s, lane);
    }
    Isa::score(queries, keys, size, p.padded, floors, out);
    for (int i = 0; i < size; i++) {
      const int lane = s.pairLane[begin + i];
      if (out[i] < threshold(p, t, s, lane)) continue;
      bool changed = false;
      for (int c = 0; c < group.positionCount; c++) {
        if (!insert(p, t, s, lane, out[i], group.positions[c] * patches + s.pairPatch[begin + i])) break;
        changed = true;
      }
      if (changed) Isa::set_limit(p, t, lane, threshold(p, t, s, lane));
    }
  }
  s.survivors += n;
}

template <class Isa>
void key_row(const Problem& p, Tile& t, Scratch& s, const Group& group, int y) {
  int widths[kTileRows], widest = -1;
  for (int row = 0; row < kTileRows; row++) {
    const int distance = y > t.y0 + row ? y - t.y0 - row : t.y0 + row - y;
    widths[row] = distance < group.reachLength && t.y0 + row <= t.y1 ? group.reach[distance] : -1;
    widest = most(widest, widths[row]);
  }
  const int from = most(0, t.x0 - widest), to = least(p.cols - 1, t.x1 + widest);
  const int hits = Isa::filter(p, t, *group.frame, y * p.cols + from, to - from + 1, s);
  int n = 0;
  for (int h = 0; h < hits; h++) {
    uint32_t lanes = s.hitMask[h] & reaching(t, widths, from + s.hitKey[h]);
    for (; lanes; lanes &= lanes - 1) {
      s.pairLane[n] = __builtin_ctz(lanes);
      s.pairPatch[n++] = y * p.cols + from + s.hitKey[h];
    }
  }
  if (n) settle<Isa>(p, t, s, group, n);
}

template <class Isa>
void propagate_tile(const Problem& p, int index, Scratch& s) {
  const int across = (p.cols + kTileCols - 1) / kTileCols;
  Tile t;
  t.y0 = index / across * kTileRows;
  t.x0 = index % across * kTileCols;
  t.y1 = least(p.rows - 1, t.y0 + kTileRows - 1);
  t.x1 = least(p.cols - 1, t.x0 + kTileCols - 1);
  for (int lane = 0; lane < kLanes; lane++) {
    const int y = t.y0 + lane / kTileCols, x = t.x0 + lane % kTileCols;
    t.query[lane] = y < p.rows && x < p.cols ? y * p.cols + x : -1;
    t.count[lane] = 0;
  }
  Isa::load(p, t, s);
  for (int lane = 0; lane < kLanes; lane++) {
    t.seed[lane] = kNone;
    if (t.query[lane] < 0) continue;
    if (Isa::kSeeds) t.seed[lane] = seed_of<Isa>(p, t, s, lane);
    Isa::set_limit(p, t, lane, t.seed[lane]);
  }
  for (int g = 0; g < p.groupCount; g++) {
    const Group& group = p.groups[g];
    Isa::enter(p, t, *group.frame);
    const int far = group.reachLength - 1;
    const int top = most(0, t.y0 - far), bottom = least(p.rows - 1, t.y1 + far);
    // From the centre outward: the best candidates are near, and early ones raise the thresholds for the rest.
    int up = (t.y0 + t.y1) / 2, down = up + 1;
    for (bool below = false; up >= top || down <= bottom; below = !below) {
      const bool takeDown = (below && down <= bottom) || up < top;
      key_row<Isa>(p, t, s, group, takeDown ? down++ : up--);
    }
  }
  for (int lane = 0; lane < kLanes; lane++) {
    if (t.query[lane] < 0) continue;
    aggregate(p, t.query[lane], t.count[lane], s.scores + lane * p.topK, s.ids + lane * p.topK, s.sums);
  }
}

}  // namespace
}  // namespace affinity
