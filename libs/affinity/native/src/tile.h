// A strip of query tiles against its whole context: filter a row of keys, score the survivors exactly, keep the k best.
// Included by the file of every instruction set, which brings an `Isa` with
//   kValueBytes                         bytes per packed value, 0 without a filter
//   load(problem, tile)                 lays the tile's queries out for the filter
//   set_limit(problem, tile, lane, t)   makes the filter drop what certainly scores below t
//   filter(problem, tile, frame, first, count, scratch) -> hits: keys `first`.. with the lanes they may matter to
//   kEstimates                          whether there is
//   estimate(problem, frame, query, key, value, slack)   |similarity - value| <= slack, cheaper than the exact one
//   prefetch(frame, key)                asks for what estimate reads
//   score(q, k, padded)                 the exact similarity
//   score4(q, k, padded, out)           the same of four queries and one key
#pragma once
#include "kernel.h"

namespace affinity {
namespace {

constexpr double kNone = -1e300;

struct Tile {
  uint8_t* queries;  // the tile's part of the scratch
  double* scores;    // kLanes x topK: exact, best first
  int64_t* ids;
  double* bounds;    // kLanes x topK: the best lower bounds of candidates met so far
  Pending* pending;  // kLanes x kMostPending
  alignas(64) float limit[kLanes];    // per lane, in the filter's own unit
  alignas(64) int32_t intLimit[kLanes];
  alignas(64) float inverse[kLanes];  // 1 / scale of the query
  int32_t query[kLanes];              // patch index, -1 outside the grid
  int32_t count[kLanes];              // exact scores
  int32_t boundCount[kLanes];
  int32_t pendingCount[kLanes];
  double floor[kLanes];               // a lower bound of the final k-th score
  float maxNorm, maxError;            // over the queries of the tile
  int y0, x0, y1, x1;
};

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
  Isa::set_limit(p, t, lane, floor);
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

// A first floor: the k-th best lower bound of candidates that are likely good. These are the candidates of the same patch in
// the previous target, and in the newest frame, which had none of them, the 5x5 at the query's own place; without a previous
// target the same place in every frame. They are met again like all others.
template <class Isa>
void seed(const Problem& p, Tile& t, int lane) {
  const int patch = t.query[lane], y = patch / p.cols, x = patch % p.cols;
  double* best = t.bounds + lane * p.topK;  // free until the first candidate
  int kept = 0;
  const auto add = [&](const Group& group, int key) {
    double value, slack;
    Isa::estimate(p, *group.frame, patch, key, &value, &slack);
    kept = keep_bound(best, kept, p.topK, value - slack, group.positionCount);
  };
  for (int i = 0; i < p.seedCount; i++) {
    const size_t at = static_cast<size_t>(patch) * p.seedCount + i;
    if (p.seedGroups[at] > 0) add(p.groups[p.seedGroups[at]], p.seedPatches[at]);
  }
  for (int g = 0; g < (p.seedCount ? 1 : p.groupCount); g++) {
    const Group& group = p.groups[g];
    const int far = least(g == 0 ? 2 : 0, group.reachLength - 1);
    for (int dy = -far; dy <= far; dy++) {
      if (y + dy < 0 || y + dy >= p.rows) continue;
      const int w = least(far, group.reach[dy < 0 ? -dy : dy]);
      for (int kx = most(0, x - w); kx <= least(p.cols - 1, x + w); kx++) add(group, (y + dy) * p.cols + kx);
    }
  }
  if (kept == p.topK) t.floor[lane] = best[p.topK - 1];
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
    if (t.count[lane] == p.topK) raise_floor<Isa>(p, t, lane, t.scores[lane * p.topK + p.topK - 1]);
  }
  t.pendingCount[lane] = 0;
}

template <class Isa>
void settle(const Problem& p, Tile& t, Scratch& s, int g, int n) {
  const Group& group = p.groups[g];
  for (int i = 0; i < n; i++) {
    const int lane = s.pairLane[i], key = s.pairPatch[i];
    Pending candidate = {-kNone, g, key};
    if (Isa::kEstimates) {
      double value, slack;
      Isa::estimate(p, *group.frame, t.query[lane], key, &value, &slack);
      candidate.upper = value + slack;
      if (candidate.upper < t.floor[lane]) continue;
      int& bounds = t.boundCount[lane];
      double* best = t.bounds + lane * p.topK;
      bounds = keep_bound(best, bounds, p.topK, value - slack, group.positionCount);
      if (bounds == p.topK) raise_floor<Isa>(p, t, lane, best[p.topK - 1]);
    }
    if (t.pendingCount[lane] == kMostPending) flush<Isa>(p, t, s, lane);
    t.pending[lane * kMostPending + t.pendingCount[lane]++] = candidate;
  }
  s.survivors += n;
}

// Where most pairs of a row survive, as in a fade to black, bounds decide nothing: all are scored exactly, four at a time.
template <class Isa>
void settle_dense(const Problem& p, Tile& t, Scratch& s, int g, int n) {
  const Group& group = p.groups[g];
  const size_t padded = p.padded;
  for (int i = 0; i < n;) {
    const int key = s.pairPatch[i];
    const float* row = group.frame->values + key * padded;
    const float* queries[4];
    double scores[4];
    int size = 0;
    for (; size < 4 && i + size < n && s.pairPatch[i + size] == key; size++) {
      queries[size] = p.target->values + t.query[s.pairLane[i + size]] * padded;
    }
    if (size == 4) Isa::score4(queries, row, p.padded, scores);
    for (int j = 0; j < size; j++) {
      const int lane = s.pairLane[i + j];
      const double score = size == 4 ? scores[j] : Isa::score(queries[j], row, p.padded);
      if (score < t.floor[lane]) continue;
      insert_all(p, t, lane, score, group, key);
      if (t.count[lane] == p.topK) raise_floor<Isa>(p, t, lane, t.scores[lane * p.topK + p.topK - 1]);
    }
    i += size;
  }
  s.survivors += n;
  s.scored += n;
}

template <class Isa>
void key_row(const Problem& p, Tile& t, Scratch& s, int g, int y) {
  const Group& group = p.groups[g];
  int widths[kTileRows], widest = -1;
  for (int row = 0; row < kTileRows; row++) {
    const int distance = y > t.y0 + row ? y - t.y0 - row : t.y0 + row - y;
    widths[row] = distance < group.reachLength && t.y0 + row <= t.y1 ? group.reach[distance] : -1;
    widest = most(widest, widths[row]);
  }
  if (widest < 0) return;
  const int from = most(0, t.x0 - widest), to = least(p.cols - 1, t.x1 + widest);
  const int hits = Isa::filter(p, t, *group.frame, y * p.cols + from, to - from + 1, s);
  int n = 0;
  for (int h = 0; h < hits; h++) {
    uint32_t lanes = s.hitMask[h] & reaching(t, widths, from + s.hitKey[h]);
    if (lanes) Isa::prefetch(*group.frame, y * p.cols + from + s.hitKey[h]);
    for (; lanes; lanes &= lanes - 1) {
      s.pairLane[n] = __builtin_ctz(lanes);
      s.pairPatch[n++] = y * p.cols + from + s.hitKey[h];
    }
  }
  if (4 * n > kLanes * (to - from + 1)) {
    settle_dense<Isa>(p, t, s, g, n);
  } else if (n) {
    settle<Isa>(p, t, s, g, n);
  }
}

template <class Isa>
void start_tile(const Problem& p, Tile& t, int y0, int x0) {
  t.y0 = y0;
  t.x0 = x0;
  t.y1 = least(p.rows - 1, y0 + kTileRows - 1);
  t.x1 = least(p.cols - 1, x0 + kTileCols - 1);
  for (int lane = 0; lane < kLanes; lane++) {
    const int y = y0 + lane / kTileCols, x = x0 + lane % kTileCols;
    t.query[lane] = y < p.rows && x < p.cols ? y * p.cols + x : -1;
    t.count[lane] = t.boundCount[lane] = t.pendingCount[lane] = 0;
    t.floor[lane] = kNone;
  }
  Isa::load(p, t);
  for (int lane = 0; lane < kLanes; lane++) {
    if (t.query[lane] < 0) continue;
    if (Isa::kEstimates) seed<Isa>(p, t, lane);
    Isa::set_limit(p, t, lane, t.floor[lane]);
  }
}

// Asks for a share of a key row that comes next: without it the filter waits for the third-level cache.
inline void prefetch_row(const Frame& f, int bytes, int first, int count, int share, int shares) {
  const char* row = static_cast<const char*>(f.packed) + static_cast<size_t>(first) * bytes;
  const int lines = static_cast<int>(static_cast<size_t>(count) * bytes / 64);
  for (int line = lines * share / shares; line < lines * (share + 1) / shares; line++) __builtin_prefetch(row + 64 * line, 0, 2);
}

template <class Isa>
void propagate_strip(const Problem& p, int index, Scratch& s) {
  const int strips = strips_across(p), tiles = tiles_across(p);
  const int first = tiles * (index % strips) / strips, last = tiles * (index % strips + 1) / strips - 1;
  const int y0 = index / strips * kTileRows * kStripRows, y1 = least(p.rows, y0 + kTileRows * kStripRows) - 1;
  Tile strip[kMostTiles];
  int count = 0;
  for (int y = y0; y <= y1; y += kTileRows) {
    for (int tile = first; tile <= last; tile++, count++) {
      Tile& t = strip[count];
      const size_t lanes = static_cast<size_t>(count) * kLanes;
      t.queries = s.queries + lanes * p.padded * 2;
      t.scores = s.scores + lanes * p.topK;
      t.ids = s.ids + lanes * p.topK;
      t.bounds = s.bounds + lanes * p.topK;
      t.pending = s.pending + lanes * kMostPending;
      start_tile<Isa>(p, t, y, tile * kTileCols);
    }
  }
  for (int g = 0; g < p.groupCount; g++) {
    const Group& group = p.groups[g];
    const int far = group.reachLength - 1;
    const int top = most(0, y0 - far), bottom = least(p.rows - 1, y1 + far);
    const int from = most(0, strip[0].x0 - group.reach[0]), to = least(p.cols - 1, strip[count - 1].x1 + group.reach[0]);
    // From the centre outward: the best candidates are near, and early ones raise the thresholds for the rest.
    int up = (y0 + y1) / 2, down = up + 1;
    for (bool below = false; up >= top || down <= bottom; below = !below) {
      const bool takeDown = (below && down <= bottom) || up < top;
      const int y = takeDown ? down++ : up--;
      // The next row after this one, by the same rule as above.
      const int next = (!below && down <= bottom) || up < top ? down : up;
      for (int i = 0; i < count; i++) {
        if (Isa::kValueBytes && next >= top && next <= bottom) {
          prefetch_row(*group.frame, p.padded * Isa::kValueBytes, next * p.cols + from, to - from + 1, i, count);
        }
        key_row<Isa>(p, strip[i], s, g, y);
      }
    }
  }
  for (int i = 0; i < count; i++) {
    Tile& t = strip[i];
    for (int lane = 0; lane < kLanes; lane++) {
      if (t.query[lane] < 0) continue;
      flush<Isa>(p, t, s, lane);
      aggregate(p, t.query[lane], t.count[lane], t.scores + lane * p.topK, t.ids + lane * p.topK, s.sums);
    }
  }
}

}  // namespace
}  // namespace affinity
