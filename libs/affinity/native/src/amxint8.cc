// int8 filter on AMX tiles (Sapphire Rapids and later), survivors scored exactly.
//
// One tile instruction multiplies 16 keys by 16 queries over 64 dimensions. Keys are read as they lie in the packed frame, 16
// consecutive patches of a row of the grid; the tile's queries are laid out once, 4 dimensions of 16 queries per row.
// Up to 3 x 2 sums stay in the tile registers; the two others hold the operands.
#include "kernel.h"

#if defined(__AMX_INT8__)
#include "simd512.h"
#include "strip.h"

namespace affinity {
namespace {

constexpr int kKeys = 16;

struct alignas(64) TileConfiguration {
  uint8_t palette = 1, startRow = 0, reserved[14] = {};
  uint16_t bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

// Products of 16 x BLOCKS keys and 16 queries, to out[key][lane] with 32 lanes a key.
template <int BLOCKS>
void multiply_half(const int8_t* keys, size_t padded, const uint8_t* queries, int32_t* out) {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  for (size_t d = 0; d < padded; d += 64) {
    _tile_loadd(7, queries + 32 * d, 128);
    _tile_loadd(6, keys + d, padded);
    _tile_dpbssd(0, 6, 7);
    if constexpr (BLOCKS > 1) {
      _tile_loadd(5, keys + kKeys * padded + d, padded);
      _tile_dpbssd(1, 5, 7);
    }
    if constexpr (BLOCKS > 2) {
      _tile_loadd(4, keys + 2 * kKeys * padded + d, padded);
      _tile_dpbssd(2, 4, 7);
    }
  }
  constexpr int kRow = kLanes * 4;
  _tile_stored(0, out, kRow);
  if constexpr (BLOCKS > 1) _tile_stored(1, out + kKeys * kLanes, kRow);
  if constexpr (BLOCKS > 2) _tile_stored(2, out + 2 * kKeys * kLanes, kRow);
}

// The same with 32 queries.
template <int BLOCKS>
void multiply(const int8_t* keys, size_t padded, const uint8_t* queries, int32_t* out) {
  _tile_zero(0);
  _tile_zero(1);
  if constexpr (BLOCKS > 1) {
    _tile_zero(2);
    _tile_zero(3);
  }
  if constexpr (BLOCKS > 2) {
    _tile_zero(4);
    _tile_zero(5);
  }
  const size_t next = kKeys * padded;
  for (size_t d = 0; d < padded; d += 64) {
    // 16 rows of 4 dimensions x 16 queries; the second half of the lanes 64 bytes on.
    const uint8_t* q = queries + 32 * d;
    _tile_loadd(6, keys + d, padded);
    _tile_loadd(7, q, 128);
    _tile_dpbssd(0, 6, 7);
    if constexpr (BLOCKS == 1) {
      _tile_loadd(7, q + 64, 128);
      _tile_dpbssd(1, 6, 7);
    } else if constexpr (BLOCKS == 2) {
      // Four registers are free: both operands of both sides are loaded once.
      _tile_loadd(4, keys + next + d, padded);
      _tile_loadd(5, q + 64, 128);
      _tile_dpbssd(2, 4, 7);
      _tile_dpbssd(1, 6, 5);
      _tile_dpbssd(3, 4, 5);
    } else {
      _tile_loadd(7, q + 64, 128);
      _tile_dpbssd(1, 6, 7);
      _tile_loadd(6, keys + next + d, padded);
      _tile_dpbssd(3, 6, 7);
      _tile_loadd(7, q, 128);
      _tile_dpbssd(2, 6, 7);
      _tile_loadd(6, keys + 2 * next + d, padded);
      _tile_dpbssd(4, 6, 7);
      _tile_loadd(7, q + 64, 128);
      _tile_dpbssd(5, 6, 7);
    }
  }
  constexpr int kRow = kLanes * 4;
  _tile_stored(0, out, kRow);
  _tile_stored(1, out + 16, kRow);
  if constexpr (BLOCKS > 1) {
    _tile_stored(2, out + kKeys * kLanes, kRow);
    _tile_stored(3, out + kKeys * kLanes + 16, kRow);
  }
  if constexpr (BLOCKS > 2) {
    _tile_stored(4, out + 2 * kKeys * kLanes, kRow);
    _tile_stored(5, out + 2 * kKeys * kLanes + 16, kRow);
  }
}

using Products = void (*)(const int8_t*, size_t, const uint8_t*, int32_t*);
constexpr Products kProducts[2][3] = {{multiply_half<1>, multiply_half<2>, multiply_half<3>}, {multiply<1>, multiply<2>, multiply<3>}};

struct AmxInt8 : Common512<0> {
  static int filter(const Problem&, const Tile& t, const Frame& f, int first, int count, const int* widths, Scratch& s) {
    const int halves = halves_of(widths);
    key_terms(f, first, count, t.maxNorm, t.maxError, s.keyTerm);
    const int8_t* packed = f.packed;
    int hits = 0;
    for (int key = 0; key < count;) {
      const int left = (count - key + kKeys - 1) / kKeys;
      const int blocks = left == 4 || left == 2 ? 2 : least(left, 3);
      const int8_t* keys = packed + (static_cast<size_t>(first) + key) * f.padded;
      kProducts[halves == 3][blocks - 1](keys, f.padded, t.queries + (halves == 2 ? 64 : 0), s.products + (halves == 2 ? 16 : 0));
      hits = compare(t, f, first, key, least(blocks * kKeys, count - key), halves, s, hits);
      key += blocks * kKeys;
    }
    return hits;
  }

  static int compare(const Tile& t, const Frame& f, int first, int key, int count, int halves, Scratch& s, int hits) {
    const float* scales = f.scale + first + key;
    const float* terms = s.keyTerm + key;
    for (int j = 0; j < count; j++) {
      const int32_t* products = s.products + j * kLanes;
      uint32_t mask = 0;
      if (halves & 1) mask |= passing(t, 0, _mm512_load_si512(products), scales[j], terms[j]);
      if (halves & 2) mask |= passing(t, 1, _mm512_load_si512(products + 16), scales[j], terms[j]);
      s.hitKey[hits] = key + j;
      s.hitMask[hits] = mask;
      hits += mask != 0;
    }
    return hits;
  }
};

// The tile registers belong to the work on one strip, so that a thread that ends work leaves no state behind.
void strip(const Problem& p, int index, Scratch& s) {
  static const TileConfiguration configuration;
  _tile_loadconfig(&configuration);
  propagate_strip<AmxInt8>(p, index, s);
  _tile_release();
}

}  // namespace

const Backend* amxint8_backend() {
  static const Backend backend = {"amxint8", pack_int8<Packing::kPlain>, strip};
  return &backend;
}

}  // namespace affinity
#else
const affinity::Backend* affinity::amxint8_backend() { return nullptr; }
#endif
