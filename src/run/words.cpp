#include "run/words.h"

#include <fmt/format.h>

#include <array>

namespace slotwarden::run {

std::string in_words(Bytes b) {
  constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB"};
  auto n = static_cast<double>(b.n);
  std::size_t unit = 0;
  for (; n >= 1024 && unit + 1 < units.size(); ++unit) n /= 1024;
  return unit == 0 ? fmt::format("{} B", b.n) : fmt::format("{:.1f} {}", n, units[unit]);
}

std::string in_words(std::chrono::milliseconds t) {
  const auto ms = t.count();
  if (ms < 10'000) return fmt::format("{:.1f} s", static_cast<double>(ms) / 1000);
  if (ms < 120'000) return fmt::format("{} s", ms / 1000);
  if (ms < 7'200'000) return fmt::format("{} min", ms / 60'000);
  return fmt::format("{} h", ms / 3'600'000);
}

}  // namespace slotwarden::run
