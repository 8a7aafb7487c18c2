// What each setting of a host or a server prevents, and how bad it is when it is not as wanted. The names are those of
// the policy files; decide/host*.cpp pick from here by name while compiling, and docs/host-settings.md is written from
// it.
#pragma once

#include <array>
#include <string_view>

#include "facts/finding.h"

namespace slotwarden::decide {

struct HostRule {
  std::string_view setting;
  Severity severity;
  std::string_view why;
};

inline constexpr auto host_table = std::to_array<HostRule>({
    {"vm.overcommit_memory", Severity::danger,
     "The kernel may refuse the fork of a large server although memory is there: no save, and no replica can sync."},
    {"vm.swappiness", Severity::warning,
     "The kernel swaps a server's idle keys out to keep its file cache; reading them back takes milliseconds each."},
    {"vm.zone_reclaim_mode", Severity::warning,
     "Memory of the near NUMA node is freed by force while the far one is empty: pauses, and swapping without need."},
    {"vm.max_map_count", Severity::warning,
     "A server whose memory is fragmented runs out of mappings, and its next allocation fails as if memory were full."},
    {"transparent_hugepage.enabled", Severity::warning,
     "While a save runs, each written key copies a page of two megabytes instead of four kilobytes: memory doubles, "
     "and every write waits."},
    {"transparent_hugepage.defrag", Severity::advice,
     "An allocation may stop the server until the kernel has put a huge page together."},
    {"net.core.somaxconn", Severity::warning,
     "The servers' tcp-backlog is cut to this: when many clients reconnect at once, connections are dropped."},
    {"net.ipv4.tcp_max_syn_backlog", Severity::warning,
     "When many clients reconnect at once, their first packets are dropped and they wait for seconds."},
    {"net.ipv4.ip_local_reserved_ports", Severity::warning,
     "An outgoing connection may be given a server's port or bus port while the server is down, and then it cannot "
     "start."},
    {"fs.file-max", Severity::warning, "All processes together run out of descriptors, and clients are refused."},
    {"fs.nr_open", Severity::warning, "No process may have as many descriptors as a server needs for its maxclients."},
    {"kernel.pid_max", Severity::warning,
     "Process numbers run out, and a server cannot fork its save or be started again."},
    {"kernel.threads-max", Severity::warning,
     "Threads run out, and a server cannot fork its save or be started again."},
    {"clocksource", Severity::advice,
     "Reading the time is a system call with this clock source, and a server does it for every command."},
    {"memory.servers_percent", Severity::danger,
     "The servers may grow larger than the memory that there is, saves not yet counted: the kernel then kills one."},
    {"memory.swapped_bytes", Severity::warning,
     "Parts of the data are on the swap device: commands that touch them stop the whole server, and a slow node is "
     "taken for a dead one."},
    {"disk.free_percent", Severity::danger,
     "The next save does not fit beside the last one: it fails, and writes are refused or the data is not kept."},
    {"disk.one_device", Severity::advice,
     "Servers share a device: it takes all of them with it, and their saves and loads slow each other down."},
    {"directory.owner", Severity::danger,
     "The data directory is not the server's own: it cannot save there, or nodes.conf cannot be rewritten, which ends "
     "it."},
    {"directory.permissions", Severity::warning, "Others may read the dumps, and with them every key and value."},
    {"log.unrotated_bytes", Severity::advice,
     "The log grows until the disk is full, and then no save succeeds any more."},
    {"limits.nofile", Severity::danger,
     "The process may not open as many descriptors as its maxclients need: clients are refused at the peak."},
    {"limits.maxclients", Severity::danger,
     "The server has lowered maxclients by itself, since its descriptor limit was too small when it started: clients "
     "are refused at the peak."},
    {"limits.nproc", Severity::warning, "The server's user may not have enough processes: a save cannot be forked."},
    {"limits.core", Severity::advice, "A crash leaves no core, or one that is cut off, and happens again unexplained."},
    {"limits.memlock", Severity::advice, "Asynchronous input and output need locked memory, and is refused it."},
    {"server.maxmemory", Severity::danger,
     "Without a limit it grows until the kernel kills it, or another server of this host."},
    {"server.maxmemory-policy", Severity::danger,
     "What is done when memory is full does not fit the data: keys that must stay are evicted, or a cache refuses "
     "writes."},
    {"server.repl-backlog-size", Severity::warning,
     "After a short break of its link a replica cannot go on where it was and copies everything, which costs a fork."},
    {"server.client-output-buffer-limit", Severity::warning,
     "A replica that syncs while writes go on is cut off again and again, and every attempt costs a fork."},
    {"server.cluster-node-timeout", Severity::warning,
     "A slow command is taken for a death: a healthy master loses its role, and the writes in between."},
    {"server.cluster-replica-validity-factor", Severity::danger,
     "A replica may be elected however long it was cut off, and everything written since is gone."},
    {"server.cluster-require-full-coverage", Severity::warning,
     "When one shard is down, all the others refuse every command."},
    {"server.min-replicas-to-write", Severity::advice,
     "A master that is cut off from its replicas goes on taking writes that will be lost."},
    {"server.persistence", Severity::danger,
     "Nothing is ever written to the disk: a server that restarts is empty, and so are its replicas soon."},
    {"server.stop-writes-on-bgsave-error", Severity::warning,
     "Saves may fail for weeks without anybody noticing, until the data on the disk is needed."},
    {"server.oom-score-adj", Severity::warning,
     "When memory runs out the kernel is as likely to kill the server as its save, which could be repeated."},
    {"server.tcp-keepalive", Severity::warning,
     "Connections of clients that are gone stay open until maxclients is reached, and then nobody gets in."},
    {"server.timeout", Severity::advice,
     "Idle connections are closed under the clients that keep them for later, and they come back all at once."},
    {"server.exposed", Severity::danger,
     "Whoever reaches this address may read, change and empty the data, and needs no password for it."},
    {"server.loopback", Severity::advice,
     "It listens on no local address: when the network is down, nobody on this host can reach it either."},
    {"server.dangerous-commands", Severity::advice,
     "Any client may run the commands that block a node for seconds or empty it by a slip of the hand."},
    {"server.file-differs", Severity::warning,
     "It runs with another value than its file says: after the next restart it behaves differently."},
});

template <std::size_t N>
[[nodiscard]] consteval bool well_formed(const std::array<HostRule, N>& table) {
  for (std::size_t i = 0; i < N; ++i) {
    if (table[i].setting.empty() || !table[i].why.ends_with('.')) return false;
    for (std::size_t other = i + 1; other < N; ++other)
      if (table[other].setting == table[i].setting) return false;
  }
  return true;
}
static_assert(well_formed(host_table), "each setting once, with a sentence");

// A name that the table does not have does not compile.
[[nodiscard]] consteval HostRule host_rule(std::string_view setting) {
  for (const auto& rule : host_table)
    if (rule.setting == setting) return rule;
  throw "the table has no setting of this name";
}

}  // namespace slotwarden::decide
