// INFO as values: what a server says about itself. A field the server did not send is nullopt or unknown.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "facts/cluster.h"
#include "facts/units.h"

namespace slotwarden {

// Which program answers. Valkey reports redis_version 7.2.4 whatever it is, so `version` is valkey_version there.
enum class ServerKind { unknown, redis, valkey };

struct ServerVersion {
  ServerKind kind = ServerKind::unknown;
  int major = 0;
  int minor = 0;
  int patch = 0;
};

// One slaveN line of a master.
struct AttachedReplica {
  Endpoint at;
  std::string state;  // online, wait_bgsave, send_bulk, rdb_transmitted
  Offset offset;
  std::int64_t lag_seconds = -1;
};

struct ServerInfo {
  ServerVersion version;
  Pid process_id;
  std::string run_id;
  Port tcp_port;
  std::string executable;
  std::string config_file;
  std::int64_t uptime_seconds = 0;
  std::int64_t maxclients = 0;
  std::int64_t connected_clients = 0;
  Bytes used_memory;
  std::optional<Bytes> maxmemory;
  std::string maxmemory_policy;

  bool loading = false;
  std::optional<Bytes> loading_total;
  std::optional<Bytes> loading_loaded;
  std::optional<std::int64_t> loading_eta_seconds;

  // While `loading`, a cluster replica says master here: take the role from nodes.conf then.
  Role role = Role::unknown;
  std::string replid;
  std::string replid2;
  Offset offset;         // master_repl_offset
  Offset second_offset;  // -1 when there is none
  std::vector<AttachedReplica> replicas;
  // Set iff the role is replica.
  std::optional<Endpoint> master;
  bool master_link_up = false;
  bool master_sync_in_progress = false;
  std::optional<Offset> replica_offset;  // slave_repl_offset
  std::optional<std::int64_t> master_link_down_seconds;

  bool aof_enabled = false;
  bool bgsave_in_progress = false;
  bool aof_rewrite_in_progress = false;
  bool aof_rewrite_scheduled = false;
  bool last_aof_rewrite_ok = true;
  std::optional<std::int64_t> aof_rewrites;  // since its start; from 7.0 on
  bool last_bgsave_ok = true;
  std::int64_t last_save_unix = 0;
  std::int64_t changes_since_save = 0;
  std::optional<std::int64_t> saves;              // rdb_saves: forks for a save by this process, good or not (7.0+)
  std::optional<std::int64_t> last_save_seconds;  // how long the last one took; unset: there was none
  Bytes last_save_cow;
  std::optional<std::int64_t> last_rewrite_seconds;
  Bytes last_rewrite_cow;
  std::optional<Bytes> aof_base;  // aof_base_size, aof_current_size; unset: no append-only file
  std::optional<Bytes> aof_size;
  // Of the child that is at work, as the server last heard of it.
  Bytes cow;  // the most so far, where the server tells (7.0+)
  std::int64_t keys_processed = 0;
  std::int64_t keys_to_process = 0;
  std::optional<std::int64_t> shutdown_in_ms;

  bool cluster_enabled = false;
  // The sum over all databases; keys with a time to live are counted in both.
  std::uint64_t keys = 0;
  std::uint64_t keys_with_expiry = 0;
};

}  // namespace slotwarden
