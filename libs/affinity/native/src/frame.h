// A frame's memory: its exact values, its labels, and its packed form, which is written once and used while it is context.
#pragma once
#include <cstdlib>
#include <memory>

#include "kernel.h"

namespace affinity {

struct Free {
  void operator()(void* p) const { std::free(p); }
};
template <class T>
using Buffer = std::unique_ptr<T[], Free>;

// 64-byte aligned zeros.
template <class T>
Buffer<T> make_buffer(size_t count);

inline int padded_dim(int dim) { return (dim + 63) / 64 * 64; }

// Features as JavaScript gives them.
struct RawFeatures {
  const float* floats = nullptr;
  const uint16_t* halves = nullptr;
};

struct StoredFrame : Frame {
  StoredFrame(int patches, int dim, bool filtered);

  // Unpacks rows begin..end and checks their norms. Returns the first bad row or -1; `squares` is its sum of squares.
  int unpack(const RawFeatures& raw, int begin, int end, double* squares);
  void set_labels(const float* values, int classes);

  int dim;
  bool ready = false;  // packed

 private:
  Buffer<float> values_, labels_, scale_, error_, rest_, queryScale_, queryError_, queryNorm_, size_, offsetUp_;
  Buffer<double> square_, offset_;
  Buffer<uint8_t> packed_, fine_;
  Buffer<int32_t> sum_, fineSum_;
  Buffer<Parts> parts_;
};

}  // namespace affinity
