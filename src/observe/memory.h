// What memory, processors and disks have left, and who forks: for the saves of a host. Reads only; blocking but short.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "facts/fork.h"
#include "facts/result.h"
#include "formats/proc.h"
#include "formats/sysctl.h"

namespace slotwarden::observe {

// Memory that several processes share.
struct MemoryRoom {
  std::string name;  // "host", or the control group's path
  Bytes total;
  Bytes available;  // what could be had without harm: free, or file cache that is on the disk already
};

[[nodiscard]] Result<MemoryRoom> host_memory();

// The group of a process and those above it, as far as they have a limit. `root` is where control groups are mounted.
// A group whose files cannot be read is an error: nobody may take it for one without a limit.
[[nodiscard]] Result<std::vector<MemoryRoom>> group_memory(const formats::ControlGroups& groups,
                                                           const std::string& root = "/sys/fs/cgroup");
[[nodiscard]] Result<std::vector<MemoryRoom>> group_memory_of(Pid pid);

// How often the kernel's OOM killer has ended a process of a control group, and the file that says so.
struct OomCount {
  std::string group;
  std::string file;
  std::uint64_t kills = 0;
};
// Of the group of a running process. An error where the kernel does not count.
[[nodiscard]] Result<OomCount> oom_count(const formats::ControlGroups& groups,
                                         const std::string& root = "/sys/fs/cgroup");
[[nodiscard]] Result<OomCount> oom_count_of(Pid pid);
// The same count, now. An error once the group has gone.
[[nodiscard]] Result<std::uint64_t> oom_kills_now(const OomCount& of);

// Percent of the last ten seconds in which some process of the host waited for memory; nullopt where the kernel does
// not tell.
[[nodiscard]] std::optional<int> memory_pressure();

[[nodiscard]] Result<formats::ProcessorTimes> processor_times();

// The children that a running server has forked to save, rewrite or feed a replica. One that has only just been forked
// still has its server's title and is `unknown`; what else it started is left out.
[[nodiscard]] Result<std::vector<ForkedChild>> forked_children(Pid server);

}  // namespace slotwarden::observe
