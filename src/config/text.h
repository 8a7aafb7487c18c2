// Durations, sizes and masks as people write them. Whole texts or nothing: "10x" is not ten.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "facts/result.h"

namespace slotwarden::config {

// "200ms", "10s", "5m", "2h"; at most a year. On failure: a clause that says what to write.
[[nodiscard]] Result<std::chrono::milliseconds> parse_duration(std::string_view text);
// The reverse, in the largest unit that is exact.
[[nodiscard]] std::string print_duration(std::chrono::milliseconds d);

// "512", "64KiB", "10MB", "1GiB": bytes, below 2^63.
[[nodiscard]] Result<std::uint64_t> parse_size(std::string_view text);
[[nodiscard]] std::string print_size(std::uint64_t bytes);

// "0077": octal digits, at most 0777.
[[nodiscard]] Result<int> parse_octal(std::string_view text);
[[nodiscard]] std::string print_octal(int mask);

// A text as TOML writes it, in double quotes with what must be escaped escaped.
[[nodiscard]] std::string toml_string(std::string_view text);

}  // namespace slotwarden::config
