// Times on the wire: RFC 3339 in UTC with milliseconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace slotwarden::control {

// "2026-11-21T07:38:35.042Z".
[[nodiscard]] std::string rfc3339(std::int64_t unix_ms);
// The reverse, for exactly that form (the fraction may be absent); nullopt for anything else.
[[nodiscard]] std::optional<std::int64_t> unix_ms_from(std::string_view text);

}  // namespace slotwarden::control
