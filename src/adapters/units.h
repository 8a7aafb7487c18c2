// systemd's units, asked and told over the system bus. Each call may wait for seconds: never on the event loop.
#pragma once

#include <optional>
#include <string>

#include "facts/result.h"
#include "facts/take_over.h"

namespace slotwarden::adapters {

// Whether systemd runs this host.
[[nodiscard]] bool systemd_runs();

// The unit that a process is counted to; empty when it is none's.
[[nodiscard]] Result<std::string> unit_of(Pid pid);
// What is in force now. nullopt: there is no such unit.
[[nodiscard]] Result<std::optional<Unit>> unit(const std::string& name);

// As `systemctl daemon-reload`.
[[nodiscard]] Result<void> reload_units();
// Puts a process into the control group of an active unit that has Delegate=.
[[nodiscard]] Result<void> attach(const std::string& unit, Pid pid);

}  // namespace slotwarden::adapters
