#include "decide/host_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "decide/host_findings.h"
#include "decide/host_rules.h"

namespace slotwarden::decide {

namespace {

constexpr std::string_view head =
    "# Written by `slotwardenctl host print {}` from the host's policy; put it into\n# {}\n";

class Lines {
 public:
  explicit Lines(std::string text) : out_(std::move(text)) {}

  void add(const HostRule& rule, Mode mode, std::string_view line) {
    if (mode != Mode::off) out_ += fmt::format("\n# {}\n{}\n", rule.why, line);
  }
  void number(const HostRule& rule, const WantedNumber& w) {
    add(rule, w.mode, fmt::format("{} = {}", rule.setting, w.want));
  }
  // Mostly the kernel or the distribution gives more by itself, and a drop-in cannot say "at least": left to a person.
  void minimum(const HostRule& rule, const WantedNumber& w, std::uint64_t need = 0) {
    const auto most = static_cast<std::int64_t>(std::min<std::uint64_t>(need, INT64_MAX));
    add(rule, w.mode,
        fmt::format("# Not less than this; where there is more already, the line would take it away.\n# {} = {}",
                    rule.setting, std::max(w.want, most)));
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

std::string sysctl_file(const HostPolicy& p, const HostFileNeeds& needs) {
  Lines l(fmt::format(head, "sysctl", "/etc/sysctl.d/90-slotwarden.conf, and run: sysctl --system"));
  l.number(host_rule("vm.overcommit_memory"), p.overcommit_memory);
  l.number(host_rule("vm.swappiness"), p.swappiness);
  l.number(host_rule("vm.zone_reclaim_mode"), p.zone_reclaim_mode);
  l.minimum(host_rule("vm.max_map_count"), p.max_map_count);
  l.number(host_rule("net.core.somaxconn"), p.somaxconn);
  l.number(host_rule("net.ipv4.tcp_max_syn_backlog"), p.tcp_max_syn_backlog);
  std::string ports;
  for (const auto port : needs.ports) ports += (ports.empty() ? "" : ",") + std::to_string(port);
  if (!ports.empty())
    l.add(host_rule("net.ipv4.ip_local_reserved_ports"), p.ip_local_reserved_ports,
          "net.ipv4.ip_local_reserved_ports = " + ports);
  l.minimum(host_rule("fs.file-max"), p.file_max);
  l.minimum(host_rule("fs.nr_open"), p.nr_open, needs.nofile);
  l.minimum(host_rule("kernel.pid_max"), p.pid_max);
  l.minimum(host_rule("kernel.threads-max"), p.threads_max);
  return l.take();
}

std::string tmpfiles_file(const HostPolicy& p) {
  Lines l(
      fmt::format(head, "tmpfiles", "/etc/tmpfiles.d/slotwarden-hugepages.conf, and run: systemd-tmpfiles --create"));
  l.add(host_rule("transparent_hugepage.enabled"), p.thp_enabled.mode,
        "w /sys/kernel/mm/transparent_hugepage/enabled - - - - " + first_word(p.thp_enabled.want));
  l.add(host_rule("transparent_hugepage.defrag"), p.thp_defrag.mode,
        "w /sys/kernel/mm/transparent_hugepage/defrag - - - - " + first_word(p.thp_defrag.want));
  return l.take();
}

std::string limits_file(const HostPolicy& p, const HostFileNeeds& needs) {
  Lines l(fmt::format(head, "limits",
                      "/etc/security/limits.d/90-slotwarden.conf; it holds for logins, not for units of systemd"));
  l.add(host_rule("limits.nofile"), p.nofile, fmt::format("{} - nofile {}", needs.user, needs.nofile));
  l.add(host_rule("limits.nproc"), p.nproc.mode, fmt::format("{} - nproc {}", needs.user, p.nproc.want));
  l.add(host_rule("limits.core"), p.core, fmt::format("{} - core unlimited", needs.user));
  l.add(host_rule("limits.memlock"), p.memlock.mode,
        fmt::format("{} - memlock {}", needs.user, p.memlock.want / 1'024));
  return l.take();
}

std::string systemd_file(const HostPolicy& p, const HostFileNeeds& needs) {
  Lines l(fmt::format(head, "systemd",
                      "/etc/systemd/system/slotwarden.service.d/90-limits.conf, and run: systemctl daemon-reload") +
          "\n[Service]\n");
  l.add(host_rule("limits.nofile"), p.nofile, fmt::format("LimitNOFILE={}", needs.nofile));
  l.add(host_rule("limits.nproc"), p.nproc.mode, "LimitNPROC=infinity\nTasksMax=infinity");
  l.add(host_rule("limits.core"), p.core, "LimitCORE=infinity");
  l.add(host_rule("limits.memlock"), p.memlock.mode, fmt::format("LimitMEMLOCK={}", p.memlock.want));
  return l.take();
}

}  // namespace

const std::vector<std::string_view>& host_file_topics() {
  static const std::vector<std::string_view> all{"sysctl", "tmpfiles", "limits", "systemd"};
  return all;
}

std::optional<std::string> host_file(std::string_view topic, const HostPolicy& p, const HostFileNeeds& needs) {
  if (topic == "sysctl") return sysctl_file(p, needs);
  if (topic == "tmpfiles") return tmpfiles_file(p);
  if (topic == "limits") return limits_file(p, needs);
  if (topic == "systemd") return systemd_file(p, needs);
  return std::nullopt;
}

}  // namespace slotwarden::decide
