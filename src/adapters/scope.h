// A systemd scope: a cgroup of a server's own, which outlives the daemon.
#pragma once

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
};

// Whether systemd runs this host and started us as a service: only then are scopes ours to ask for.
[[nodiscard]] bool scopes_available();

// Done as well when the process is in that scope already. Asks systemd over the system bus and waits for its answer,
// for seconds at worst: never on the event loop.
[[nodiscard]] Result<void> place_in_scope(const ScopeRequest& r);

// Whether the host is being shut down or restarted, by systemd's word; false when it cannot be asked.
[[nodiscard]] bool host_is_stopping();

}  // namespace slotwarden::adapters
