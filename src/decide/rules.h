// How a ladder speaks: each rule's ruling and sentences stand once, in the decision's own table, and a rung picks its
// row by name while compiling. So the ladder, the manual and `explain` cannot disagree.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string_view>

#include "facts/verdict.h"

namespace slotwarden::decide {

// The row of that name. A name that the table does not have does not compile.
template <std::size_t N>
[[nodiscard]] consteval RuleText row_of(const std::array<RuleText, N>& table, std::string_view name) {
  for (const auto& row : table)
    if (row.rule == name) return row;
  throw "the table has no rule of this name";
}

// What a table must be: every name once, every sentence there, and a release wherever the answer is not go.
template <std::size_t N>
[[nodiscard]] consteval bool well_formed(const std::array<RuleText, N>& table) {
  for (std::size_t i = 0; i < N; ++i) {
    const auto& row = table[i];
    if (row.rule.empty() || row.because.empty()) return false;
    if (row.release.empty() != (row.ruling == Ruling::go)) return false;
    for (std::size_t other = i + 1; other < N; ++other)
      if (table[other].rule == row.rule) return false;
  }
  return true;
}

[[nodiscard]] constexpr Verdict says(const RuleText& row,
                                     std::optional<std::chrono::milliseconds> ask_again_in = std::nullopt) {
  return {row.ruling, row.rule, row.because, row.release, ask_again_in};
}

}  // namespace slotwarden::decide
