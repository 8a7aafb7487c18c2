// Every option of policies/host.toml and of the section [server] of the other policies, once; config/options.h says how
// the lists are walked. A setting has a value, `want`, and a mode; some have a mode only.
#pragma once

#include "config/options.h"
#include "facts/host_policy.h"
#include "facts/server_policy.h"

namespace slotwarden::config {

// Its two options; `mode_name` is the name of `want` with "mode" at its end.
template <class W, class Visit>
void visit_wanted(const Option& want, std::string_view mode_name, W& wanted, Visit&& visit) {
  visit(want, wanted.want);
  visit(Option{.name = mode_name, .form = Form::mode, .doc = "What is done about another value."}, wanted.mode);
}

template <class Visit, class M>
void visit_mode(std::string_view name, std::string_view doc, M& mode, Visit&& visit) {
  visit(Option{.name = name, .form = Form::mode, .doc = doc}, mode);
}

template <class P, class Visit>
void each_kernel_option(P& p, Visit&& visit) {
  visit_wanted({.name = "vm.overcommit_memory.want",
                .form = Form::count,
                .doc = "1: no fork is refused for its size.",
                .most = 2},
               "vm.overcommit_memory.mode", p.overcommit_memory, visit);
  visit_wanted({.name = "vm.swappiness.want",
                .form = Form::count,
                .doc = "How readily memory of processes is swapped out.",
                .most = 200},
               "vm.swappiness.mode", p.swappiness, visit);
  visit_wanted({.name = "vm.zone_reclaim_mode.want",
                .form = Form::count,
                .doc = "0: memory of any NUMA node is taken.",
                .most = 7},
               "vm.zone_reclaim_mode.mode", p.zone_reclaim_mode, visit);
  visit_wanted({.name = "vm.max_map_count.want", .form = Form::count, .doc = "Mappings of one process, at least."},
               "vm.max_map_count.mode", p.max_map_count, visit);
  visit_wanted(
      {.name = "transparent_hugepage.enabled.want", .form = Form::text, .doc = "Accepted words, the best one first."},
      "transparent_hugepage.enabled.mode", p.thp_enabled, visit);
  visit_wanted(
      {.name = "transparent_hugepage.defrag.want", .form = Form::text, .doc = "Accepted words, the best one first."},
      "transparent_hugepage.defrag.mode", p.thp_defrag, visit);
  visit_wanted({.name = "net.core.somaxconn.want",
                .form = Form::count,
                .doc = "At least this, and every server's tcp-backlog.",
                .most = INT32_MAX},
               "net.core.somaxconn.mode", p.somaxconn, visit);
  visit_wanted({.name = "net.ipv4.tcp_max_syn_backlog.want",
                .form = Form::count,
                .doc = "At least this, and every server's tcp-backlog.",
                .most = INT32_MAX},
               "net.ipv4.tcp_max_syn_backlog.mode", p.tcp_max_syn_backlog, visit);
  visit_mode("net.ipv4.ip_local_reserved_ports.mode",
             "Whether the servers' ports and bus ports are reserved where outgoing connections could get them.",
             p.ip_local_reserved_ports, visit);
  visit_wanted({.name = "fs.file-max.want",
                .form = Form::count,
                .doc = "Descriptors of all processes: at least this, and what the servers need."},
               "fs.file-max.mode", p.file_max, visit);
  visit_wanted({.name = "fs.nr_open.want",
                .form = Form::count,
                .doc = "Descriptors of one process: at least this, and what a server needs.",
                .most = INT32_MAX},
               "fs.nr_open.mode", p.nr_open, visit);
  visit_wanted(
      {.name = "kernel.pid_max.want", .form = Form::count, .doc = "Process numbers, at least.", .most = 4'194'304},
      "kernel.pid_max.mode", p.pid_max, visit);
  visit_wanted({.name = "kernel.threads-max.want",
                .form = Form::count,
                .doc = "Threads of all processes, at least.",
                .most = INT32_MAX},
               "kernel.threads-max.mode", p.threads_max, visit);
  visit_wanted({.name = "clocksource.want", .form = Form::text, .doc = "Accepted clock sources, the best one first."},
               "clocksource.mode", p.clocksource, visit);
}

template <class P, class Visit>
void each_process_limit_option(P& p, Visit&& visit) {
  visit_mode("limits.nofile.mode", "Descriptors, of which a server needs its maxclients and 32 more.", p.nofile, visit);
  visit_mode("limits.maxclients.mode", "Whether a running server has the maxclients that its file says.", p.maxclients,
             visit);
  visit_wanted(
      {.name = "limits.nproc.want", .form = Form::count, .doc = "Processes and threads of its user, at least."},
      "limits.nproc.mode", p.nproc, visit);
  visit_mode("limits.core.mode", "The size of a core dump, as core_bytes in the instance's policy says.", p.core,
             visit);
  visit_wanted({.name = "limits.memlock.want", .form = Form::size, .doc = "Memory that may be locked, at least."},
               "limits.memlock.mode", p.memlock, visit);
}

template <class P, class Visit>
void each_host_policy_option(P& p, Visit&& visit) {
  visit_mode("mode", "The most that is done about any setting of this host, its servers' own settings included.",
             p.mode, visit);
  visit(
      Option{
          .name = "check_every", .form = Form::duration, .doc = "How often it is all looked at again.", .least = 1'000},
      p.check_every);
  each_kernel_option(p, visit);
  visit_wanted({.name = "memory.servers_percent.want",
                .form = Form::count,
                .doc = "All maxmemory together, of the memory there is: at most so many percent.",
                .least = 1,
                .most = 1'000},
               "memory.servers_percent.mode", p.servers_percent, visit);
  visit_wanted({.name = "memory.swapped_bytes.want", .form = Form::size, .doc = "Of each server, at most."},
               "memory.swapped_bytes.mode", p.swapped_bytes, visit);
  visit_wanted({.name = "disk.free_percent.want",
                .form = Form::count,
                .doc = "Free space at the data directory, of the size of the dataset: at least so many percent.",
                .most = 10'000},
               "disk.free_percent.mode", p.free_percent, visit);
  visit_mode("disk.one_device.mode", "Whether each data directory has a device of its own.", p.one_device, visit);
  visit_mode("directory.owner.mode", "Whether the data directory belongs to the user that the server runs as.", p.owner,
             visit);
  visit_wanted(
      {.name = "directory.permissions.want", .form = Form::octal, .doc = "No more than these on a data directory."},
      "directory.permissions.mode", p.permissions, visit);
  visit_wanted({.name = "log.unrotated_bytes.want",
                .form = Form::size,
                .doc = "How large a log may be that logrotate does not know."},
               "log.unrotated_bytes.mode", p.unrotated_bytes, visit);
  each_process_limit_option(p, visit);
  visit(Option{.name = "saves.at_once",
               .form = Form::count,
               .doc = "How many servers of this host may fork at the same time; 0: one, and more while processors are "
                      "idle, up to four.",
               .most = 100},
        p.saves.at_once);
  visit(
      Option{.name = "saves.full_syncs_at_once",
             .form = Form::count,
             .doc = "How many masters of this host may send all their data to replicas at the same time; 0: as many as "
                    "are asked.",
             .most = 100},
      p.saves.full_syncs_at_once);
  visit(Option{.name = "saves.replica_starts_at_once",
               .form = Form::count,
               .doc = "A replica is not started while so many servers of this host load their data; 0: however many.",
               .most = 100},
        p.saves.replica_starts_at_once);
  visit(Option{.name = "saves.reserve_percent",
               .form = Form::count,
               .doc = "Of the memory of the host, and of each control group, that saves leave alone.",
               .least = 1,
               .most = 50},
        p.saves.reserve_percent);
  visit(Option{.name = "saves.pressure_percent",
               .form = Form::count,
               .doc = "Saves wait while processes of this host wait for memory more of their time than this.",
               .most = 100},
        p.saves.pressure_percent);
}

template <class P, class Visit>
void each_server_memory_option(P& p, Visit&& visit) {
  visit_mode("server.maxmemory.mode", "Whether there is a limit at all.", p.maxmemory, visit);
  visit_wanted(
      {.name = "server.maxmemory-policy.want", .form = Form::text, .doc = "Accepted words, the best one first."},
      "server.maxmemory-policy.mode", p.maxmemory_policy, visit);
  visit_wanted({.name = "server.repl-backlog-size.want", .form = Form::size, .doc = "At least."},
               "server.repl-backlog-size.mode", p.repl_backlog_size, visit);
  visit_wanted({.name = "server.client-output-buffer-limit.want",
                .form = Form::size,
                .doc = "The hard limit for replicas: none, or at least this."},
               "server.client-output-buffer-limit.mode", p.replica_output_buffer, visit);
  visit_wanted({.name = "server.oom-score-adj.want", .form = Form::text, .doc = "Accepted words, the best one first."},
               "server.oom-score-adj.mode", p.oom_score_adj, visit);
}

template <class P, class Visit>
void each_server_option(P& p, Visit&& visit) {
  each_server_memory_option(p, visit);
  visit_wanted({.name = "server.cluster-node-timeout.want", .form = Form::duration, .doc = "At least."},
               "server.cluster-node-timeout.mode", p.cluster_node_timeout, visit);
  visit_wanted({.name = "server.cluster-replica-validity-factor.want", .form = Form::count, .doc = "At least."},
               "server.cluster-replica-validity-factor.mode", p.replica_validity_factor, visit);
  visit_wanted({.name = "server.cluster-require-full-coverage.want",
                .form = Form::text,
                .doc = "Accepted words, the best one first."},
               "server.cluster-require-full-coverage.mode", p.require_full_coverage, visit);
  visit_wanted({.name = "server.min-replicas-to-write.want", .form = Form::count, .doc = "At least."},
               "server.min-replicas-to-write.mode", p.min_replicas_to_write, visit);
  visit_mode("server.persistence.mode", "Whether anything is written to the disk: appendonly, or save points.",
             p.persistence, visit);
  visit_wanted({.name = "server.stop-writes-on-bgsave-error.want",
                .form = Form::text,
                .doc = "Accepted words, the best one first."},
               "server.stop-writes-on-bgsave-error.mode", p.stop_writes_on_bgsave_error, visit);
  visit_wanted(
      {.name = "server.tcp-keepalive.want", .form = Form::count, .doc = "Seconds, at most, and not 0.", .least = 1},
      "server.tcp-keepalive.mode", p.tcp_keepalive, visit);
  visit_wanted({.name = "server.timeout.want",
                .form = Form::count,
                .doc = "Seconds after which an idle client is sent away; 0 is never."},
               "server.timeout.mode", p.timeout, visit);
  visit_mode("server.exposed.mode",
             "Whether strangers come in: another than local addresses, no password, protected-mode no.", p.exposed,
             visit);
  visit_mode("server.loopback.mode", "Whether it can be reached without the network: a local address or a unixsocket.",
             p.loopback, visit);
  visit_mode("server.dangerous-commands.mode", "Whether the default user may run every command of @dangerous.",
             p.dangerous_commands, visit);
  visit_mode("server.file-differs.mode", "Whether it runs with what its file says.", p.file_differs, visit);
}

}  // namespace slotwarden::config
