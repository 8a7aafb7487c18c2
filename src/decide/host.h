// Is this host fit for its servers? What is not as the policy wants it, and the writes that would make it so.
//
// Pure and total. A fact that was not learned gives no finding: HostSeen::blind names it.
// Converges: once every repair of a drift is carried out, in order and wherever it was interrupted, there is none left
// among the settings that have one.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "facts/finding.h"
#include "facts/host.h"
#include "facts/host_policy.h"

namespace slotwarden::decide {

// The host's own findings first, then each server's in the order of `seen`. A finding's mode is its setting's, or that
// of the whole policy where that allows less; what is off is not in it.
[[nodiscard]] std::vector<Finding> drift(const HostSeen& seen, const HostPolicy& policy);

// What enforcement would write, in this order.
[[nodiscard]] std::vector<Repair> enforced(const std::vector<Finding>& findings);

// The settings that drift() knows, as the manual lists them.
struct HostRule;
[[nodiscard]] std::span<const HostRule> host_rules();

}  // namespace slotwarden::decide
