#pragma once
#include "kernel.h"

namespace affinity {

// Whether the backend gives the lists and labels of the definition on a small problem with ties, tails and a disc.
bool self_test(const Backend& backend);

}  // namespace affinity
