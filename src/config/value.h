// One option's value, from TOML and back, by the type it has in the configuration.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "config/document.h"
#include "config/options.h"
#include "facts/host_policy.h"
#include "facts/windows.h"

namespace slotwarden::config {

// Stores the node's value. On failure `into` is untouched, and the answer says what is wrong and what to write; it
// begins so that it can follow the option's name and a space.
using Complaint = std::optional<std::string>;
[[nodiscard]] Complaint take(const Node& node, const Option& option, std::string& into);
[[nodiscard]] Complaint take(const Node& node, const Option& option, bool& into);
[[nodiscard]] Complaint take(const Node& node, const Option& option, int& into);
[[nodiscard]] Complaint take(const Node& node, const Option& option, std::int64_t& into);
[[nodiscard]] Complaint take(const Node& node, const Option& option, std::uint64_t& into);
[[nodiscard]] Complaint take(const Node& node, const Option& option, std::chrono::milliseconds& into);
[[nodiscard]] Complaint take(const Node& node, const Option& option, Port& into);
[[nodiscard]] Complaint take(const Node& node, const Option& option, LogLevel& into);
[[nodiscard]] Complaint take(const Node& node, const Option& option, Mode& into);
[[nodiscard]] Complaint take(const Node& node, const Option& option, Windows& into);

// The value as it would be written in TOML; `take` reads it back as the same value.
[[nodiscard]] std::string print(const Option& option, const std::string& value);
[[nodiscard]] std::string print(const Option& option, bool value);
[[nodiscard]] std::string print(const Option& option, int value);
[[nodiscard]] std::string print(const Option& option, std::int64_t value);
[[nodiscard]] std::string print(const Option& option, std::uint64_t value);
[[nodiscard]] std::string print(const Option& option, std::chrono::milliseconds value);
[[nodiscard]] std::string print(const Option& option, Port value);
[[nodiscard]] std::string print(const Option& option, LogLevel value);
[[nodiscard]] std::string print(const Option& option, Mode value);
[[nodiscard]] std::string print(const Option& option, const Windows& value);

}  // namespace slotwarden::config
