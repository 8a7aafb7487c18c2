// redis.conf and valkey.conf as values: what matters to a supervisor, and every directive as written.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facts/result.h"
#include "facts/units.h"

namespace slotwarden::formats {

struct Directive {
  std::string name;  // lower case
  std::vector<std::string> arguments;
  int line = 0;
};

// One file's directives in order, `include` among them. Quoting as in the server (sdssplitargs): double quotes with
// escapes, single quotes. On failure: "line 12: unbalanced quotes".
[[nodiscard]] Result<std::vector<Directive>> parse_directives(std::string_view text);

// The directives as the server understands them: the last one wins, except for those that add up. Defaults are those of
// Redis 7.0. Old and new names are one (slave-/replica-, master-/primary-).
struct ServerConf {
  Port port{6379};
  Port tls_port{0};
  std::optional<std::uint16_t> cluster_port;  // cluster-port; otherwise port + 10000
  std::vector<std::string> bind;              // empty: every address
  std::string unix_socket;
  std::string dir = ".";
  std::string dbfilename = "dump.rdb";
  bool appendonly = false;
  std::string appendfilename = "appendonly.aof";
  std::string appenddirname = "appendonlydir";
  bool aof_load_truncated = true;
  bool rdb_checksum = true;
  bool cluster_enabled = false;
  std::string cluster_config_file = "nodes.conf";
  std::int64_t cluster_node_timeout_ms = 15'000;
  std::uint64_t maxclients = 10'000;
  std::string logfile;
  bool repl_diskless_sync = true;
  std::int64_t repl_diskless_sync_delay = 5;
  std::int64_t repl_diskless_sync_max_replicas = 0;
  bool saves = true;  // at least one save point
  std::string requirepass;
  std::string masteruser;
  std::string masterauth;
  std::string aclfile;
  std::string tls_ca_file;
  std::string tls_ca_directory;
  std::string tls_certificate;
  std::string tls_key;
  std::string tls_client_certificate;
  std::string tls_client_key;
  bool tls_cluster = false;
  bool tls_replication = false;

  // Absolute (when dir is) paths of what the server reads and writes.
  [[nodiscard]] std::string rdb_path() const;
  [[nodiscard]] std::string nodes_path() const;
  [[nodiscard]] std::string aof_directory() const;
  [[nodiscard]] std::uint16_t bus_port() const;
};

// Reads the directives that ServerConf names; others are the server's business. A value that cannot be read is an error
// with its line.
[[nodiscard]] Result<ServerConf> server_conf(const std::vector<Directive>& directives);

}  // namespace slotwarden::formats
