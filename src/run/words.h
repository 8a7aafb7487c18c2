// Quantities as people read them.
#pragma once

#include <chrono>
#include <string>

#include "facts/units.h"

namespace slotwarden::run {

// "512 B", "3.4 MiB", "1.2 GiB".
[[nodiscard]] std::string in_words(Bytes b);
// "0.4 s", "12 s", "3 min", "2 h".
[[nodiscard]] std::string in_words(std::chrono::milliseconds t);

}  // namespace slotwarden::run
