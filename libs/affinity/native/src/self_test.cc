#include "self_test.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

#include "job.h"

namespace affinity {
namespace {

struct Result {
  std::vector<float> labels;
  std::vector<int32_t> counts, positions, patches;
  std::vector<double> scores;
  bool operator==(const Result& o) const {
    return labels == o.labels && counts == o.counts && positions == o.positions && patches == o.patches && scores == o.scores;
  }
};

Result solve(const Backend& backend, Path path) {
  constexpr int kRows = 6, kCols = 37, kDim = 70, kClasses = 3, kTopK = 4, kFrames = 3, kPatches = kRows * kCols;
  uint32_t state = 1;
  const auto random = [&] {
    state = state * 1664525u + 1013904223u;
    return static_cast<float>(state >> 8) / 16777216.0f - 0.3f;
  };
  std::vector<float> raw(static_cast<size_t>(kPatches) * kDim), labels(kPatches * kClasses);
  std::vector<std::shared_ptr<StoredFrame>> frames;
  for (int f = 0; f < kFrames; f++) {
    // The last two frames are the same, so that every candidate of them ties.
    for (int patch = 0; patch < kPatches && f != 2; patch++) {
      double squares = 0;
      float* row = raw.data() + static_cast<size_t>(patch) * kDim;
      for (int d = 0; d < kDim; d++) row[d] = random(), squares += static_cast<double>(row[d]) * row[d];
      for (int d = 0; d < kDim; d++) row[d] = static_cast<float>(row[d] / std::sqrt(squares));
    }
    for (float& label : labels) label = random();
    frames.push_back(std::make_shared<StoredFrame>(kPatches, kDim, backend.pack != nullptr));
    double unused;
    frames.back()->unpack({raw.data(), nullptr}, 0, kPatches, &unused);
    frames.back()->set_labels(labels.data(), kClasses);
  }
  for (float& value : raw) value = -value;
  Result r{std::vector<float>(kPatches * kClasses), std::vector<int32_t>(kPatches), std::vector<int32_t>(kPatches * kTopK),
           std::vector<int32_t>(kPatches * kTopK), std::vector<double>(kPatches * kTopK)};
  Job job(&backend, std::make_shared<StoredFrame>(kPatches, kDim, backend.pack != nullptr), {raw.data(), nullptr});
  Problem& p = job.problem;
  p.path = path;
  p.threads = 1;
  p.rows = kRows;
  p.cols = kCols;
  p.dim = kDim;
  p.padded = padded_dim(kDim);
  p.classes = kClasses;
  p.topK = kTopK;
  p.temperature = 0.1;
  p.normalise = true;
  p.labels = r.labels.data();
  p.counts = r.counts.data();
  p.positions = r.positions.data();
  p.patches = r.patches.data();
  p.scores = r.scores.data();
  job.frames = frames;
  job.positions = {{2}, {1}, {0}};
  job.reaches = {{3, 3, 2}, {18, 18, 18, 17, 17, 17}, {36, 36, 36, 36, 36, 36}};
  job.groupOfPosition = {2, 1, 0};
  for (int g = 0; g < kFrames; g++) {
    const auto& reach = job.reaches[g];
    job.groups.push_back({frames[kFrames - 1 - g].get(), job.positions[g].data(), 1, reach.data(), static_cast<int>(reach.size())});
  }
  job.mean.assign(p.padded, 0.01f);
  for (float m : job.mean) p.meanSquare += m * m;
  job.done = [](const Outcome&) {};
  job.seal();
  ScratchMemory memory;
  while (job.work(memory)) {
  }
  return r;
}

}  // namespace

bool self_test(const Backend& backend) {
  static const Result truth = solve(*serial_backend(), Path::kAuto);
  const Path paths[] = {Path::kAuto, Path::kFilter, Path::kFused, Path::kExact};
  return std::all_of(std::begin(paths), std::end(paths), [&](Path path) { return solve(backend, path) == truth; });
}

}  // namespace affinity
