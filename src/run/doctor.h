// `slotwardenctl doctor` and `slotwardenctl host` on this host, without a daemon.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "control/host_report.h"
#include "control/outcome.h"
#include "facts/result.h"
#include "observe/host_settings.h"

namespace slotwarden::run {

// Each reads the configuration anew; an empty name means /etc/slotwarden/slotwarden.toml, which need not exist: the
// shipped policies hold then. Blocking, with an event loop of its own.

// The configuration, or what holds where there is none. A mistake in it is an error: judging by half of a policy would
// call a host fit that is not.
[[nodiscard]] Result<config::Config> configuration(const std::string& config_file);
// Where packages put the file of a server that does not name it in its command line any more; empty: not found.
[[nodiscard]] std::string usual_file(const observe::RunningServer& r);

// Every server of the configuration that runs, and every other one.
[[nodiscard]] Result<control::HostReport> look_at_this_host(const std::string& config_file);

// What the kernel's file had before is remembered in state_dir, where that can be written.
[[nodiscard]] Result<std::string> repair_this_host(const std::string& config_file, const Repair& repair);

[[nodiscard]] Result<std::string> print_host_file(const std::string& config_file, const std::string& topic);

// Writes the remembered values back, and keeps the daemon from enforcing its policy from then on; or lets it again.
[[nodiscard]] Result<std::vector<control::Outcome>> restore_this_host(const std::string& config_file, bool restore);

}  // namespace slotwarden::run
