// The rules between values. Part of `load`, which must know whom a broken rule is about.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "config/config.h"

namespace slotwarden::config {

struct Conflict {
  Problem problem;
  std::vector<std::string> about;  // "host", "instance.0", "policy.cache": the parts that it makes unfit to run
};

[[nodiscard]] std::vector<Conflict> conflicts(const Config& config);

}  // namespace slotwarden::config
