// Numbers as text, converted at the border.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace slotwarden::formats {

// Accepts the whole text or nothing: "10x" is not ten, "" is not zero, "+1" and " 1" are not one, and a number that
// does not fit into Int is none.
template <class Int>
[[nodiscard]] std::optional<Int> whole_number(std::string_view text, int base = 10) {
  Int n{};
  const auto [end, err] = std::from_chars(text.data(), text.data() + text.size(), n, base);
  if (err != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return n;
}

// Exactly forty lowercase hexadecimal digits: a node id, a shard id or a replication id.
[[nodiscard]] constexpr bool is_hex40(std::string_view text) {
  if (text.size() != 40) return false;
  for (const char c : text)
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  return true;
}

}  // namespace slotwarden::formats
