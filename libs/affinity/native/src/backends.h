// Which kernels this machine can run.
#pragma once
#include <string>
#include <vector>

#include "kernel.h"

namespace affinity {

struct Choice {
  std::string name;
  const Backend* backend;  // null if it cannot be used
  std::string reason;      // why not
};

// All backends, fastest first, each tested on one small problem. Decided once per process.
const std::vector<Choice>& choices();

}  // namespace affinity
