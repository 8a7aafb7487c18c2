// The settings of this host, and the processes and files of its servers, for one judgement. Reads only; blocking but
// short.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "facts/host.h"
#include "facts/result.h"
#include "formats/server_conf.h"

namespace slotwarden::observe {

// Everything of HostSeen but the servers. What cannot be read is named in `blind`.
[[nodiscard]] HostSeen host_settings();

// The value of a file below /proc/sys or /sys as it would be written back: of a list of words, the chosen one.
[[nodiscard]] Result<std::string> setting_value(const std::string& file);

// Fills what the process of `server.pid` shows: its limits, its user, what of it is swapped. A process that has ended
// leaves them unset.
void look_at_process(ServerSeen& server);

// Fills what lies on the disk: the data directory and the log. `conf` is the server's own, with an absolute `dir`.
void look_at_files(ServerSeen& server, const formats::ServerConf& conf);

// The memory that a process may use: the least of the host's and of the limits of its control groups; nullopt when
// that cannot be learned.
[[nodiscard]] std::optional<Bytes> memory_for(Pid pid);

// A Redis or Valkey server that runs here, whoever started it.
struct RunningServer {
  Pid pid;
  Port port;                // the lowest that it listens on
  std::string directory;    // that it works in
  std::string config_file;  // by its command line; empty when that does not name one any more
};
[[nodiscard]] std::vector<RunningServer> running_servers();

}  // namespace slotwarden::observe
