// What is found when the settings of a host are looked at: by the daemon, or by slotwardenctl itself.
#pragma once

#include <string>
#include <vector>

#include "control/json.h"
#include "facts/finding.h"
#include "facts/units.h"

namespace slotwarden::control {

struct LookedAtServer {
  Port port;
  Pid pid;
  std::string policy;  // by which it was judged
  bool managed = false;
};

struct HostReport {
  std::vector<Finding> findings;
  std::vector<std::string> blind;  // what could not be looked at, and why
  std::vector<LookedAtServer> servers;
  bool kept = false;  // a daemon runs here, and enforces the policy
};

// Whether slotwarden itself keeps what the finding is about.
[[nodiscard]] bool is_kept(const HostReport& r, const Finding& f);

// Most severe first; of one severity the host's before the servers'.
void sort_by_severity(std::vector<Finding>& findings);

[[nodiscard]] Json to_json(const HostReport& r);

}  // namespace slotwarden::control
