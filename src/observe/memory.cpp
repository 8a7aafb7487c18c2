#include "observe/memory.h"

#include <cerrno>

#include "formats/lines.h"
#include "formats/memory.h"
#include "formats/numbers.h"
#include "observe/processes.h"
#include "observe/read_file.h"

namespace slotwarden::observe {

namespace {

std::string of(Pid pid, const std::string& name) {
  return "/proc/" + std::to_string(pid.n) + "/" + name;
}

// The names of the files in either version.
struct Version {
  const char* below;  // the mount, behind the root
  const char* limit;
  const char* used;
  const char* events;
};
constexpr Version first{"/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "memory.oom_control"};
constexpr Version second{"", "memory.max", "memory.current", "memory.events"};
// Where both versions are mounted, this is where the second one is.
constexpr Version second_beside{"/unified", "memory.max", "memory.current", "memory.events"};

Result<std::string> read_in(const std::string& folder, const char* file) {
  return read_kernel_file(folder + (folder.ends_with('/') ? "" : "/") + file);
}

// Adds the room of one group where it has a limit.
Result<void> add_room(const std::string& folder, const std::string& group, const Version& v,
                      std::vector<MemoryRoom>& rooms) {
  const auto text = read_in(folder, v.limit);
  // The root has no limit in version 2, nor has a group without the controller.
  if (!text && text.error().os_error == ENOENT) return {};
  if (!text) return text.error();
  const auto limit = formats::memory_limit(*text);
  if (!limit) return while_doing(folder, limit.error());
  if (!*limit) return {};
  const auto used_text = read_in(folder, v.used);
  const auto stat_text = read_in(folder, "memory.stat");
  if (!used_text) return used_text.error();
  if (!stat_text) return stat_text.error();
  const auto used = formats::memory_used(*used_text);
  const auto cached = formats::reclaimable(*stat_text);
  if (!used) return while_doing(folder, used.error());
  if (!cached) return while_doing(folder, cached.error());
  rooms.push_back({group, **limit, **limit - (*used - *cached)});
  return {};
}

Result<void> climb(const std::string& root, std::string group, const Version& v, std::vector<MemoryRoom>& rooms) {
  for (;;) {
    if (auto added = add_room(root + v.below + group, group, v, rooms); !added) return added.error();
    if (group.empty() || group == "/") return {};
    group.erase(group.rfind('/'));
  }
}

Result<std::vector<Pid>> children_of(Pid parent) {
  const auto text = read_kernel_file(of(parent, "task/" + std::to_string(parent.n) + "/children"));
  std::vector<Pid> children;
  if (text) {
    std::string_view rest = *text;
    for (auto word = formats::take_word(rest); !word.empty() && word != "\n"; word = formats::take_word(rest))
      if (const auto n = formats::whole_number<std::int32_t>(word)) children.push_back(Pid{*n});
    return children;
  }
  // A kernel without that file: everybody is asked for its parent.
  const auto all = all_processes();
  if (!all) return all.error();
  for (const auto pid : *all)
    if (const auto stat_text = read_kernel_file(of(pid, "stat")))
      if (const auto stat = formats::proc_stat(*stat_text); stat && stat->parent == parent) children.push_back(pid);
  return children;
}

}  // namespace

Result<MemoryRoom> host_memory() {
  const auto text = read_kernel_file("/proc/meminfo");
  if (!text) return text.error();
  const auto total = formats::kibibytes(*text, "MemTotal:");
  const auto available = formats::kibibytes(*text, "MemAvailable:");
  if (!total) return while_doing("/proc/meminfo", total.error());
  if (!available) return while_doing("/proc/meminfo", available.error());
  return MemoryRoom{"host", *total, *available};
}

Result<std::vector<MemoryRoom>> group_memory(const formats::ControlGroups& groups, const std::string& root) {
  std::vector<MemoryRoom> rooms;
  if (!groups.memory.empty())
    if (auto climbed = climb(root, groups.memory, first, rooms); !climbed) return climbed.error();
  if (!groups.unified.empty()) {
    const auto& v = groups.memory.empty() ? second : second_beside;
    if (auto climbed = climb(root, groups.unified, v, rooms); !climbed) return climbed.error();
  }
  return rooms;
}

Result<std::vector<MemoryRoom>> group_memory_of(Pid pid) {
  const auto text = read_kernel_file(of(pid, "cgroup"));
  if (!text) return text.error();
  const auto groups = formats::control_groups(*text);
  if (!groups) return while_doing(of(pid, "cgroup"), groups.error());
  return group_memory(*groups);
}

Result<OomCount> oom_count(const formats::ControlGroups& groups, const std::string& root) {
  const bool old = !groups.memory.empty();
  const auto& group = old ? groups.memory : groups.unified;
  if (group.empty()) return Error{"it is in no control group that counts memory"};
  const Version& v = old ? first : second;
  OomCount found{group, root + v.below + group + "/" + v.events, 0};
  const auto kills = oom_kills_now(found);
  if (!kills) return kills.error();
  found.kills = *kills;
  return found;
}

Result<OomCount> oom_count_of(Pid pid) {
  const auto text = read_kernel_file(of(pid, "cgroup"));
  if (!text) return text.error();
  const auto groups = formats::control_groups(*text);
  if (!groups) return while_doing(of(pid, "cgroup"), groups.error());
  return oom_count(*groups);
}

Result<std::uint64_t> oom_kills_now(const OomCount& of) {
  const auto text = read_kernel_file(of.file);
  if (!text) return text.error();
  auto n = formats::vmstat_field(*text, "oom_kill");
  if (!n) return while_doing(of.file, n.error());
  return n;
}

std::optional<int> memory_pressure() {
  const auto text = read_kernel_file("/proc/pressure/memory");
  if (!text) return std::nullopt;
  const auto percent = formats::pressure(*text);
  return percent ? std::optional(static_cast<int>(*percent)) : std::nullopt;
}

Result<formats::ProcessorTimes> processor_times() {
  const auto text = read_kernel_file("/proc/stat");
  if (!text) return text.error();
  return formats::processor_times(*text);
}

Result<std::vector<ForkedChild>> forked_children(Pid server) {
  const auto pids = children_of(server);
  if (!pids) return pids.error();
  std::vector<ForkedChild> children;
  for (const auto pid : *pids) {
    const auto stat_text = read_kernel_file(of(pid, "stat"));
    const auto title = read_kernel_file(of(pid, "cmdline"));
    if (!stat_text || !title) continue;  // it has ended meanwhile
    const auto stat = formats::proc_stat(*stat_text);
    if (!stat || stat->parent != server || stat->state == 'Z' || stat->state == 'X') continue;
    const std::string_view words(*title);
    const auto kind = formats::fork_kind(words.substr(0, words.find('\0')));
    if (kind)
      children.push_back({pid, server, *kind, stat->start_ticks});
    else if (process_link(pid, "exe") == process_link(server, "exe"))
      children.push_back({pid, server, ForkKind::unknown, stat->start_ticks});
  }
  return children;
}

}  // namespace slotwarden::observe
