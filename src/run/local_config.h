// The daemon's configuration as slotwardenctl reads it, where it does something without the daemon.
#pragma once

#include <string>
#include <vector>

#include "config/load.h"
#include "facts/result.h"
#include "facts/units.h"

namespace slotwarden::run {

// An empty name means /etc/slotwarden/slotwarden.toml. Every mistake in it is in the error.
[[nodiscard]] Result<config::Loaded> local_config(const std::string& file);

[[nodiscard]] Result<config::InstanceConfig> local_instance(const config::Loaded& loaded, Port port);

// Those that ports, policies' names or `all` name, each once; no target means all.
[[nodiscard]] Result<std::vector<config::InstanceConfig>> local_instances(const config::Loaded& loaded,
                                                                          const std::vector<std::string>& targets);

}  // namespace slotwarden::run
