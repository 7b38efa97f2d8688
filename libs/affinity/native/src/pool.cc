#include "pool.h"

#include <algorithm>

namespace affinity {

Pool::Pool(int threads) {
  for (int i = 0; i < threads; i++) threads_.emplace_back([this] { run(); });
}

void Pool::start(std::shared_ptr<Job> job) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (closing_) job->cancel();
    jobs_.push_back(job);
  }
  wake_.notify_all();
}

void Pool::close() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    closing_ = true;
    for (auto& job : jobs_) job->cancel();
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

void Pool::run() {
  ScratchMemory memory;
  for (;;) {
    std::shared_ptr<Job> job;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      wake_.wait(lock, [this] { return closing_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      job = jobs_.front();
    }
    while (job->work(memory)) {
    }
    std::lock_guard<std::mutex> lock(mutex_);
    const auto at = std::find(jobs_.begin(), jobs_.end(), job);
    if (at != jobs_.end()) jobs_.erase(at);
  }
}

}  // namespace affinity
