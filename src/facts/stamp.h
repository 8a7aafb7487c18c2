// A moment that can be compared after a restart of the daemon, a reboot of the host, and a setting of its clock.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

namespace slotwarden {

struct Stamp {
  std::string boot_id;       // /proc/sys/kernel/random/boot_id
  std::int64_t boot_ms = 0;  // CLOCK_BOOTTIME: since that boot, suspended time included, whoever sets the clock
  std::int64_t unix_ms = 0;  // CLOCK_REALTIME, for people and for what came before this boot
  friend bool operator==(const Stamp&, const Stamp&) = default;
};

// Exact for a moment of this boot. For an earlier one, at least the time since the boot, and never more than that: for
// windows that must not be believed to be over too soon.
[[nodiscard]] inline std::chrono::milliseconds surely_since(const Stamp& then, const Stamp& now) {
  const bool this_boot = then.boot_id == now.boot_id;
  return std::chrono::milliseconds(std::max<std::int64_t>(0, now.boot_ms - (this_boot ? then.boot_ms : 0)));
}

// Exact for a moment of this boot. For an earlier one what the wall clock says, and no less than the time since the
// boot: for what must not be believed to be younger than it is.
[[nodiscard]] inline std::chrono::milliseconds likely_since(const Stamp& then, const Stamp& now) {
  if (then.boot_id == now.boot_id) return surely_since(then, now);
  return std::chrono::milliseconds(std::max<std::int64_t>({0, now.boot_ms, now.unix_ms - then.unix_ms}));
}

}  // namespace slotwarden
