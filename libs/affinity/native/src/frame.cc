#include "frame.h"

#include <cmath>
#include <cstring>
#include <new>

namespace affinity {

template <class T>
Buffer<T> make_buffer(size_t count) {
  const size_t bytes = (count * sizeof(T) + 63) / 64 * 64 + 64;
  void* p = std::aligned_alloc(64, bytes);
  if (!p) throw std::bad_alloc();
  std::memset(p, 0, bytes);
  return Buffer<T>(static_cast<T*>(p));
}
template Buffer<float> make_buffer(size_t);
template Buffer<double> make_buffer(size_t);
template Buffer<uint8_t> make_buffer(size_t);
template Buffer<int32_t> make_buffer(size_t);
template Buffer<uint32_t> make_buffer(size_t);
template Buffer<int64_t> make_buffer(size_t);
template Buffer<Pending> make_buffer(size_t);
template Buffer<Parts> make_buffer(size_t);

namespace {

constexpr double kNormTolerance = 1e-2;

// fp16 to fp32, exact: the exponent is moved by a multiplication, which also normalises subnormal numbers.
float half_value(uint16_t bits) {
  uint32_t word = static_cast<uint32_t>(bits & 0x7fff) << 13;
  float value;
  if ((bits & 0x7c00) == 0x7c00) {
    word |= 0x7f800000;
    std::memcpy(&value, &word, 4);
  } else {
    std::memcpy(&value, &word, 4);
    value *= 0x1p112f;
  }
  return bits & 0x8000 ? -value : value;
}

}  // namespace

StoredFrame::StoredFrame(int patchCount, int dimension, bool filtered) : dim(dimension) {
  patches = patchCount;
  padded = padded_dim(dimension);
  const size_t rows = static_cast<size_t>(patches);
  values_ = make_buffer<float>(rows * padded);
  values = values_.get();
  square_ = make_buffer<double>(rows);
  square = square_.get();
  if (!filtered) return;
  packed_ = make_buffer<uint8_t>((rows + kSlackRows) * padded);
  packed = reinterpret_cast<int8_t*>(packed_.get());
  const size_t terms = rows + kSlackRows;
  scale_ = make_buffer<float>(terms);
  error_ = make_buffer<float>(terms);
  rest_ = make_buffer<float>(terms);
  queryScale_ = make_buffer<float>(terms);
  queryError_ = make_buffer<float>(terms);
  queryNorm_ = make_buffer<float>(terms);
  size_ = make_buffer<float>(terms);
  offset_ = make_buffer<double>(terms);
  offsetUp_ = make_buffer<float>(terms);
  sum_ = make_buffer<int32_t>(terms);
  fineSum_ = make_buffer<int32_t>(terms);
  parts_ = make_buffer<Parts>(terms);
  fine_ = make_buffer<uint8_t>(rows * padded);
  scale = scale_.get();
  error = error_.get();
  rest = rest_.get();
  queryScale = queryScale_.get();
  queryError = queryError_.get();
  queryNorm = queryNorm_.get();
  size = size_.get();
  offset = offset_.get();
  offsetUp = offsetUp_.get();
  sum = sum_.get();
  fineSum = fineSum_.get();
  parts = parts_.get();
  fine = reinterpret_cast<int8_t*>(fine_.get());
}

int StoredFrame::unpack(const RawFeatures& raw, int begin, int end, double* squares) {
  for (int patch = begin; patch < end; patch++) {
    float* out = values_.get() + static_cast<size_t>(patch) * padded;
    const size_t at = static_cast<size_t>(patch) * dim;
    if (raw.halves) {
      for (int d = 0; d < dim; d++) out[d] = half_value(raw.halves[at + d]);
    } else {
      std::memcpy(out, raw.floats + at, dim * sizeof(float));
    }
    double sums[8] = {};
    for (int d = 0; d < padded; d += 8) {
      for (int lane = 0; lane < 8; lane++) sums[lane] += static_cast<double>(out[d + lane]) * out[d + lane];
    }
    double sum = 0;
    for (double s : sums) sum += s;
    if (!(std::fabs(std::sqrt(sum) - 1) <= kNormTolerance)) {
      *squares = sum;
      return patch;
    }
    square_[patch] = sum;
  }
  return -1;
}

void StoredFrame::set_labels(const float* source, int classes) {
  const size_t count = static_cast<size_t>(patches) * classes;
  if (!labels_) labels_ = make_buffer<float>(count);
  std::memcpy(labels_.get(), source, count * sizeof(float));
  labels = labels_.get();
}

}  // namespace affinity
