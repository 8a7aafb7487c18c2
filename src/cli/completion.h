// What can follow what was typed so far.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slotwarden::cli {

// The words that complete the last, perhaps empty, word of `typed`: commands first; behind one, its options where a
// dash was begun, else `instances` (ports and policies as the daemon knows them) and all, or what the command takes
// instead.
[[nodiscard]] std::vector<std::string> completions(std::string_view typed, std::span<const std::string> instances);

// What `slotwardenctl --complete` prints for a shell: `words` are those behind the program's name, the last one being
// the one that is begun. Options that stand before the command are passed over; `instances` is asked for the ports and
// policies of the daemon at the socket that they name, or at `socket`.
[[nodiscard]] std::vector<std::string> shell_completions(
    std::span<const std::string> words, std::string socket,
    const std::function<std::vector<std::string>(const std::string& socket)>& instances);

}  // namespace slotwarden::cli
