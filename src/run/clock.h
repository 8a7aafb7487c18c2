// The clocks of the daemon: one for durations, one for what people read, one for what must outlive the daemon.
#pragma once

#include <time.h>

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

// CLOCK_REALTIME. Only for display: anybody may set it.
inline std::int64_t unix_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// CLOCK_BOOTTIME: goes on while the host is suspended, and nobody sets it.
inline std::int64_t boot_ms() {
  timespec t{};
  clock_gettime(CLOCK_BOOTTIME, &t);
  return std::int64_t{t.tv_sec} * 1000 + t.tv_nsec / 1'000'000;
}

}  // namespace slotwarden::run
