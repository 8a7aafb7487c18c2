// The policies that are built in, so that the program works where no policy file is found. policies/*.toml say the
// same, with a reason for each value.
#pragma once

#include <map>
#include <string>

#include "facts/policy.h"

namespace slotwarden::config {

// storage (the defaults of facts/policy.h) and cache, by name.
[[nodiscard]] std::map<std::string, Policy> shipped_policies();

}  // namespace slotwarden::config
