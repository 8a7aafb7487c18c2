// A host that is as the policy wants it, with two servers, for tests to spoil one thing of; and a host on which repairs
// can be carried out.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>

#include "decide/host.h"

namespace slotwarden::decide {

inline ServerSeen healthy_server(std::uint16_t port, std::int32_t pid) {
  ServerSeen s;
  s.port = Port{port};
  s.bus_port = static_cast<std::uint16_t>(port + 10'000);
  s.pid = Pid{pid};
  s.limits = Limits{{11'056, 11'056}, {96'000, 96'000}, {Limit::unlimited, Limit::unlimited}, {65'536, 65'536}};
  s.swapped = Bytes{};
  s.uid = 105;
  s.huge_pages = Tri::yes;
  s.maxclients_by_file = 10'000;
  auto& c = s.settings;
  c.maxclients = 10'000;
  c.maxmemory = (4_GiB).n;
  c.repl_backlog_size = (64_MiB).n;
  c.replica_buffer = ReplicaBuffer{(256_MiB).n, (64_MiB).n, 60};
  c.cluster_node_timeout_ms = 15'000;
  c.replica_validity_factor = 10;
  c.min_replicas_to_write = 1;
  c.tcp_keepalive = 300;
  c.timeout = 0;
  c.tcp_backlog = 511;
  c.save = "3600 1";
  c.bind = "127.0.0.1 10.0.0.1";
  c.unix_socket = "";
  c.maxmemory_policy = "noeviction";
  c.oom_score_adj = "relative";
  c.require_full_coverage = "no";
  c.stop_writes_on_bgsave_error = "yes";
  c.appendonly = Tri::no;
  c.protected_mode = Tri::yes;
  c.disable_thp = Tri::yes;
  c.password = Tri::yes;
  s.default_user_commands = "+@all -@dangerous +info";
  s.used_memory = 1_GiB;
  s.directory = DirectorySeen{"/var/lib/redis/" + std::to_string(port), port, 105, 0750, 100_GiB, 1_GiB};
  s.log = LogSeen{"/var/log/redis/" + std::to_string(port) + ".log", 1_GiB, Tri::yes};
  return s;
}

inline HostSeen healthy_host() {
  HostSeen h;
  h.kernel = {{"vm.overcommit_memory", 1},    {"vm.swappiness", 1},           {"vm.zone_reclaim_mode", 0},
              {"vm.max_map_count", 65'530},   {"net.core.somaxconn", 65'535}, {"net.ipv4.tcp_max_syn_backlog", 65'535},
              {"fs.file-max", 2'000'000},     {"fs.nr_open", 1'048'576},      {"kernel.pid_max", 4'194'304},
              {"kernel.threads-max", 192'730}};
  h.thp_enabled = "madvise";
  h.thp_defrag = "madvise";
  h.clocksource = "tsc";
  h.ephemeral = PortRange{32'768, 60'999};
  h.reserved.emplace();
  h.memory = 16_GiB;
  h.servers = {healthy_server(7000, 4711), healthy_server(7001, 4712)};
  return h;
}

// Every setting looked at and enforced.
inline HostPolicy strict() {
  HostPolicy p;
  for (Mode* m : {&p.overcommit_memory.mode,
                  &p.swappiness.mode,
                  &p.zone_reclaim_mode.mode,
                  &p.max_map_count.mode,
                  &p.thp_enabled.mode,
                  &p.thp_defrag.mode,
                  &p.somaxconn.mode,
                  &p.tcp_max_syn_backlog.mode,
                  &p.ip_local_reserved_ports,
                  &p.file_max.mode,
                  &p.nr_open.mode,
                  &p.pid_max.mode,
                  &p.threads_max.mode,
                  &p.clocksource.mode,
                  &p.servers_percent.mode,
                  &p.swapped_bytes.mode,
                  &p.free_percent.mode,
                  &p.one_device,
                  &p.owner,
                  &p.permissions.mode,
                  &p.unrotated_bytes.mode,
                  &p.nofile,
                  &p.maxclients,
                  &p.nproc.mode,
                  &p.core,
                  &p.memlock.mode})
    *m = Mode::enforce;
  return p;
}

inline void enforce_all(ServerPolicy& p) {
  for (Mode* m :
       {&p.maxmemory, &p.maxmemory_policy.mode, &p.repl_backlog_size.mode, &p.replica_output_buffer.mode,
        &p.cluster_node_timeout.mode, &p.replica_validity_factor.mode, &p.require_full_coverage.mode,
        &p.min_replicas_to_write.mode, &p.persistence, &p.stop_writes_on_bgsave_error.mode, &p.oom_score_adj.mode,
        &p.tcp_keepalive.mode, &p.timeout.mode, &p.exposed, &p.loopback, &p.dangerous_commands, &p.file_differs})
    *m = Mode::enforce;
}

struct Spoil {
  const char* setting;
  std::function<void(HostSeen&)> spoil;
};

// One way to spoil each setting, and nothing else.
inline std::vector<Spoil> spoils() {
  std::vector<Spoil> all;
  const auto number = [&](const char* name, std::int64_t value) {
    all.push_back({name, [=](HostSeen& h) { h.kernel[name] = value; }});
  };
  number("vm.overcommit_memory", 0);
  number("vm.swappiness", 60);
  number("vm.zone_reclaim_mode", 1);
  number("vm.max_map_count", 1'024);
  number("net.core.somaxconn", 128);
  number("net.ipv4.tcp_max_syn_backlog", 128);
  number("fs.file-max", 10'000);
  number("fs.nr_open", 1'024);
  number("kernel.pid_max", 1'000);
  number("kernel.threads-max", 1'000);
  const auto first = [&](const char* name, std::function<void(ServerSeen&)> spoil) {
    all.push_back({name, [=](HostSeen& h) { spoil(h.servers.front()); }});
  };
  all.push_back({"transparent_hugepage.enabled", [](HostSeen& h) { h.thp_enabled = "always"; }});
  all.push_back({"transparent_hugepage.defrag", [](HostSeen& h) { h.thp_defrag = "always"; }});
  all.push_back({"clocksource", [](HostSeen& h) { h.clocksource = "xen"; }});
  all.push_back({"net.ipv4.ip_local_reserved_ports", [](HostSeen& h) { h.ephemeral = PortRange{10'000, 60'999}; }});
  all.push_back({"memory.servers_percent", [](HostSeen& h) { h.memory = 8_GiB; }});
  all.push_back({"disk.one_device", [](HostSeen& h) { h.servers[1].directory->device = 7000; }});
  first("memory.swapped_bytes", [](ServerSeen& s) { s.swapped = 2_GiB; });
  first("disk.free_percent", [](ServerSeen& s) { s.directory->free = 100_MiB; });
  first("directory.owner", [](ServerSeen& s) { s.directory->owner = 0; });
  first("directory.permissions", [](ServerSeen& s) { s.directory->mode = 0755; });
  first("log.unrotated_bytes", [](ServerSeen& s) { s.log->rotated = Tri::no; });
  first("limits.nofile", [](ServerSeen& s) { s.limits->nofile = {1'024, 20'000}; });
  first("limits.maxclients", [](ServerSeen& s) { s.settings.maxclients = 4'064; });
  first("limits.nproc", [](ServerSeen& s) { s.limits->nproc.soft = 64; });
  first("limits.core", [](ServerSeen& s) { s.limits->core.soft = 0; });
  first("limits.memlock", [](ServerSeen& s) { s.limits->memlock.soft = 0; });
  first("server.maxmemory", [](ServerSeen& s) { s.settings.maxmemory = 0; });
  first("server.maxmemory-policy", [](ServerSeen& s) { s.settings.maxmemory_policy = "allkeys-lru"; });
  first("server.repl-backlog-size", [](ServerSeen& s) { s.settings.repl_backlog_size = (1_MiB).n; });
  first("server.client-output-buffer-limit", [](ServerSeen& s) { s.settings.replica_buffer->hard = (1_MiB).n; });
  first("server.cluster-node-timeout", [](ServerSeen& s) { s.settings.cluster_node_timeout_ms = 1'000; });
  first("server.cluster-replica-validity-factor", [](ServerSeen& s) { s.settings.replica_validity_factor = 0; });
  first("server.cluster-require-full-coverage", [](ServerSeen& s) { s.settings.require_full_coverage = "yes"; });
  first("server.min-replicas-to-write", [](ServerSeen& s) { s.settings.min_replicas_to_write = 0; });
  first("server.persistence", [](ServerSeen& s) { s.settings.save = ""; });
  first("server.stop-writes-on-bgsave-error", [](ServerSeen& s) { s.settings.stop_writes_on_bgsave_error = "no"; });
  first("server.oom-score-adj", [](ServerSeen& s) { s.settings.oom_score_adj = "no"; });
  first("server.tcp-keepalive", [](ServerSeen& s) { s.settings.tcp_keepalive = 0; });
  first("server.timeout", [](ServerSeen& s) { s.settings.timeout = 30; });
  first("server.exposed", [](ServerSeen& s) { s.settings.password = s.settings.protected_mode = Tri::no; });
  first("server.loopback", [](ServerSeen& s) { s.settings.bind = "10.0.0.1"; });
  first("server.dangerous-commands", [](ServerSeen& s) { s.default_user_commands = "+@all"; });
  first("server.file-differs", [](ServerSeen& s) { s.differences = {{"hz", "10", "100"}}; });
  return all;
}

// Carries one repair out on a host that obeys.
inline void carry_out(const Repair& r, HostSeen& h) {
  const auto server = std::ranges::find(h.servers, r.port, &ServerSeen::port);
  switch (r.how) {
    case Repair::How::kernel_file:
      if (r.target.ends_with("/enabled")) {
        h.thp_enabled = r.value;
      } else if (r.target.ends_with("/defrag")) {
        h.thp_defrag = r.value;
      } else if (r.target.ends_with("/current_clocksource")) {
        h.clocksource = r.value;
      } else if (r.target.ends_with("/ip_local_reserved_ports")) {
        h.reserved->clear();
        for (std::size_t at = 0; at < r.value.size();
             at = r.value.find(',', at) == r.value.npos ? r.value.size() : r.value.find(',', at) + 1) {
          const auto port = static_cast<std::uint16_t>(std::stoi(r.value.substr(at)));
          h.reserved->push_back({port, port});
        }
      } else {
        auto name = r.target.substr(std::string("/proc/sys/").size());
        std::ranges::replace(name, '/', '.');
        ASSERT_TRUE(h.kernel.contains(name)) << name;
        h.kernel[name] = std::stoll(r.value);
      }
      return;
    case Repair::How::nofile:
      ASSERT_NE(server, h.servers.end());
      server->limits->nofile = {std::stoull(r.value), std::stoull(r.value)};
      return;
    case Repair::How::server_setting: break;
  }
  ASSERT_NE(server, h.servers.end());
  auto& c = server->settings;
  const std::map<std::string, std::function<void(const std::string&)>> settings{
      {"maxclients", [&](const std::string& v) { c.maxclients = std::stoll(v); }},
      {"maxmemory-policy", [&](const std::string& v) { c.maxmemory_policy = v; }},
      {"repl-backlog-size", [&](const std::string& v) { c.repl_backlog_size = std::stoll(v); }},
      {"client-output-buffer-limit",
       [&](const std::string& v) { c.replica_buffer->hard = std::stoull(v.substr(std::string("slave ").size())); }},
      {"cluster-node-timeout", [&](const std::string& v) { c.cluster_node_timeout_ms = std::stoll(v); }},
      {"cluster-replica-validity-factor", [&](const std::string& v) { c.replica_validity_factor = std::stoll(v); }},
      {"cluster-require-full-coverage", [&](const std::string& v) { c.require_full_coverage = v; }},
      {"min-replicas-to-write", [&](const std::string& v) { c.min_replicas_to_write = std::stoll(v); }},
      {"stop-writes-on-bgsave-error", [&](const std::string& v) { c.stop_writes_on_bgsave_error = v; }},
      {"oom-score-adj", [&](const std::string& v) { c.oom_score_adj = v; }},
      {"tcp-keepalive", [&](const std::string& v) { c.tcp_keepalive = std::stoll(v); }},
      {"timeout", [&](const std::string& v) { c.timeout = std::stoll(v); }},
      {"protected-mode", [&](const std::string& v) { c.protected_mode = v == "yes" ? Tri::yes : Tri::no; }}};
  const auto at = settings.find(r.target);
  ASSERT_NE(at, settings.end()) << r.target;
  at->second(r.value);
}

}  // namespace slotwarden::decide
