// The two clocks of the daemon: one for durations, one for what people and files read.
#pragma once

#include <chrono>
#include <cstdint>

namespace slotwarden::run {

using Instant = std::chrono::steady_clock::time_point;

inline Instant now() {
  return std::chrono::steady_clock::now();
}

inline std::chrono::milliseconds since(Instant then) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(now() - then);
}

// CLOCK_REALTIME. Only for display and for what must be compared across restarts of the daemon.
inline std::int64_t unix_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace slotwarden::run
