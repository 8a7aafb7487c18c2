#include "config/text.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>
#include <optional>

#include "config/problem.h"

namespace slotwarden::config {

namespace {

struct Unit {
  std::string_view name;
  std::uint64_t worth;
};

// Largest first, so that printing finds the largest exact one.
constexpr std::array duration_units{Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1'000}, Unit{"ms", 1}};
constexpr std::array size_units{Unit{"TiB", 1ULL << 40},
                                Unit{"GiB", 1ULL << 30},
                                Unit{"MiB", 1ULL << 20},
                                Unit{"KiB", 1ULL << 10},
                                Unit{"TB", 1'000'000'000'000},
                                Unit{"GB", 1'000'000'000},
                                Unit{"MB", 1'000'000},
                                Unit{"kB", 1'000},
                                Unit{"KB", 1'000},
                                Unit{"B", 1},
                                Unit{"", 1}};
constexpr std::uint64_t longest_ms = 365ULL * 24 * 3'600'000;
constexpr std::uint64_t largest_size = std::numeric_limits<std::int64_t>::max();

template <class Int>
std::optional<Int> whole_number(std::string_view text, int base = 10) {
  Int n{};
  const auto [end, err] = std::from_chars(text.data(), text.data() + text.size(), n, base);
  if (err != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return n;
}

// Digits directly followed by one of the units, at most `most` when multiplied out; nullopt for anything else.
template <std::size_t N>
std::optional<std::uint64_t> amount(std::string_view text, const std::array<Unit, N>& units, std::uint64_t most) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto n = whole_number<std::uint64_t>(text.substr(0, digits));
  if (!n) return std::nullopt;
  for (const auto& unit : units) {
    if (unit.name != text.substr(digits)) continue;
    if (*n > most / unit.worth) return std::nullopt;
    return *n * unit.worth;
  }
  return std::nullopt;
}

template <std::size_t N>
std::string in_largest(std::uint64_t n, const std::array<Unit, N>& units) {
  for (const auto& unit : units)
    if (n >= unit.worth && n % unit.worth == 0) return fmt::format("{}{}", n / unit.worth, unit.name);
  return fmt::format("{}", n);
}

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  if (const auto ms = amount(text, duration_units, longest_ms)) return std::chrono::milliseconds{*ms};
  if (text.starts_with('-')) return Error{in_quotes(text) + " is negative; write how long, such as \"10s\""};
  return Error{in_quotes(text) +
               " is not a duration of at most a year; write a whole number and ms, s, m or h, such as \"10s\""};
}

std::string print_duration(std::chrono::milliseconds d) {
  return d.count() == 0 ? "0s" : in_largest(static_cast<std::uint64_t>(d.count()), duration_units);
}

Result<std::uint64_t> parse_size(std::string_view text) {
  if (const auto bytes = amount(text, size_units, largest_size)) return *bytes;
  if (text.starts_with('-')) return Error{in_quotes(text) + " is negative; write how many bytes, such as \"10MiB\""};
  return Error{in_quotes(text) +
               " is not a size; write a whole number and KiB, MiB, GiB, kB, MB or GB, such as \"10MiB\""};
}

std::string print_size(std::uint64_t bytes) {
  return in_largest(bytes, size_units);
}

Result<int> parse_octal(std::string_view text) {
  const auto mask = text.starts_with('0') ? whole_number<int>(text, 8) : std::nullopt;
  if (mask && *mask <= 0777) return *mask;
  return Error{in_quotes(text) +
               " is not a mask between \"0000\" and \"0777\"; write octal digits after a 0, such as \"0077\""};
}

std::string print_octal(int mask) {
  return fmt::format("{:04o}", mask);
}

std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      (out += '\\') += c;
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out + '"';
}

}  // namespace slotwarden::config
