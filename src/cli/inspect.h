// `slotwardenctl inspect`: is this dump the real one, and what is in it?
#pragma once

#include "cli/arguments.h"
#include "cli/console.h"
#include "control/outcome.h"

namespace slotwarden::cli {

// Reads the file or the port's dataset, with a bar on a terminal while that takes longer than a moment, and prints what
// it is worth. Ends as control::exit_code(Inspection) says.
[[nodiscard]] control::ExitCode inspect(const Console& c, const Globals& g, const Order& order, bool json);

}  // namespace slotwarden::cli
