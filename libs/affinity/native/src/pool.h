// The addon's own threads: libuv's four stay free for files and DNS.
#pragma once
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "job.h"

namespace affinity {

class Pool {
 public:
  explicit Pool(int threads);
  ~Pool() { close(); }

  void start(std::shared_ptr<Job> job);
  // Cancels what is running, waits for the threads. Every job's `done` has been called afterwards.
  void close();

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Job>> jobs_;
  std::vector<std::thread> threads_;
  bool closing_ = false;
};

}  // namespace affinity
