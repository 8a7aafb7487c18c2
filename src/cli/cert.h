// `slotwardenctl cert`: the certificates by which the wardens of several hosts know each other.
#pragma once

#include "cli/arguments.h"
#include "cli/console.h"
#include "control/outcome.h"

namespace slotwarden::cli {

// Prints what was made, or what is there. `show` ends with 1 where one of them has expired.
[[nodiscard]] control::ExitCode cert(const Console& c, const Globals& g, const Order& order, bool json);

}  // namespace slotwarden::cli
