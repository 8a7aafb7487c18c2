// `slotwardenctl adopt` and `slotwardenctl give-back`.
#pragma once

#include "cli/arguments.h"
#include "cli/console.h"
#include "control/outcome.h"

namespace slotwarden::cli {

// Shows the servers that run here without slotwarden; or takes those that the order names over, one after another,
// after showing what will be done to each.
[[nodiscard]] control::ExitCode adopt(const Console& c, const Globals& g, const Order& order, bool json);

[[nodiscard]] control::ExitCode give_back(const Console& c, const Globals& g, const Order& order, bool json);

}  // namespace slotwarden::cli
