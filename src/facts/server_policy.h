// What a server's own settings are to be, as an instance's policy says. Defaults are those of policies/storage.toml.
#pragma once

#include "facts/host_policy.h"

namespace slotwarden {

// Named as the server names them. Enforced means CONFIG SET on the running server; its file is never edited.
struct ServerPolicy {
  Mode maxmemory = Mode::audit;
  WantedText maxmemory_policy{"noeviction", Mode::audit};
  WantedNumber repl_backlog_size{16'777'216, Mode::audit};  // at least
  // At least, of the hard limit; 0 in the server means no limit and is accepted.
  WantedNumber replica_output_buffer{268'435'456, Mode::audit};
  Wanted<std::chrono::milliseconds> cluster_node_timeout{std::chrono::milliseconds{6'000}, Mode::audit};  // at least
  WantedNumber replica_validity_factor{1, Mode::audit};                                                   // at least
  WantedText require_full_coverage{"no", Mode::audit};
  WantedNumber min_replicas_to_write{1, Mode::off};  // at least
  Mode persistence = Mode::audit;
  WantedText stop_writes_on_bgsave_error{"yes", Mode::audit};
  WantedText oom_score_adj{"relative yes absolute", Mode::audit};
  WantedNumber tcp_keepalive{300, Mode::audit};  // at most, and not 0
  WantedNumber timeout{0, Mode::audit};
  Mode exposed = Mode::audit;
  Mode loopback = Mode::audit;
  Mode dangerous_commands = Mode::audit;
  Mode file_differs = Mode::audit;
  friend bool operator==(const ServerPolicy&, const ServerPolicy&) = default;
};

}  // namespace slotwarden
