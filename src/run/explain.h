// What the daemon shows of an instance: its status, and the evidence behind its verdict.
#pragma once

#include "control/explanation.h"
#include "control/status.h"
#include "run/services.h"

namespace slotwarden::run {

[[nodiscard]] control::InstanceStatus status_of(const Instance& i);
[[nodiscard]] control::Explanation explanation_of(const Instance& i, const Services& s);

}  // namespace slotwarden::run
