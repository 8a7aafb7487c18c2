#include "config/suggest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace slotwarden::config {

namespace {

// A longer text than any option's name is compared by its beginning, which bounds the work.
constexpr std::size_t longest_compared = 64;

std::string lower(std::string_view text) {
  std::string out{text.substr(0, longest_compared)};
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '-') c = '_';
  }
  return out;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  using Row = std::vector<std::size_t>;
  Row before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

std::optional<std::string_view> nearest(std::string_view typed, std::span<const std::string_view> known) {
  const auto word = lower(typed);
  const auto distance = [&](std::string_view k) { return edit_distance(word, lower(k)); };
  const auto best = std::ranges::min_element(known, {}, distance);
  if (best == known.end()) return std::nullopt;
  const auto allowed = std::max<std::size_t>(1, std::min(word.size(), best->size()) / 3);
  return distance(*best) <= allowed ? std::optional{*best} : std::nullopt;
}

std::string suggestion(std::string_view typed, std::span<const std::string_view> known) {
  if (const auto near = nearest(typed, known)) return fmt::format("did you mean \"{}\"?", *near);
  return fmt::format("write one of: {}", fmt::join(known, ", "));
}

}  // namespace slotwarden::config
