#include "decide/host.h"

#include <fmt/format.h>

#include <set>

#include "decide/host_findings.h"

namespace slotwarden::decide {

namespace {

std::string sysctl_file(std::string name) {
  std::ranges::replace(name, '.', '/');
  return "/proc/sys/" + name;
}

std::string set_sysctl(std::string_view name, std::string_view value) {
  return fmt::format("sysctl -w {}={}", name, value);
}

class Kernel {
 public:
  Kernel(const HostSeen& seen, Findings& into) : seen_(seen), into_(into) {}

  void exactly(const HostRule& rule, const WantedNumber& wanted) const {
    const auto* value = find(rule.setting);
    if (value && *value != wanted.want) add(rule, wanted.mode, wanted.want, std::to_string(wanted.want), *value);
  }
  // `need`: what the servers need where that is more than the policy wants.
  void at_least(const HostRule& rule, const WantedNumber& wanted, std::uint64_t need = 0) const {
    const auto* value = find(rule.setting);
    const auto most = static_cast<std::int64_t>(std::min<std::uint64_t>(need, INT64_MAX));
    const auto least = std::max(wanted.want, most);
    if (value && *value < least) add(rule, wanted.mode, least, fmt::format("at least {}", least), *value);
  }
  // A file below /sys that lists its words.
  void word(const HostRule& rule, const WantedText& wanted, const std::string& value, const std::string& file) const {
    if (value.empty() || has_word(wanted.want, value)) return;
    const auto best = first_word(wanted.want);
    into_.add(rule, wanted.mode, best, value, fmt::format("echo {} > {}", best, file),
              Repair{Repair::How::kernel_file, file, best});
  }

 private:
  [[nodiscard]] const std::int64_t* find(std::string_view name) const {
    const auto at = seen_.kernel.find(std::string(name));
    return at == seen_.kernel.end() ? nullptr : &at->second;
  }
  void add(const HostRule& rule, Mode mode, std::int64_t value, std::string expected, std::int64_t actual) const {
    const auto text = std::to_string(value);
    into_.add(rule, mode, std::move(expected), std::to_string(actual), set_sysctl(rule.setting, text),
              Repair{Repair::How::kernel_file, sysctl_file(std::string(rule.setting)), text});
  }

  const HostSeen& seen_;
  Findings& into_;
};

void judge_numbers(const HostSeen& seen, const HostPolicy& p, Findings& into) {
  std::uint64_t backlog = 0;
  std::uint64_t largest = 0;
  std::uint64_t sum = 0;
  for (const auto& s : seen.servers) {
    const auto need = descriptors_needed(s) + s.process.nofile_reserve;
    backlog =
        std::max(backlog, static_cast<std::uint64_t>(std::max<std::int64_t>(s.settings.tcp_backlog.value_or(0), 0)));
    largest = std::max(largest, need);
    sum += need;
  }
  const Kernel kernel(seen, into);
  kernel.exactly(host_rule("vm.overcommit_memory"), p.overcommit_memory);
  kernel.exactly(host_rule("vm.swappiness"), p.swappiness);
  kernel.exactly(host_rule("vm.zone_reclaim_mode"), p.zone_reclaim_mode);
  kernel.at_least(host_rule("vm.max_map_count"), p.max_map_count);
  kernel.at_least(host_rule("net.core.somaxconn"), p.somaxconn, backlog);
  kernel.at_least(host_rule("net.ipv4.tcp_max_syn_backlog"), p.tcp_max_syn_backlog, backlog);
  kernel.at_least(host_rule("fs.file-max"), p.file_max, sum);
  kernel.at_least(host_rule("fs.nr_open"), p.nr_open, largest);
  kernel.at_least(host_rule("kernel.pid_max"), p.pid_max);
  kernel.at_least(host_rule("kernel.threads-max"), p.threads_max);
}

// A server that asks the kernel for no huge pages gets none, whatever the host says.
void judge_huge_pages(const HostSeen& seen, const HostPolicy& p, Findings& into) {
  auto enabled = p.thp_enabled;
  const auto leaves_it_on = [](const ServerSeen& s) { return s.settings.disable_thp == Tri::no; };
  if (seen.thp_enabled == "madvise" && std::ranges::any_of(seen.servers, leaves_it_on))
    enabled.want = first_word(enabled.want);
  const Kernel kernel(seen, into);
  kernel.word(host_rule("transparent_hugepage.enabled"), enabled, seen.thp_enabled,
              "/sys/kernel/mm/transparent_hugepage/enabled");
  kernel.word(host_rule("transparent_hugepage.defrag"), p.thp_defrag, seen.thp_defrag,
              "/sys/kernel/mm/transparent_hugepage/defrag");
}

void judge_clock(const HostSeen& seen, const HostPolicy& p, Findings& into) {
  if (seen.clocksource.empty() || has_word(p.clocksource.want, seen.clocksource)) return;
  const auto best = first_word(p.clocksource.want);
  const std::string file = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
  into.add(host_rule("clocksource"), p.clocksource.mode, "one of: " + p.clocksource.want, seen.clocksource,
           fmt::format("echo {} > {}", best, file), Repair{Repair::How::kernel_file, file, best});
}

std::string joined(const std::vector<PortRange>& ranges) {
  std::string out;
  for (const auto& r : ranges) {
    out += fmt::format("{}{}", out.empty() ? "" : ",", r.first);
    if (r.last != r.first) out += fmt::format("-{}", r.last);
  }
  return out;
}

// The servers' ports that an outgoing connection may be given.
void judge_ports(const HostSeen& seen, const HostPolicy& p, Findings& into) {
  if (!seen.ephemeral || !seen.reserved) return;
  std::vector<PortRange> missing;
  for (const auto& s : seen.servers)
    for (const std::uint16_t port : {s.port.n, s.bus_port}) {
      const auto holds = [&](const PortRange& r) { return r.holds(port); };
      if (port != 0 && holds(*seen.ephemeral) && std::ranges::none_of(*seen.reserved, holds) &&
          std::ranges::none_of(missing, holds))
        missing.push_back({port, port});
    }
  if (missing.empty()) return;
  auto all = *seen.reserved;
  all.insert(all.end(), missing.begin(), missing.end());
  const auto& rule = host_rule("net.ipv4.ip_local_reserved_ports");
  const auto value = joined(all);
  into.add(rule, p.ip_local_reserved_ports, "reserved: " + joined(missing),
           fmt::format("{}, and outgoing connections get {}-{}",
                       seen.reserved->empty() ? "none reserved" : "reserved: " + joined(*seen.reserved),
                       seen.ephemeral->first, seen.ephemeral->last),
           set_sysctl(rule.setting, value),
           Repair{Repair::How::kernel_file, sysctl_file(std::string(rule.setting)), value});
}

void judge_memory(const HostSeen& seen, const HostPolicy& p, Findings& into) {
  std::uint64_t sum = 0;
  for (const auto& s : seen.servers)
    sum += static_cast<std::uint64_t>(std::max<std::int64_t>(s.settings.maxmemory.value_or(0), 0));
  if (!seen.memory || seen.memory->n == 0) return;
  const auto most = seen.memory->n / 100 * static_cast<std::uint64_t>(p.servers_percent.want);
  if (sum <= most) return;
  into.add(host_rule("memory.servers_percent"), p.servers_percent.mode,
           fmt::format("at most {} ({} % of {})", text_of(Bytes{most}), p.servers_percent.want, text_of(*seen.memory)),
           text_of(Bytes{sum}) + ", the sum of maxmemory",
           "redis-cli -p PORT CONFIG SET maxmemory BYTES, for some of them");
}

void judge_devices(const HostSeen& seen, const HostPolicy& p, Findings& into) {
  std::map<std::uint64_t, std::string> ports;
  std::map<std::uint64_t, int> servers;
  for (const auto& s : seen.servers) {
    if (!s.directory) continue;
    ports[s.directory->device] += (ports[s.directory->device].empty() ? "" : ", ") + std::to_string(s.port.n);
    ++servers[s.directory->device];
  }
  for (const auto& [device, number] : servers)
    if (number > 1)
      into.add(host_rule("disk.one_device"), p.one_device, "a device for each data directory",
               ports[device] + " share one", "mount a device of its own at each data directory");
}

}  // namespace

std::string text_of(Bytes b) {
  constexpr std::array units{"bytes", "KiB", "MiB", "GiB", "TiB"};
  auto n = static_cast<double>(b.n);
  std::size_t unit = 0;
  for (; n >= 1024 && unit + 1 < units.size(); ++unit) n /= 1024;
  const bool whole = n == static_cast<double>(static_cast<std::uint64_t>(n));
  return whole ? fmt::format("{:.0f} {}", n, units[unit]) : fmt::format("{:.1f} {}", n, units[unit]);
}

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

std::string first_word(std::string_view words) {
  return std::string(words.substr(0, words.find(' ')));
}

void judge_host(const HostSeen& seen, const HostPolicy& policy, Findings& into) {
  judge_numbers(seen, policy, into);
  judge_huge_pages(seen, policy, into);
  judge_clock(seen, policy, into);
  judge_ports(seen, policy, into);
  judge_memory(seen, policy, into);
  judge_devices(seen, policy, into);
}

std::vector<Finding> drift(const HostSeen& seen, const HostPolicy& policy) {
  Findings all(policy.mode);
  judge_host(seen, policy, all);
  for (const auto& server : seen.servers) {
    all.about(server.port);
    judge_process(server, policy, all);
    judge_files(server, policy, all);
    judge_settings(server, all);
  }
  return all.take();
}

std::vector<Repair> enforced(const std::vector<Finding>& findings) {
  std::vector<Repair> writes;
  for (const auto& f : findings)
    if (f.mode == Mode::enforce && f.repair) writes.push_back(*f.repair);
  return writes;
}

std::span<const HostRule> host_rules() {
  return host_table;
}

}  // namespace slotwarden::decide
