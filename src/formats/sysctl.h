// Settings and limits of the kernel, as /proc and /sys print them. A text that is not whole and in its form is an
// error; nothing is guessed from a part of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facts/host.h"
#include "facts/result.h"

namespace slotwarden::formats {

// A file that holds one number: "4096\n".
[[nodiscard]] Result<std::int64_t> sysctl_number(std::string_view text);

// The word in brackets of a file that lists all of them: "always [madvise] never\n".
[[nodiscard]] Result<std::string> chosen_word(std::string_view text);

// net.ipv4.ip_local_port_range: "32768\t60999\n".
[[nodiscard]] Result<PortRange> port_range(std::string_view text);
// net.ipv4.ip_local_reserved_ports: "7000-7005,17000\n"; an empty list is one.
[[nodiscard]] Result<std::vector<PortRange>> port_list(std::string_view text);

// /proc/PID/limits.
[[nodiscard]] Result<Limits> process_limits(std::string_view text);

// A line in kibibytes of /proc/meminfo or /proc/PID/status: "VmSwap:\t     128 kB".
[[nodiscard]] Result<Bytes> kibibytes(std::string_view text, std::string_view field);
// "THP_enabled:\t1" of /proc/PID/status.
[[nodiscard]] Result<bool> huge_pages_allowed(std::string_view status);

// memory.max or memory.limit_in_bytes; nullopt where there is no limit.
[[nodiscard]] Result<std::optional<Bytes>> memory_limit(std::string_view text);
// /proc/PID/cgroup: the group in the unified hierarchy and in the memory controller's own; empty where it has none.
struct ControlGroups {
  std::string unified;
  std::string memory;
};
[[nodiscard]] Result<ControlGroups> control_groups(std::string_view text);

// The files and patterns that a logrotate configuration names, whatever stands in their blocks.
[[nodiscard]] std::vector<std::string> rotated_patterns(std::string_view text);

}  // namespace slotwarden::formats
