// Policy files and what they inherit; host.toml, which is the host's policy. Part of `load`.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "config/document.h"
#include "config/load.h"

namespace slotwarden::config {

// Fills config.policies and the policies' entries of config.set_at. Returns the names of the policies that a problem is
// about, or that inherit from such a one.
[[nodiscard]] std::set<std::string> load_policies(const std::vector<SourceFile>& files, Config& config,
                                                  std::vector<Problem>& problems);

// Fills config.host_policy from those of the files whose name is host.toml, the first overriding the others.
void load_host_policy(const std::vector<SourceFile>& files, Config& config, std::vector<Problem>& problems);

}  // namespace slotwarden::config
