#include "job.h"

#include <algorithm>
#include <thread>

namespace affinity {

Scratch& ScratchMemory::reserve(const Problem& p) {
  const size_t padded = p.padded, cols = p.cols + 64, topK = p.topK, classes = p.classes;
  if (padded > padded_ || cols > cols_ || topK > topK_ || classes > classes_) {
    padded_ = std::max(padded, padded_);
    cols_ = std::max(cols, cols_);
    topK_ = std::max(topK, topK_);
    classes_ = std::max(classes, classes_);
    queries_ = make_buffer<uint8_t>(kMostTiles * kLanes * padded_);
    products_ = make_buffer<int32_t>(cols_ * kLanes);
    live_ = make_buffer<int32_t>(cols_);
    keyTerm_ = make_buffer<float>(cols_);
    hitKey_ = make_buffer<int32_t>(cols_);
    hitMask_ = make_buffer<uint32_t>(cols_);
    slot_ = make_buffer<int32_t>(cols_);
    distinct_ = make_buffer<int32_t>(cols_);
    floats_ = make_buffer<float>(kMostTiles * kLanes * padded_);
    centres_ = make_buffer<float>(kMostTiles * padded_);
    offsets_ = make_buffer<double>(cols_);
    panel_ = make_buffer<float>(16 * padded_);
    fused_ = make_buffer<float>(cols_ * kLanes);
    exactQueries_ = make_buffer<double>(kLanes * padded_);
    exactKeys_ = make_buffer<double>(8 * padded_);
    exact_ = make_buffer<double>(cols_ * kLanes);
    scores_ = make_buffer<double>(kMostTiles * kLanes * topK_);
    ids_ = make_buffer<int64_t>(kMostTiles * kLanes * topK_);
    bounds_ = make_buffer<double>(kMostTiles * kLanes * topK_);
    pending_ = make_buffer<Pending>(static_cast<size_t>(kMostTiles) * kLanes * kMostPending);
    sums_ = make_buffer<double>(classes_);
    scratch_ = {queries_.get(), products_.get(), live_.get(), keyTerm_.get(), hitKey_.get(), hitMask_.get(), floats_.get(),
                centres_.get(), panel_.get(), fused_.get(), offsets_.get(), exactQueries_.get(), exactKeys_.get(), exact_.get(),
                slot_.get(), distinct_.get(), scores_.get(), ids_.get(), bounds_.get(), pending_.get(), sums_.get(), 0, 0};
  }
  return scratch_;
}

Job::Job(const Backend* backend, std::shared_ptr<StoredFrame> target, RawFeatures raw)
    : backend_(backend), target_(std::move(target)), raw_(raw) {}

void Job::seal() {
  problem.groups = groups.data();
  problem.groupCount = static_cast<int>(groups.size());
  problem.groupOfPosition = groupOfPosition.data();
  problem.target = target_.get();
  problem.mean = mean.data();
  problem.seedGroups = seedGroups.data();
  problem.seedPatches = seedPatches.data();
  if (best) {
    best->count = std::min(problem.topK, Best::kMost);
    best->groups.assign(static_cast<size_t>(target_->patches) * best->count, -1);
    best->patches.assign(best->groups.size(), -1);
    problem.bestGroups = best->groups.data();
    problem.bestPatches = best->patches.data();
    problem.bestCount = best->count;
  }
  constexpr int kRowsPerUnit = 64;
  const auto add = [&](StoredFrame* frame) {
    for (int row = 0; row < frame->patches; row += kRowsPerUnit) {
      rows_.push_back({frame, row, std::min(frame->patches, row + kRowsPerUnit)});
    }
  };
  add(target_.get());
  for (auto& frame : frames) {
    if (frame->ready) continue;
    frame->ready = true;
    add(frame.get());
  }
  rowsLeft_ = static_cast<int>(rows_.size());
  stripsLeft_ = strip_count(problem);
}

void Job::prepare(const Rows& rows) {
  if (rows.frame == target_.get()) {
    double squares = 0;
    const int bad = rows.frame->unpack(raw_, rows.begin, rows.end, &squares);
    if (bad >= 0) {
      int none = -1;
      if (badPatch_.compare_exchange_strong(none, bad)) squares_ = squares;
      cancelled_ = true;
      return;
    }
  }
  if (backend_->pack) backend_->pack(*rows.frame, mean.data(), rows.begin, rows.end);
}

bool Job::work(ScratchMemory& memory) {
  const int unit = nextRows_++;
  if (unit < static_cast<int>(rows_.size())) {
    // Context is packed even by a cancelled job: the frame counts as ready from here on.
    prepare(rows_[unit]);
    rowsLeft_--;
    return true;
  }
  nextRows_ = static_cast<int>(rows_.size());
  while (rowsLeft_ > 0) std::this_thread::yield();
  const int strip = nextStrip_++;
  const int strips = strip_count(problem);
  if (strip >= strips) return false;
  if (!cancelled_) {
    Scratch& scratch = memory.reserve(problem);
    scratch.survivors = scratch.scored = 0;
    backend_->strip(problem, strip, scratch);
    survivors_ += scratch.survivors;
    scored_ += scratch.scored;
  }
  if (--stripsLeft_ == 0) finish();
  return strip + 1 < strips;
}

void Job::finish() {
  target_->ready = true;
  // Every strip is done. Whoever still holds the job must not keep dropped frames from being used again.
  frames.clear();
  target_.reset();
  done({survivors_, scored_, cancelled_, badPatch_, squares_});
}

}  // namespace affinity
