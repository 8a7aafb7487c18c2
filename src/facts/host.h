// What was seen of a host and of the servers on it, gathered once for one judgement. What could not be learned keeps
// its default: nullopt, an empty text or unknown.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "facts/policy.h"
#include "facts/server_policy.h"
#include "facts/units.h"
#include "facts/verdict.h"

namespace slotwarden {

struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  [[nodiscard]] constexpr bool holds(std::uint16_t port) const { return first <= port && port <= last; }
  friend bool operator==(const PortRange&, const PortRange&) = default;
};

// A resource limit of a process; `unlimited` stands for no limit.
struct Limit {
  static constexpr std::uint64_t unlimited = UINT64_MAX;
  std::uint64_t soft = 0;
  std::uint64_t hard = 0;
  friend bool operator==(const Limit&, const Limit&) = default;
};

struct Limits {
  Limit nofile;
  Limit nproc;
  Limit core;
  Limit memlock;
};

// The hard and the soft limit of what may wait to be sent to a replica; 0 means no limit.
struct ReplicaBuffer {
  std::uint64_t hard = 0;
  std::uint64_t soft = 0;
  std::uint64_t soft_seconds = 0;
  friend bool operator==(const ReplicaBuffer&, const ReplicaBuffer&) = default;
};

// What a running server says of its settings (CONFIG GET).
struct ServerSettings {
  std::optional<std::int64_t> maxclients;
  std::optional<std::int64_t> maxmemory;
  std::optional<std::int64_t> repl_backlog_size;
  std::optional<ReplicaBuffer> replica_buffer;
  std::optional<std::int64_t> cluster_node_timeout_ms;  // unset where it is no cluster node
  std::optional<std::int64_t> replica_validity_factor;
  std::optional<std::int64_t> min_replicas_to_write;
  std::optional<std::int64_t> tcp_keepalive;
  std::optional<std::int64_t> timeout;
  std::optional<std::int64_t> tcp_backlog;
  std::optional<std::string> save;
  std::optional<std::string> bind;
  std::optional<std::string> unix_socket;
  std::string maxmemory_policy;
  std::string oom_score_adj;
  std::string require_full_coverage;  // "yes" or "no", as the next ones
  std::string stop_writes_on_bgsave_error;
  Tri appendonly = Tri::unknown;
  Tri protected_mode = Tri::unknown;
  Tri disable_thp = Tri::unknown;
  Tri password = Tri::unknown;  // whether the default user needs one, or may not come in at all
};

// A directive whose value in the server's file is not the one it runs with.
struct Difference {
  std::string name;
  std::string in_file;
  std::string running;
  friend bool operator==(const Difference&, const Difference&) = default;
};

struct DirectorySeen {
  std::string path;
  std::uint64_t device = 0;
  std::uint32_t owner = 0;
  std::uint32_t mode = 0;  // permission bits
  Bytes free;
  Bytes dataset;  // the files that the server would load
};

struct LogSeen {
  std::string path;
  Bytes size;
  Tri rotated = Tri::unknown;  // whether logrotate's configuration names it
};

struct ServerSeen {
  Port port;
  std::uint16_t bus_port = 0;  // 0: it is no cluster node
  Pid pid;
  bool managed = false;  // an instance of slotwarden's configuration
  std::string policy_name = "storage";
  ServerPolicy policy;
  ProcessPolicy process;

  // Of the process.
  std::optional<Limits> limits;
  std::optional<Bytes> swapped;
  std::optional<std::uint32_t> uid;
  Tri huge_pages = Tri::unknown;  // whether the kernel may give it huge pages
  // Of its file; unset where the file could not be read.
  std::optional<std::int64_t> maxclients_by_file;
  bool renames_commands = false;
  std::vector<Difference> differences;
  bool saves_scheduled = false;  // slotwarden sets its save points (decide/save_control.h): no difference
  // Of its answers.
  ServerSettings settings;
  std::string default_user_commands;  // "+@all", as ACL GETUSER prints it; empty when it was not told
  std::optional<Bytes> used_memory;
  std::string config_file;  // that it was started with; empty: with none, or not known
  // Of its files.
  std::optional<DirectorySeen> directory;
  std::optional<LogSeen> log;
};

struct HostSeen {
  std::map<std::string, std::int64_t> kernel;  // numbers, by "vm.overcommit_memory"
  std::string thp_enabled;                     // the chosen word
  std::string thp_defrag;
  std::string clocksource;
  std::optional<PortRange> ephemeral;
  std::optional<std::vector<PortRange>> reserved;
  std::optional<Bytes> memory;  // of the host, or what this control group may use where that is less
  std::vector<ServerSeen> servers;
  std::vector<std::string> blind;  // what could not be looked at, and why
};

}  // namespace slotwarden
