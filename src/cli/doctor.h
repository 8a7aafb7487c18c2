// `slotwardenctl doctor` and `slotwardenctl host`: is this host fit for its servers, and what mends it?
#pragma once

#include "cli/arguments.h"
#include "cli/console.h"
#include "control/outcome.h"

namespace slotwarden::cli {

// Prints what was found, for the targets of the order and for the host, and with `fix` carries out what can be. Ends
// with 0 when nothing is found (or is left), with 4 otherwise.
[[nodiscard]] control::ExitCode doctor(const Console& c, const Globals& g, const Order& order, bool json);

[[nodiscard]] control::ExitCode print_host_file(const Console& c, const Globals& g, const Order& order, bool json);

// `host restore` and `host enforce` while no daemon answers.
[[nodiscard]] control::ExitCode restore_host(const Console& c, const Globals& g, const Order& order, bool json);

}  // namespace slotwarden::cli
