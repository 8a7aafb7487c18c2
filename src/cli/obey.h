// One command, from what was typed to its exit code.
#pragma once

#include <span>
#include <string>

#include "cli/arguments.h"
#include "cli/console.h"
#include "control/outcome.h"

namespace slotwarden::cli {

[[nodiscard]] control::ExitCode obey(const Console& c, const Globals& g, std::span<const std::string> words);

}  // namespace slotwarden::cli
