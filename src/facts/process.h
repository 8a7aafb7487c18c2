// A server process as the kernel knows it, and how it ended.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "facts/units.h"
#include "facts/verdict.h"

namespace slotwarden {

// supervisord's words for the state of a process, plus LOADING (it reads its dataset) and HELD (a rule keeps it down).
enum class ProcessState { stopped, starting, loading, running, stopping, backoff, exited, fatal, held };

[[nodiscard]] constexpr std::string_view name(ProcessState s) {
  switch (s) {
    case ProcessState::stopped: return "STOPPED";
    case ProcessState::starting: return "STARTING";
    case ProcessState::loading: return "LOADING";
    case ProcessState::running: return "RUNNING";
    case ProcessState::stopping: return "STOPPING";
    case ProcessState::backoff: return "BACKOFF";
    case ProcessState::exited: return "EXITED";
    case ProcessState::fatal: return "FATAL";
    case ProcessState::held: return "HELD";
  }
  return "";
}

// Names one process for ever: a pid alone is reused, the three together are not.
struct ProcessIdentity {
  Pid pid;
  // Field 22 of /proc/PID/stat: clock ticks between boot and the process's start.
  std::uint64_t start_ticks = 0;
  // /proc/sys/kernel/random/boot_id at that time.
  std::string boot_id;
  friend bool operator==(const ProcessIdentity&, const ProcessIdentity&) = default;
};

// How a process ended. Neither is set when the kernel could not tell us, as for an adopted server.
struct ExitStatus {
  std::optional<int> code;
  std::optional<int> signal;
  // Whether the kernel's OOM killer ended it.
  Tri oom = Tri::unknown;
  friend bool operator==(const ExitStatus&, const ExitStatus&) = default;
};

// "exit code 1", "signal 9 (SIGKILL), by the OOM killer", "exit status unknown (adopted)".
[[nodiscard]] std::string describe(const ExitStatus& e);

}  // namespace slotwarden
