// One target frame as work for threads: rows to unpack and pack first, then strips of query tiles.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "frame.h"

namespace affinity {

// A thread's working memory, grown to the largest problem it has met.
class ScratchMemory {
 public:
  Scratch& reserve(const Problem& problem);

 private:
  size_t padded_ = 0, cols_ = 0, topK_ = 0, classes_ = 0;
  Scratch scratch_{};
  Buffer<uint8_t> queries_;
  Buffer<int32_t> products_, live_, hitKey_, slot_, distinct_;
  Buffer<uint32_t> hitMask_;
  Buffer<float> keyTerm_, floats_, centres_, panel_, fused_;
  Buffer<double> scores_, bounds_, sums_, offsets_, exactQueries_, exactKeys_, exact_;
  Buffer<Pending> pending_;
  Buffer<int64_t> ids_;
};

struct Outcome {
  int64_t survivors = 0, scored = 0;
  bool cancelled = false;
  int badPatch = -1;  // a row of the target that is not normalised
  double squares = 0;
};

// The first candidates of every patch of a target: where the next target will likely find its own.
struct Best {
  static constexpr int kMost = 16;
  std::vector<int32_t> groups, patches;  // patches x count; -1 past the end of a list
  std::vector<int32_t> keys;             // frame x 2 + restricted, by group
  int count = 0;
};

class Job {
 public:
  // `target` is unpacked from `raw`, which must live until the end; frames that are not ready are packed on the way.
  Job(const Backend* backend, std::shared_ptr<StoredFrame> target, RawFeatures raw);

  // To be filled before the job is started.
  Problem problem{};
  std::vector<Group> groups;
  std::vector<std::vector<int32_t>> positions, reaches;
  std::vector<int32_t> groupOfPosition;
  std::vector<std::shared_ptr<StoredFrame>> frames;
  std::vector<float> mean;
  // Of the previous target: see Problem::seedGroups.
  std::vector<int32_t> seedGroups, seedPatches;
  std::shared_ptr<Best> best;
  std::function<void(const Outcome&)> done;

  // Points the problem at the vectors above and counts the units.
  void seal();
  void cancel() { cancelled_ = true; }
  // False once every unit has been handed out.
  bool work(ScratchMemory& memory);

 private:
  struct Rows {
    StoredFrame* frame;
    int begin, end;
  };
  void prepare(const Rows& rows);
  void finish();

  const Backend* backend_;
  std::shared_ptr<StoredFrame> target_;
  RawFeatures raw_;
  std::vector<Rows> rows_;
  std::atomic<int> nextRows_{0}, rowsLeft_{0}, nextStrip_{0}, stripsLeft_{0};
  std::atomic<bool> cancelled_{false};
  std::atomic<int> badPatch_{-1};
  double squares_ = 0;
  std::atomic<int64_t> survivors_{0}, scored_{0};
};

}  // namespace affinity
