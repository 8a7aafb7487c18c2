// What happens in a new process between fork and exec.
#pragma once

#include <sys/resource.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/account.h"

namespace slotwarden::adapters {

// The step at which a child stands, for the parent to name if it fails.
enum class Step { start, session, signals, identity, limits, descriptors, user, parent, directory, execute };

// Lies in memory that parent and child share; written by the child only.
struct Progress {
  Step step = Step::start;
  std::uint64_t nofile_granted = 0;
};

// Everything the child needs, made ready before the fork.
struct ChildPlan {
  int umask = 0077;
  std::string identity_file;       // empty: none
  std::string identity_temporary;  // beside it
  std::string boot_id;             // with its newline
  std::string oom_score_adj;       // as text
  rlim_t nofile = 0;               // 0: unchanged
  rlim_t core = RLIM_INFINITY;
  std::optional<rlim_t> nproc;
  int input = -1;  // both above 2
  int output = -1;
  int inherited = -1;
  std::optional<Account> become;  // unset: stay who we are
  std::string directory;
  int dies_with = 0;  // the pid of the parent whose end is its own; 0: it outlives us
};

// Called in the child only, where no thread but ours exists and locks may be held for ever: makes system calls and
// nothing else (no allocation, no name look-up, no stdio). Returns 0 or the errno of the step that `progress` names.
[[nodiscard]] int prepare_child(const ChildPlan& plan, Progress& progress) noexcept;

}  // namespace slotwarden::adapters
