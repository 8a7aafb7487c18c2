// What the daemon shows of an instance: its status, and the evidence behind its verdict.
#pragma once

#include "control/explanation.h"
#include "control/status.h"
#include "run/services.h"

namespace slotwarden::run {

// What the rule that keeps it down does not say by itself: which file, which process. Empty when there is nothing to
// add.
[[nodiscard]] std::string held_detail(const Instance& i);
[[nodiscard]] control::InstanceStatus status_of(const Instance& i);
[[nodiscard]] control::Explanation explanation_of(const Instance& i, const Services& s);

}  // namespace slotwarden::run
