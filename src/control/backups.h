// BACKUPS: the copies kept beside each instance's data, oldest first.
#pragma once

#include <string>
#include <vector>

#include "control/json.h"
#include "facts/kept_copy.h"
#include "facts/rehearsal.h"
#include "facts/result.h"

namespace slotwarden::control {

struct ListedCopy {
  KeptCopy copy{};
  bool in_place = false;  // it is the server's dump as well
  std::string trouble{};  // why its note cannot be believed
};

struct PortBackups {
  Port port{};
  bool enabled = false;
  std::string trouble{};  // its last save was found bad
  std::string doing{};    // what is read or loaded at this moment, for people
  std::vector<ListedCopy> copies{};
  Rehearsed rehearsed{};
};

[[nodiscard]] Json to_json(const std::vector<PortBackups>& all);
[[nodiscard]] Result<std::vector<PortBackups>> backups_from_json(const Json& j);

}  // namespace slotwarden::control
