// What can follow what was typed so far.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slotwarden::cli {

// The words that complete the last, perhaps empty, word of `typed`: commands first; behind one, its options where a
// dash was begun, else `instances` (ports and policies as the daemon knows them) and all, or what the command takes
// instead.
[[nodiscard]] std::vector<std::string> completions(std::string_view typed, std::span<const std::string> instances);

}  // namespace slotwarden::cli
