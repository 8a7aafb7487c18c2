// What the daemon shows of an instance: its status, and the evidence behind its verdict.
#pragma once

#include "control/explanation.h"
#include "control/status.h"
#include "run/services.h"

namespace slotwarden::run {

// What the rule that keeps it down does not say by itself: which file, which process. Empty when there is nothing to
// add.
[[nodiscard]] std::string held_detail(const Instance& i);
// What would change the verdict, for this port: the rules' texts say PORT. Empty for a verdict to go.
[[nodiscard]] std::string release_of(const Verdict& v, Port port);
// Why, and what would change it, as one paragraph.
[[nodiscard]] std::string told(const Verdict& v, Port port);
[[nodiscard]] control::InstanceStatus status_of(const Instance& i);
[[nodiscard]] control::Explanation explanation_of(const Instance& i, const Services& s);

}  // namespace slotwarden::run
