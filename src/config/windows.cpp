#include "config/windows.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>
#include <string>

#include "config/problem.h"

namespace slotwarden::config {

namespace {

constexpr std::array<std::string_view, 7> days{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

struct Span {
  int from = 0;
  int until = 0;
};

std::string_view take_part(std::string_view& text, char separator) {
  const auto at = text.find(separator);
  auto part = text.substr(0, at);
  text.remove_prefix(at == text.npos ? text.size() : at + 1);
  while (part.starts_with(' ')) part.remove_prefix(1);
  while (part.ends_with(' ')) part.remove_suffix(1);
  return part;
}

std::optional<int> day(std::string_view text) {
  for (std::size_t n = 0; n < days.size(); ++n)
    if (text == days[n]) return static_cast<int>(n);
  return std::nullopt;
}

// Both ends are in it: "fri-mon" are four days.
std::optional<Span> day_range(std::string_view text) {
  const bool one = text.find('-') == text.npos;
  const auto first = day(take_part(text, '-'));
  if (one) return first ? std::optional(Span{*first, *first}) : std::nullopt;
  const auto last = day(text);
  return first && last ? std::optional(Span{*first, *last}) : std::nullopt;
}

// "05:30" as minutes; "24:00" is the end of the day.
std::optional<int> clock(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  int hour = 0;
  int minute = 0;
  const auto two_digits = [](std::string_view digits, int& into) {
    const auto [end, bad] = std::from_chars(digits.data(), digits.data() + 2, into);
    return bad == std::errc{} && end == digits.data() + 2 && into >= 0;
  };
  if (!two_digits(text.substr(0, 2), hour) || !two_digits(text.substr(3, 2), minute)) return std::nullopt;
  const int all = hour * 60 + minute;
  return minute < 60 && all <= minutes_per_day ? std::optional(all) : std::nullopt;
}

std::optional<Span> hour_range(std::string_view text) {
  const auto from = clock(take_part(text, '-'));
  const auto until = clock(text);
  if (!from || !until || *from == minutes_per_day || *from == *until) return std::nullopt;
  return Span{*from, *until > *from ? *until : *until + minutes_per_day};
}

void add(Windows& w, int from, int until) {
  if (from >= minutes_per_week) {
    from -= minutes_per_week;
    until -= minutes_per_week;
  }
  w.ranges.push_back({from, std::min(until, minutes_per_week)});
  if (until > minutes_per_week) w.ranges.push_back({0, until - minutes_per_week});
}

bool take_window(std::string_view part, Windows& w) {
  auto rest = part;
  Span on{0, 6};
  Span at{0, minutes_per_day};
  const bool begins_with_hours = !rest.empty() && rest.front() >= '0' && rest.front() <= '9';
  if (!begins_with_hours) {
    const auto named = day_range(take_part(rest, ' '));
    if (!named) return false;
    on = *named;
  }
  if (!rest.empty()) {
    const auto hours = hour_range(rest);
    if (!hours) return false;
    at = *hours;
  }
  for (int n = on.from;; n = (n + 1) % 7) {
    add(w, n * minutes_per_day + at.from, n * minutes_per_day + at.until);
    if (n == on.until) return true;
  }
}

}  // namespace

Result<Windows> parse_windows(std::string_view text) {
  Windows w;
  w.text = text;
  auto rest = text;
  while (!rest.empty()) {
    const auto part = take_part(rest, ',');
    if (!take_window(part, w))
      return Error{
          fmt::format("{} is not a window; write days and hours such as \"mon-fri 01:00-05:00\", several "
                      "separated by commas",
                      in_quotes(part))};
  }
  return w;
}

}  // namespace slotwarden::config
