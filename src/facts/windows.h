// Hours of the week in which something may be done, in the host's local time.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace slotwarden {

inline constexpr int minutes_per_day = 24 * 60;
inline constexpr int minutes_per_week = 7 * minutes_per_day;

// Minutes since Monday, 00:00. `until` is not in it any more; a range never runs past the end of the week (it is then
// two).
struct MinuteRange {
  int from = 0;
  int until = 0;
  friend bool operator==(const MinuteRange&, const MinuteRange&) = default;
};

// Without a range: always. `text` is what the operator wrote.
struct Windows {
  std::vector<MinuteRange> ranges;
  std::string text;
  friend bool operator==(const Windows&, const Windows&) = default;

  [[nodiscard]] bool open_at(int minute_of_week) const {
    return ranges.empty() || std::ranges::any_of(ranges, [&](const MinuteRange& r) {
             return r.from <= minute_of_week && minute_of_week < r.until;
           });
  }
  // Minutes until it opens; 0 while it is open.
  [[nodiscard]] int opens_in(int minute_of_week) const {
    if (open_at(minute_of_week)) return 0;
    int soonest = minutes_per_week;
    for (const auto& r : ranges)
      soonest = std::min(soonest, (r.from - minute_of_week + minutes_per_week) % minutes_per_week);
    return soonest;
  }
};

}  // namespace slotwarden
