// A systemd scope: a cgroup of a server's own, which outlives the daemon.
#pragma once

#include <cstdint>
#include <string>

#include "facts/result.h"
#include "facts/units.h"

namespace slotwarden::adapters {

struct ScopeRequest {
  std::string unit;   // "slotwarden-7000.scope"
  std::string slice;  // "slotwarden.slice"
  std::string description;
  std::string stops_after;  // the unit that is stopped before this one when the host goes down
  Pid pid;                  // with everything that it will fork
  // -1: none. Weights as in systemd.resource-control(5).
  std::int64_t memory_max = -1;  // bytes
  std::int64_t tasks_max = -1;
  std::int64_t cpu_weight = -1;
  std::int64_t io_weight = -1;
};

// Whether systemd runs this host, and whether it also started us as a service.
[[nodiscard]] bool booted_by_systemd();
[[nodiscard]] bool started_by_systemd();

// Whether that, and as root: only then are scopes ours to ask for.
[[nodiscard]] bool scopes_available();

// A process that is in that scope already stays there, and the scope gets these limits. Asks systemd over the system
// bus and waits for its answer, for seconds at worst: never on the event loop. Fails with EEXIST while an earlier scope
// of this name is there; an empty one, which systemd has not noticed, is ended: try again.
[[nodiscard]] Result<void> place_in_scope(const ScopeRequest& r);

// Whether the host is being shut down or restarted, by systemd's word; false when it cannot be asked.
[[nodiscard]] bool host_is_stopping();

}  // namespace slotwarden::adapters
