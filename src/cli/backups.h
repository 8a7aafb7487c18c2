// `slotwardenctl backups verify` and `backups export`, which need no daemon.
#pragma once

#include "cli/arguments.h"
#include "cli/console.h"
#include "control/outcome.h"

namespace slotwarden::cli {

// Both with a bar on a terminal while it takes longer than a moment.
[[nodiscard]] control::ExitCode verify_backups(const Console& c, const Globals& g, const Order& order, bool json);
[[nodiscard]] control::ExitCode export_backup(const Console& c, const Globals& g, const Order& order, bool json);

}  // namespace slotwarden::cli
