// How much memory is left, as the kernel prints it: for the host in /proc/meminfo and /proc/pressure, for a control
// group in memory.stat of either version.
#pragma once

#include <cstdint>
#include <string_view>

#include "facts/result.h"
#include "facts/units.h"

namespace slotwarden::formats {

// What the kernel could take from the file cache of a group without waiting for a disk: what is in memory.stat of
// version 1 (with all groups below it, where it says so) or 2.
[[nodiscard]] Result<Bytes> reclaimable(std::string_view memory_stat);

// The share of the last ten seconds, in percent, in which some task waited for memory: "some avg10=0.12 …" of
// /proc/pressure/memory or of a group's memory.pressure.
[[nodiscard]] Result<double> pressure(std::string_view text);

// The one number of memory.current or memory.usage_in_bytes.
[[nodiscard]] Result<Bytes> memory_used(std::string_view text);

}  // namespace slotwarden::formats
