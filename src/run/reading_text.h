// How far a reading has come, as people read it.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "observe/progress.h"

namespace slotwarden::run {

// "reading", and once the whole is known "reading, 45 %".
[[nodiscard]] inline std::string reading_text(std::string_view doing, const observe::Progress& p) {
  const auto total = p.total.load();
  if (total == 0) return std::string(doing);
  return fmt::format("{}, {} %", doing, std::min<std::uint64_t>(100, p.read.load() * 100 / total));
}

}  // namespace slotwarden::run
