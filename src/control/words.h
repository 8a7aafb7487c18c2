// A line that a person typed, as arguments.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "facts/result.h"

namespace slotwarden::control {

// Splits at blanks; "…" (with \" and \\) and '…' keep theirs. Fails on a quote that is not closed.
[[nodiscard]] Result<std::vector<std::string>> split_words(std::string_view line);

}  // namespace slotwarden::control
