// Processes, sockets and kernel counters as /proc shows them. Reads only; blocking but short.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "facts/process.h"
#include "facts/result.h"
#include "observe/processes.h"

namespace slotwarden::observe {

[[nodiscard]] Result<std::string> boot_id();

// ESRCH when there is no such process. A zombie counts as gone.
[[nodiscard]] Result<ProcessIdentity> identity_of(Pid pid);
// As the child wrote it (adapters/process.h, identity_file); an error when the file is absent or not in that form.
[[nodiscard]] Result<ProcessIdentity> remembered_identity(const std::string& identity_file);

// Field 3 of /proc/PID/stat; '?' when it cannot be read.
[[nodiscard]] char kernel_state(Pid pid);

// The memory that it uses now (VmRSS).
[[nodiscard]] Result<Bytes> resident(Pid pid);

// Live processes whose session is that of the (dead) server: its forked children. The server itself is left out.
[[nodiscard]] std::vector<Pid> session_members(Pid session, const ProcessTable& table);

// Who listens on a TCP port of any local address in our network namespace: {0} when nobody does; an error when the
// socket exists but its owner cannot be found (no permission). `command_of` names it for people.
[[nodiscard]] Result<Pid> listener_on(Port port);

// Those that have `directory` as their working directory, other than `except`.
[[nodiscard]] std::vector<Pid> users_of_directory(const std::string& directory, Pid except, const ProcessTable& table);
// Those that hold the directory's .slotwarden.lock, or inherited it while it is held. /proc/locks stops every file lock
// of the host until a grace period of the kernel is over, 5 to 15 ms: only for a lock that could not be taken.
[[nodiscard]] std::vector<Pid> holders_of_lock(const std::string& directory, const ProcessTable& table);

// "redis-server 127.0.0.1:7000 [cluster] (pid 4711, user redis)".
[[nodiscard]] std::string command_of(Pid pid);

// The kernel's count of OOM kills since boot (/proc/vmstat oom_kill).
[[nodiscard]] Result<std::uint64_t> oom_kills();
// Whether the kernel log names `pid` as an OOM victim: unknown when /dev/kmsg cannot be read.
[[nodiscard]] Tri oom_killed(Pid pid);

// Free bytes on the file system of `path` for its owner, and whether a file can be created there by `user`
// (by mode bits and ids; no file is created).
struct DiskSpace {
  std::uint64_t free = 0;
  std::uint64_t total = 0;
};
[[nodiscard]] Result<DiskSpace> disk_space(const std::string& path);
[[nodiscard]] Result<bool> writable_by(const std::string& directory, const std::optional<std::string>& user);

}  // namespace slotwarden::observe
