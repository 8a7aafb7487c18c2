// Starts a server with what slotwarden insists on, whatever the server's own file says.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "adapters/process.h"
#include "facts/policy.h"
#include "facts/result.h"
#include "facts/units.h"

namespace slotwarden::act {

struct Launch {
  Port port;
  std::string server;     // the binary
  std::string config;     // the server's own file
  std::string directory;  // working directory: that of `config`
  std::string user;       // empty: the daemon's own
  ProcessPolicy process;
  std::uint64_t nofile = 0;
  // Replicas that ask for a full sync wait, with their data intact, until repl-diskless-sync-delay is set back: it is
  // started with diskless sync and a delay of an hour.
  bool quarantine = false;
  // repl-diskless-sync-max-replicas as the server's file sets it. So many waiting replicas would end the delay, so in
  // quarantine it is overridden too; 0, the default, is left alone: servers before 7.0 do not know the directive.
  std::int64_t diskless_max_replicas = 0;
  // `appendonly no`, whatever its file says: it loads the dump.
  bool without_aof = false;
  std::string journal;  // the identifier of stdout and stderr in the journal; empty: they go to `output`
  std::string output;
  std::string identity_file;  // see adapters/process.h
  int lock_fd = -1;
};

// The arguments after argv[0]: the file, then overrides that keep the server in the foreground as our child
// (daemonize, supervised, pidfile). Beware: a server that is told CONFIG REWRITE writes the overrides into its file,
// those of the quarantine included while it lasts.
[[nodiscard]] std::vector<std::string> arguments(const Launch& l);

[[nodiscard]] Result<adapters::Spawned> launch(const Launch& l);

}  // namespace slotwarden::act
