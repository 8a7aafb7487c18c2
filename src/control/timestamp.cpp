#include "control/timestamp.h"

#include <fmt/format.h>

#include <chrono>

namespace slotwarden::control {
namespace {

// "0042" is 42; anything but digits is nullopt.
std::optional<int> digits(std::string_view text) {
  int n = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    n = n * 10 + (c - '0');
  }
  return n;
}

bool has_form(std::string_view t) {
  const bool whole = t.size() == 20 && t[19] == 'Z';
  const bool with_ms = t.size() == 24 && t[19] == '.' && t[23] == 'Z';
  return (whole || with_ms) && t[4] == '-' && t[7] == '-' && t[10] == 'T' && t[13] == ':' && t[16] == ':';
}

}  // namespace

std::string rfc3339(std::int64_t unix_ms) {
  using namespace std::chrono;
  const milliseconds since_epoch{unix_ms};
  const days day = floor<days>(since_epoch);
  const year_month_day date{sys_days{day}};
  const hh_mm_ss time{since_epoch - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count(), time.subseconds().count());
}

std::optional<std::int64_t> unix_ms_from(std::string_view text) {
  using namespace std::chrono;
  if (!has_form(text)) return std::nullopt;
  const auto y = digits(text.substr(0, 4)), mo = digits(text.substr(5, 2)), d = digits(text.substr(8, 2));
  const auto h = digits(text.substr(11, 2)), mi = digits(text.substr(14, 2)), s = digits(text.substr(17, 2));
  const auto ms = text.size() == 24 ? digits(text.substr(20, 3)) : 0;
  if (!y || !mo || !d || !h || !mi || !s || !ms) return std::nullopt;
  const year_month_day date{year{*y}, month{static_cast<unsigned>(*mo)}, day{static_cast<unsigned>(*d)}};
  if (!date.ok() || *h > 23 || *mi > 59 || *s > 60) return std::nullopt;
  const auto since_epoch = sys_days{date}.time_since_epoch() + hours{*h} + minutes{*mi} + seconds{*s};
  return milliseconds{since_epoch}.count() + *ms;
}

}  // namespace slotwarden::control
