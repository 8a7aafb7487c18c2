// The end of a log file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "facts/result.h"

namespace slotwarden::observe {

struct Tail {
  std::string text;
  bool truncated = false;    // the file holds more before it
  std::int64_t ends_at = 0;  // the offset in the file just behind it
};

// The last `bytes` of a regular file, from a line's beginning where one is among them; of those the last `lines`, or
// all for 0. Blocking.
[[nodiscard]] Result<Tail> tail(const std::string& path, std::size_t bytes, std::size_t lines = 0);

}  // namespace slotwarden::observe
