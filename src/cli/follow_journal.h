// `tail -f` of a server whose output is in the journal.
#pragma once

#include <string>

#include "cli/console.h"
#include "control/outcome.h"

namespace slotwarden::cli {

// Has journalctl print what is added under that SYSLOG_IDENTIFIER from now on, until it is interrupted. Ends as
// journalctl does: it says itself what is wrong.
[[nodiscard]] control::ExitCode follow_journal(const Console& c, const std::string& identifier);

}  // namespace slotwarden::cli
