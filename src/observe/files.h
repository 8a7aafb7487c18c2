// The files of a stopped server: its configuration, nodes.conf and its dataset. Reads only; blocking, so dataset() is
// for the worker pool. All opens are O_NOFOLLOW|O_NONBLOCK and insist on a regular file (a FIFO or a device never hangs
// us); the configuration itself may be a symbolic link.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "facts/cluster.h"
#include "facts/dataset.h"
#include "facts/result.h"
#include "formats/server_conf.h"

namespace slotwarden::observe {

// The server's own configuration file with its includes followed (relative to the working directory of the daemon's
// child, as the server does; nesting over 8 is an error).
[[nodiscard]] Result<formats::ServerConf> server_conf(const std::string& path);
// Its directives one by one, those of the included files in place.
[[nodiscard]] Result<std::vector<formats::Directive>> server_directives(const std::string& path);

// nodes.conf of a stopped server. `absent`: no file or zero bytes (the server would make up a new identity).
struct NodesConf {
  bool absent = false;
  std::optional<ClusterView> view;  // unset when absent or damaged
  std::string damage;               // what is wrong and in which line; empty otherwise
};
[[nodiscard]] NodesConf nodes_conf(const std::string& path);

// What a server with this configuration would load from its directory, and whether it is whole: for an RDB the magic,
// the version, the header fields, the EOF mark and the CRC64 trailer; for an append-only file the manifest, the
// presence and size of each file it names, and the RDB base in the same way. Reads the whole file. `newest_rdb` is the
// newest RDB version that the server reads (formats::newest_rdb).
[[nodiscard]] Dataset dataset(const formats::ServerConf& conf, int newest_rdb, bool valkey);

// temp-<pid>.rdb and temp-rewriteaof-* in the data directory whose process is gone.
[[nodiscard]] std::vector<std::string> leftover_temporaries(const std::string& directory);

}  // namespace slotwarden::observe
