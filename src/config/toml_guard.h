// What version 3.3 of the TOML library does not survive, found before it sees the text: a character outside of quotes
// and comments that is not ASCII (undefined behaviour for most of U+00A0 to U+0499), and dotted keys so long that their
// tables exhaust the stack.
#pragma once

#include <optional>

#include "config/document.h"

namespace slotwarden::config {

// nullopt: the library may parse the text. That does not say that it is TOML.
[[nodiscard]] std::optional<Problem> hazard(const SourceFile& file);

}  // namespace slotwarden::config
