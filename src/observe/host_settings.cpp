#include "observe/host_settings.h"

#include <algorithm>
#include <array>

#include "formats/sysctl.h"
#include "observe/read_file.h"

namespace slotwarden::observe {

namespace {

constexpr std::array numbers{
    "vm.overcommit_memory",         "vm.swappiness", "vm.zone_reclaim_mode", "vm.max_map_count", "net.core.somaxconn",
    "net.ipv4.tcp_max_syn_backlog", "fs.file-max",   "fs.nr_open",           "kernel.pid_max",   "kernel.threads-max"};

std::string sysctl_file(std::string name) {
  std::ranges::replace(name, '.', '/');
  return "/proc/sys/" + name;
}

class Looking {
 public:
  explicit Looking(HostSeen& seen) : seen_(seen) {}

  // What `parse` makes of the file; an empty value and a line in `blind` where it cannot be read.
  template <class Parse>
  auto at(const std::string& path, Parse parse, bool optional = false)
      -> std::optional<std::decay_t<decltype(*parse(std::string_view{}))>> {
    const auto text = read_kernel_file(path);
    if (!text) {
      if (!optional || text.error().os_error != ENOENT) seen_.blind.push_back(text.error().what);
      return std::nullopt;
    }
    auto value = parse(*text);
    if (value) return std::move(*value);
    seen_.blind.push_back(path + ": " + value.error().what);
    return std::nullopt;
  }

 private:
  HostSeen& seen_;
};

Result<Bytes> total_memory(std::string_view meminfo) {
  return formats::kibibytes(meminfo, "MemTotal:");
}

// The limit of a group and of those above it.
void lower_to_limits(std::optional<Bytes>& least, const std::string& root, std::string group, const char* file) {
  for (;;) {
    const auto text = read_kernel_file(root + group + (group.ends_with('/') ? "" : "/") + file);
    if (const auto limit = text ? formats::memory_limit(*text) : Result<std::optional<Bytes>>(text.error()))
      if (*limit && (!least || **limit < *least)) least = *limit;
    if (group.empty() || group == "/") return;
    group.erase(group.rfind('/'));
  }
}

}  // namespace

std::optional<Bytes> memory_for(Pid pid) {
  std::optional<Bytes> least;
  if (const auto text = read_kernel_file("/proc/meminfo"))
    if (const auto total = total_memory(*text)) least = *total;
  const auto text = read_kernel_file("/proc/" + std::to_string(pid.n) + "/cgroup");
  const auto groups = text ? formats::control_groups(*text) : Result<formats::ControlGroups>(text.error());
  if (!groups) return least;
  if (!groups->unified.empty()) lower_to_limits(least, "/sys/fs/cgroup", groups->unified, "memory.max");
  if (!groups->memory.empty()) lower_to_limits(least, "/sys/fs/cgroup/memory", groups->memory, "memory.limit_in_bytes");
  return least;
}

Result<std::string> setting_value(const std::string& file) {
  auto text = read_kernel_file(file);
  if (!text) return text;
  if (text->find('[') != text->npos) return formats::chosen_word(*text);
  if (text->ends_with('\n')) text->pop_back();
  return text;
}

HostSeen host_settings() {
  HostSeen seen;
  Looking look(seen);
  for (const auto* name : numbers)
    // A kernel without NUMA has no zones to reclaim.
    if (const auto n =
            look.at(sysctl_file(name), formats::sysctl_number, name == std::string_view{"vm.zone_reclaim_mode"}))
      seen.kernel[name] = *n;
  // A kernel that was built without huge pages has no such files, and nothing to judge.
  seen.thp_enabled = look.at("/sys/kernel/mm/transparent_hugepage/enabled", formats::chosen_word, true).value_or("");
  seen.thp_defrag = look.at("/sys/kernel/mm/transparent_hugepage/defrag", formats::chosen_word, true).value_or("");
  const auto word = [](std::string_view text) -> Result<std::string> {
    if (text.size() < 2 || !text.ends_with('\n')) return Error{"not a word"};
    return Result<std::string>(boost::system::in_place_value, text.substr(0, text.size() - 1));
  };
  seen.clocksource =
      look.at("/sys/devices/system/clocksource/clocksource0/current_clocksource", word, true).value_or("");
  seen.ephemeral = look.at(sysctl_file("net.ipv4.ip_local_port_range"), formats::port_range);
  seen.reserved = look.at(sysctl_file("net.ipv4.ip_local_reserved_ports"), formats::port_list);
  seen.memory = look.at("/proc/meminfo", total_memory);
  return seen;
}

}  // namespace slotwarden::observe
