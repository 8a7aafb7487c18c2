// slotwardenctl without a command: one command per line until exit, quit or the end of the input.
#pragma once

#include <span>
#include <string>

#include "cli/arguments.h"
#include "cli/console.h"

namespace slotwarden::cli {

// On a terminal: with line editing, completion and a history that outlives it, beginning with the status. Otherwise
// plain lines, such as a script or a pipe gives. Returns the exit code of the last command that did not end with 0.
[[nodiscard]] int prompt(const Console& c, const Globals& g);

}  // namespace slotwarden::cli
