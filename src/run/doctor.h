// `slotwardenctl doctor` and `slotwardenctl host` on this host, without a daemon.
#pragma once

#include <string>
#include <vector>

#include "control/host_report.h"
#include "control/outcome.h"
#include "facts/result.h"

namespace slotwarden::run {

// Each reads the configuration anew; an empty name means /etc/slotwarden/slotwarden.toml, which need not exist: the
// shipped policies hold then. Blocking, with an event loop of its own.

// Every server of the configuration that runs, and every other one.
[[nodiscard]] Result<control::HostReport> look_at_this_host(const std::string& config_file);

// What the kernel's file had before is remembered in state_dir, where that can be written.
[[nodiscard]] Result<std::string> repair_this_host(const std::string& config_file, const Repair& repair);

[[nodiscard]] Result<std::string> print_host_file(const std::string& config_file, const std::string& topic);

// Writes the remembered values back, and keeps the daemon from enforcing its policy from then on; or lets it again.
[[nodiscard]] Result<std::vector<control::Outcome>> restore_this_host(const std::string& config_file, bool restore);

}  // namespace slotwarden::run
