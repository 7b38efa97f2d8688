#include "backends.h"

#include "self_test.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace affinity {
namespace {

#if defined(__x86_64__)
bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

bool has_avxvnni() {
  unsigned a, b, c, d;
  return has_avx2() && __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & 1u << 4);
}

bool has_avx512vnni() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vnni") && has_avx2();
}

bool has_amxint8() {
  unsigned a, b, c, d;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return false;
  constexpr unsigned kTile = 1u << 24, kInt8 = 1u << 25;
  return (d & kTile) && (d & kInt8) && has_avx512vnni();
}
#else
bool has_avx2() { return false; }
bool has_avxvnni() { return false; }
bool has_avx512vnni() { return false; }
bool has_amxint8() { return false; }
#endif

// Linux hands out the 8 kB of tile registers on request only, per process.
bool may_use_tiles() {
#if defined(__linux__) && defined(__x86_64__)
  constexpr int kRequestPermission = 0x1023, kTileData = 18;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
#else
  return false;
#endif
}

Choice choose(const char* name, const Backend* backend, bool supported) {
  if (!backend) return {name, nullptr, "was not built for this processor family"};
  if (!supported) return {name, nullptr, "needs instructions this processor lacks"};
  if (!self_test(*backend)) return {name, nullptr, "failed its self-test"};
  return {name, backend, ""};
}

}  // namespace

const std::vector<Choice>& choices() {
  static const std::vector<Choice> all = [] {
    std::vector<Choice> list;
    const bool amx = has_amxint8();
    list.push_back(choose("amxint8", amxint8_backend(), amx && may_use_tiles()));
    if (amx && !list.back().backend && list.back().reason[0] == 'n') list.back().reason = "is refused by the kernel";
    list.push_back(choose("avx512vnni", avx512vnni_backend(), has_avx512vnni()));
    list.push_back(choose("avxvnni", avxvnni_backend(), has_avxvnni()));
    list.push_back(choose("avx2", avx2_backend(), has_avx2()));
    list.push_back(choose("serial", serial_backend(), true));
    return list;
  }();
  return all;
}

}  // namespace affinity
