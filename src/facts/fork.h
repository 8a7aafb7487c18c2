// What a server forks, and what such a child costs.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "facts/units.h"

namespace slotwarden {

// full_sync: it feeds replicas directly and leaves no file. A sync by way of a file is an rdb_save.
enum class ForkKind { unknown, rdb_save, aof_rewrite, full_sync, module_fork, slot_migration };

[[nodiscard]] constexpr std::string_view name(ForkKind k) {
  switch (k) {
    case ForkKind::unknown: return "fork";
    case ForkKind::rdb_save: return "save";
    case ForkKind::aof_rewrite: return "rewrite";
    case ForkKind::full_sync: return "full sync";
    case ForkKind::module_fork: return "module";
    case ForkKind::slot_migration: return "slot migration";
  }
  return "";
}

// A child as the kernel knows it; the pid and the start together name it for ever.
struct ForkedChild {
  Pid pid;
  Pid server;
  ForkKind kind = ForkKind::unknown;
  std::uint64_t start_ticks = 0;
  friend bool operator==(const ForkedChild&, const ForkedChild&) = default;
};

// One fork that was observed. `whole` false: it was ended when only `share` of its work was done.
struct ForkSample {
  Bytes cow;
  Bytes memory;  // used by the server when it forked
  std::chrono::milliseconds took{0};
  double changes = 0;  // keys written meanwhile
  double share = 1;    // of the work, 0 to 1
  friend bool operator==(const ForkSample&, const ForkSample&) = default;
};

}  // namespace slotwarden
