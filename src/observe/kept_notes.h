// Notes of kept copies that are not there. Reads only; blocking, for the workers.
#pragma once

#include <string>
#include <vector>

namespace slotwarden::observe {

// A removal was cut short between the copy and its note. The names of the copies.
[[nodiscard]] std::vector<std::string> notes_without_a_copy(const std::string& directory);

}  // namespace slotwarden::observe
