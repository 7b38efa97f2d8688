// What the kernels of all instruction sets share: the frame and problem they read, the scratch they write.
//
// The files of one instruction set are compiled with its flags. They therefore include no standard container or algorithm and
// define everything static or in an unnamed namespace: the linker keeps one copy of an inline function, and a copy compiled for
// AVX-512 would end the process on a machine without it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <ctime>

namespace affinity {

// A tile of queries: 4 rows x 8 columns of patches, lane = 8 * row + column.
constexpr int kTileRows = 4;
constexpr int kTileCols = 8;
constexpr int kLanes = kTileRows * kTileCols;

// A unit of work: two rows of up to 16 tiles, which share every key row while it is in the nearest caches. Frames come from the
// third-level cache, whose bandwidth limits the filter, once per unit: the larger the unit, the fewer times.
constexpr int kStripRows = 2;
constexpr int kMostTiles = kStripRows * 16;

// Rows a kernel may read past the last patch of a packed frame.
constexpr int kSlackRows = 64;

// Dimensions summed in one chain of fp32 additions.
constexpr int kFusedChain = 64;

// The dimensions of a row in parts: a filter may add the products of the first ones and rule out pairs before the others.
constexpr int kParts = 4;

// Where a part ends: after a third, a half, two thirds and all of the dimensions; a multiple of 16.
static inline int part_end(int padded, int part) {
  const int third = (padded / 3 + 8) / 16 * 16;
  const int ends[kParts] = {third, padded / 2, padded - third, padded};
  return ends[part];
}

struct Parts {
  int32_t start[kParts];   // undoes the offset of the queries: -offset x sum of the packed values of each part
  float tail[kParts - 1];  // norm of the centred vector after each part, rounded up
  float scale;             // as in Frame::scale
};

// Features of one frame, fp32 and packed for the filter. Rows are padded with zeros to a multiple of 64 dimensions.
struct Frame {
  int patches = 0;
  int padded = 0;
  const float* values = nullptr;  // patches x padded, exact
  const float* labels = nullptr;  // patches x classes; null for a target
  const double* square = nullptr; // |x|^2: rows of different squares are different
  // Filter data, written once by Backend::pack; see docs/affinity-bound.md for the symbols.
  int8_t* packed = nullptr;  // (patches + slack) x padded
  int8_t* fine = nullptr;    // patches x padded, int8: what `packed` lost, in steps of scale / 254
  float* scale = nullptr;    // s: value of one quantisation step
  float* error = nullptr;    // |d|: norm of what `packed` lost, rounded up
  float* rest = nullptr;     // |r|: norm of what `packed` and `fine` lost together, rounded up
  // As a query, which some filters take in coarser steps than a key: the step, |d| and |x^|, the norm of the quantised vector.
  float* queryScale = nullptr;
  float* queryError = nullptr;
  float* queryNorm = nullptr;
  float* size = nullptr;     // |x'|: norm of the centred vector, rounded up
  double* offset = nullptr;  // <mean, x> - |mean|^2
  float* offsetUp = nullptr; // the same, rounded up
  int32_t* sum = nullptr;    // sum of the packed values
  int32_t* fineSum = nullptr;
  Parts* parts = nullptr;
};

// A context frame; `positions` are its places among the context entries, latest first.
struct Group {
  const Frame* frame;
  const int32_t* positions;
  int positionCount;
  const int32_t* reach;  // half-width of the neighbourhood by row distance
  int reachLength;
};

// A candidate that may be among the k best, not scored exactly yet.
struct Pending {
  double upper;  // no less than its similarity
  int32_t group, patch;
};
constexpr int kMostPending = 48;  // per query

// How a pair is judged; every way gives the same result. Only kAuto is fast on all features: it takes the filter, and where that
// lets too much through the products in fp32, and where these decide too little the exact ones.
enum class Path { kAuto, kFilter, kFused, kExact };

struct Problem {
  Path path;
  int rows, cols, dim, padded, classes, topK, threads;
  double temperature;
  bool normalise;
  const Group* groups;
  int groupCount;
  const int32_t* groupOfPosition;
  const Frame* target;
  const float* mean;  // padded; subtracted before int8 quantisation
  double meanSquare;  // |mean|^2
  float* labels;      // patches x classes
  // Candidates of the previous target, best first: group in this problem or -1, and patch; null without one.
  // patches x seedCount.
  const int32_t* seedGroups;
  const int32_t* seedPatches;
  int seedCount;
  // Receives the same of this target for the next, patches x bestCount.
  int32_t* bestGroups;
  int32_t* bestPatches;
  int bestCount;
  // Lists, or null: patches, patches x topK each.
  int32_t* counts;
  int32_t* positions;
  int32_t* patches;
  double* scores;
};

// One thread's working memory, 64-byte aligned arrays.
struct Scratch {
  uint8_t* queries;   // kMostTiles x kLanes x padded
  int32_t* products;  // (cols + 64) x kLanes
  int32_t* live;      // cols + 64: keys that a filter has not ruled out yet
  float* keyTerm;     // cols + 64
  int32_t* hitKey;    // cols + 64
  uint32_t* hitMask;  // cols + 64
  // Rows of keys that are judged without the filter: see dense.h.
  float* floats;      // kMostTiles x kLanes x padded: queries less their tile's centre, dimensions outside, lanes inside
  float* centres;     // kMostTiles x padded: mean query of each tile
  float* panel;       // 16 x padded: keys that do not lie side by side
  float* fused;       // (cols + 64) x kLanes: products in fp32
  double* offsets;    // cols + 64: of the centre and the keys, less the centre's square
  double* exactQueries;  // kLanes x padded
  double* exactKeys;     // 8 x padded
  double* exact;         // (cols + 64) x kLanes: exact products
  int32_t* slot;         // cols + 64: place of each key among the distinct ones
  int32_t* distinct;     // cols + 64
  double* scores;     // kMostTiles x kLanes x topK
  int64_t* ids;       // kMostTiles x kLanes x topK
  double* bounds;     // kMostTiles x kLanes x topK
  Pending* pending;   // kMostTiles x kLanes x kMostPending
  double* sums;       // classes
  int64_t survivors;  // pairs the filter let through
  int64_t scored;     // of these, pairs scored exactly
};

struct Backend {
  const char* name;
  // Packs rows begin..end of a frame for the filter; null without one.
  void (*pack)(Frame& frame, const float* mean, int begin, int end);
  // Labels of the queries of one strip of tiles.
  void (*strip)(const Problem& problem, int strip, Scratch& scratch);
};

// Each returns null where its file was compiled for another processor family.
const Backend* serial_backend();
const Backend* avx2_backend();
const Backend* avxvnni_backend();
const Backend* avx512vnni_backend();
const Backend* amxint8_backend();

// Seconds of this thread's processor time: other processes do not count.
static inline double thread_seconds() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

// fp32 multiply-adds per second of one thread, each the best this instruction set can do; 0 if it was not built.
double fma_rate_avx2();
double fma_rate_avx512();

// Softmax and weighted label sum of one query's ordered list; compiled without fused multiply-adds.
void aggregate(const Problem& problem, int patch, int count, const double* scores, const int64_t* ids, double* sums);

static inline int tiles_across(const Problem& p) { return (p.cols + kTileCols - 1) / kTileCols; }

static inline int bands_down(const Problem& p) { return (p.rows + kTileRows * kStripRows - 1) / (kTileRows * kStripRows); }

// Four units per thread and half bands, so that the threads end at about the same time, as long as the tiles suffice.
static inline int strips_across(const Problem& p) {
  const int tiles = tiles_across(p), most = kMostTiles / kStripRows;
  const int least = (tiles + most - 1) / most;
  const int units = (4 * p.threads + bands_down(p) - 1) / bands_down(p), wanted = p.threads > 1 && units < 2 ? 2 : units;
  return wanted < least ? least : wanted > tiles ? tiles : wanted;
}

static inline int strip_count(const Problem& p) { return bands_down(p) * strips_across(p); }

}  // namespace affinity
