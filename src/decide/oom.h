// Was a dead server ended by the kernel, for want of memory?
#pragma once

#include <cstdint>
#include <optional>

#include "facts/process.h"
#include "facts/verdict.h"

namespace slotwarden::decide {

// The kernel's counts of processes that it ended: while the server still ran, and once it was dead. Empty: not known.
struct OomCounts {
  std::optional<std::uint64_t> before;
  std::optional<std::uint64_t> after;
};

struct OomEvidence {
  ExitStatus status;
  OomCounts host;
  // Of the server's control group as it was moments before; empty where it shares that with others.
  OomCounts group;
  // A forked child of it was at work then: it is in the group too, and may be the one that was ended.
  bool child_at_work = true;
};

// Yes and no are proofs: it did not end by SIGKILL, nobody was ended for want of memory, or somebody was in a group
// that held only this server; by SIGKILL, or while it had no child. Unknown: ask the kernel's log.
[[nodiscard]] Tri killed_for_memory(const OomEvidence& e);

}  // namespace slotwarden::decide
