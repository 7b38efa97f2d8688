// A strip of query tiles against its whole context: rule out a row of keys as far as the filter can, judge the rest, keep the
// k best.
#pragma once
#include "dense.h"

namespace affinity {
namespace {

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

// Asks for what the second step reads of a key.
inline void prefetch_fine(const Frame& f, int key) {
  const int8_t* row = f.fine + static_cast<size_t>(key) * f.padded;
  for (int d = 0; d < f.padded; d += 64) __builtin_prefetch(row + d);
}

// Judges the pairs of the hits one by one.
template <class Isa>
void sparse_row(const Problem& p, Tile& t, Scratch& s, int g, int first, int hits) {
  const Frame& f = *p.groups[g].frame;
  for (int h = 0; h < hits; h++) {
    const int key = first + s.hitKey[h];
    for (uint32_t lanes = s.hitMask[h]; lanes; lanes &= lanes - 1) {
      const int lane = __builtin_ctz(lanes);
      double value, slack;
      Isa::estimate(p, f, t.query[lane], key, &value, &slack);
      consider<Isa>(p, t, s, g, lane, key, value, slack);
    }
  }
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
  const int first = y * p.cols + from, count = to - from + 1;
  const bool filtered = Isa::kFilters && p.path < Path::kFused && t.unfiltered == 0;
  int candidates = count;
  if constexpr (Isa::kFilters) {
    if (filtered) candidates = Isa::filter(p, t, *group.frame, first, count, widths, s);
  }
  int hits = 0, pairs = 0;
  for (int h = 0; h < candidates; h++) {
    const int key = filtered ? s.hitKey[h] : h;
    const uint32_t lanes = reaching(t, widths, from + key) & (filtered ? s.hitMask[h] : t.present);
    if (!lanes) continue;
    s.hitKey[hits] = key;
    s.hitMask[hits++] = lanes;
    pairs += lanes_of(lanes);
    if (Isa::kFilters && filtered) prefetch_fine(*group.frame, first + key);
  }
  if (!hits) return;
  s.survivors += pairs;
  if constexpr (!Isa::kFilters) {
    exact_row<Isa>(p, t, s, g, first, hits);
  } else if (filtered && (p.path == Path::kFilter || pairs <= kFewLanes * hits)) {
    t.pause = 0;
    sparse_row<Isa>(p, t, s, g, first, hits);
  } else {
    if (filtered) {
      // Where it rules out next to no key, the filter is left out for some rows, for more and more as long as that goes on.
      t.pause = 8 * hits > 7 * count ? least(32, 2 * t.pause + 1) : 0;
      t.unfiltered = t.pause;
    } else if (t.unfiltered > 0) {
      t.unfiltered--;
    }
    dense_row<Isa>(p, t, s, g, first, hits);
  }
}

template <class Isa>
void start_tile(const Problem& p, Tile& t, int y0, int x0) {
  t.y0 = y0;
  t.x0 = x0;
  t.y1 = least(p.rows - 1, y0 + kTileRows - 1);
  t.x1 = least(p.cols - 1, x0 + kTileCols - 1);
  t.present = 0;
  for (int lane = 0; lane < kLanes; lane++) {
    const int y = y0 + lane / kTileCols, x = x0 + lane % kTileCols;
    const bool present = y < p.rows && x < p.cols;
    t.query[lane] = present ? y * p.cols + x : -1;
    t.present |= static_cast<uint32_t>(present) << lane;
    t.count[lane] = t.boundCount[lane] = t.pendingCount[lane] = 0;
    t.floor[lane] = kNone;
    t.tie[lane] = -1;
  }
  t.hasFloats = false;
  t.unfiltered = t.pause = t.exactRows = 0;
  Isa::load(p, t);
  for (int lane = 0; lane < kLanes; lane++) {
    if (t.query[lane] < 0) continue;
    if constexpr (Isa::kFilters) seed<Isa>(p, t, lane);
    Isa::set_limit(p, t, lane, t.floor[lane]);
  }
}

// Asks for a share of a key row that comes next: without it the filter waits for the third-level cache.
inline void prefetch_row(const Frame& f, int bytes, int first, int count, int share, int shares) {
  const char* row = reinterpret_cast<const char*>(f.packed) + static_cast<size_t>(first) * bytes;
  const int lines = static_cast<int>(static_cast<size_t>(count) * bytes / 64);
  for (int line = lines * share / shares; line < lines * (share + 1) / shares; line++) __builtin_prefetch(row + 64 * line, 0, 2);
}

template <class Isa>
void propagate_strip(const Problem& p, int index, Scratch& s) {
  // Bands from the middle outward, as the middle ones meet the most keys, and what is short is best left to the end; to and fro,
  // as strips are not equally wide.
  const int strips = strips_across(p), tiles = tiles_across(p);
  const int turn = index / strips, middle = (bands_down(p) - 1) / 2;
  const int band = turn % 2 ? middle + (turn + 1) / 2 : middle - turn / 2;
  const int across = turn % 2 ? strips - 1 - index % strips : index % strips;
  const int first = tiles * across / strips, last = tiles * (across + 1) / strips - 1;
  const int y0 = band * kTileRows * kStripRows, y1 = least(p.rows, y0 + kTileRows * kStripRows) - 1;
  Tile strip[kMostTiles];
  int count = 0;
  for (int y = y0; y <= y1; y += kTileRows) {
    for (int tile = first; tile <= last; tile++, count++) {
      Tile& t = strip[count];
      const size_t lanes = static_cast<size_t>(count) * kLanes;
      t.queries = s.queries + lanes * p.padded;
      t.floats = s.floats + lanes * p.padded;
      t.centre = s.centres + static_cast<size_t>(count) * p.padded;
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
        if (Isa::kFilters && next >= top && next <= bottom) {
          prefetch_row(*group.frame, p.padded, next * p.cols + from, to - from + 1, i, count);
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
