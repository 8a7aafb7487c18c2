// The texts of /proc that a supervisor reads. A text in an unexpected form is rejected, not guessed at.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facts/fork.h"
#include "facts/result.h"
#include "facts/units.h"

namespace slotwarden::formats {

// /proc/PID/stat, as far as it is needed.
struct ProcStat {
  Pid pid;
  std::string comm;  // may hold spaces, parentheses and newlines
  char state = '?';  // R S D T Z ...
  Pid parent;
  Pid group;
  Pid session;
  std::uint64_t start_ticks = 0;  // field 22
};
[[nodiscard]] Result<ProcStat> proc_stat(std::string_view text);
// A process of this state does nothing any more: a zombie, or on its way out.
[[nodiscard]] constexpr bool gone(char state) {
  return state == 'Z' || state == 'X' || state == 'x';
}

// One socket of /proc/net/tcp or /proc/net/tcp6.
struct TcpSocket {
  Port local;
  bool listening = false;
  std::uint32_t uid = 0;
  std::uint64_t inode = 0;
};
// One line of the table (not its heading), without the newline.
[[nodiscard]] Result<TcpSocket> tcp_socket(std::string_view line);
// The inodes of the sockets that listen on `port` in a whole table, heading included.
[[nodiscard]] Result<std::vector<std::uint64_t>> listeners(std::string_view table, Port port);

// The value of `field` in /proc/vmstat, and in the files of control groups that have its form (memory.events of version
// 2, memory.oom_control of version 1); an error when there is no such field.
[[nodiscard]] Result<std::uint64_t> vmstat_field(std::string_view text, std::string_view field);

// The effective user of /proc/PID/status (second number of its Uid line).
[[nodiscard]] Result<std::uint32_t> effective_uid(std::string_view status);

// The inode that a link of /proc/PID/fd names: 4711 for "socket:[4711]"; nullopt for anything else.
[[nodiscard]] std::optional<std::uint64_t> socket_inode(std::string_view link);

// The process that a record of /dev/kmsg names as killed for want of memory; nullopt for any other record.
[[nodiscard]] std::optional<Pid> oom_victim(std::string_view record);

// The processes that hold a lock on the file `inode` of the device `major`:`minor`, from /proc/locks.
[[nodiscard]] std::vector<Pid> lock_holders(std::string_view locks, std::uint32_t major, std::uint32_t minor,
                                            std::uint64_t inode);

// What a forked child of a server is at, by the title that it gives itself; nullopt for a title that is not a child's.
[[nodiscard]] std::optional<ForkKind> fork_kind(std::string_view title);

// How busy all processors were since boot, from /proc/stat, in clock ticks.
struct ProcessorTimes {
  std::uint64_t idle = 0;  // waiting for a disk counts as idle
  std::uint64_t all = 0;
  int processors = 0;
};
[[nodiscard]] Result<ProcessorTimes> processor_times(std::string_view text);

// The control group by which a service manager counts a process, from /proc/PID/cgroup: the unified one, or the named
// one of systemd where both are there. Empty for the root's.
[[nodiscard]] std::string control_group(std::string_view text);

}  // namespace slotwarden::formats
