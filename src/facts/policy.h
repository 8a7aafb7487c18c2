// The choices an instance follows, one struct per decision, so that thresholds can travel inside the evidence.
// Defaults are those of policies/storage.toml; config/ fills them from the policy files.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "facts/backup_policy.h"
#include "facts/save_policy.h"
#include "facts/server_policy.h"
#include "facts/units.h"

namespace slotwarden {

struct BackoffPolicy {
  // A process that lived at least this long started well: its exit is a first exit.
  std::chrono::milliseconds stable_after{10'000};
  std::chrono::milliseconds first_delay{200};  // after the first early exit; doubles each time
  std::chrono::milliseconds longest_delay{30'000};
  int jitter_percent = 20;                    // the delay is drawn from [1-j, 1+j] of its value
  int budget = 12;                            // this many restarts …
  std::chrono::milliseconds window{600'000};  // … within this window, then FATAL
  friend bool operator==(const BackoffPolicy&, const BackoffPolicy&) = default;
};

struct StartPolicy {
  // Data may be lost (a cache): an empty or damaged dataset does not hold a start, and waits are bounded.
  bool data_may_go = false;
  // With data_may_go: the longest wait for an open succession.
  std::chrono::milliseconds longest_wait{30'000};
  // A dataset with fewer than this share of the recorded keys is "much smaller than the record".
  int fewest_keys_percent = 50;
  // How many bytes of replication stream the local dataset may be ahead of every replica before those are "all staler".
  std::uint64_t staleness_allowed = 0;
  // Put a kept copy that is whole and of this shard in place of a dataset that holds a start, without a word of an
  // operator. What it replaces is kept.
  bool install_kept = true;
  friend bool operator==(const StartPolicy&, const StartPolicy&) = default;
};

struct SuccessionPolicy {
  bool ask = true;  // false: leave elections to the cluster alone
  // A replica that the dead master saw online but that does not answer holds up the choice for this long.
  std::chrono::milliseconds silent_replica_wait{1'000};
  // An accepted FORCE that changed no role after this long has failed (docs/server-behaviour.md, "CLUSTER FAILOVER").
  std::chrono::milliseconds force_patience{2'000};
  // A replica that was online, but further than this many bytes behind its master's last known offset, is judged like
  // one that had lost its link: a whole dataset on this host may be the better choice.
  std::uint64_t lag_allowed = 10'485'760;
  friend bool operator==(const SuccessionPolicy&, const SuccessionPolicy&) = default;
};

struct StopPolicy {
  // Planned hand-over: a replica qualifies while it lags by at most this many bytes.
  std::uint64_t handover_lag = 10'485'760;
  std::chrono::milliseconds handover_patience{10'000};
  // Time to stop = base + size / rate: a final save writes the whole dataset.
  std::chrono::milliseconds stop_base{30'000};
  std::uint64_t stop_bytes_per_second = 52'428'800;
  // Whether SIGKILL may follow an overdue stop. Never while a final save is being written.
  bool kill_overdue = false;
  friend bool operator==(const StopPolicy&, const StopPolicy&) = default;
};

struct LoadPolicy {
  std::chrono::milliseconds load_base{30'000};
  std::uint64_t load_bytes_per_second = 20'971'520;
  friend bool operator==(const LoadPolicy&, const LoadPolicy&) = default;
};

struct ProcessPolicy {
  int oom_score_adj = 0;
  int umask = 0077;
  std::uint64_t nofile_reserve = 1'024;  // descriptors above maxclients; the server itself reserves 32
  std::int64_t core_bytes = -1;          // RLIMIT_CORE; -1 for no limit
  std::int64_t nproc = -1;               // RLIMIT_NPROC; -1 leaves it alone
  // Of its systemd scope; see systemd.resource-control(5). -1: none.
  std::int64_t memory_max = -1;  // bytes
  std::int64_t tasks_max = -1;
  std::int64_t cpu_weight = -1;
  std::int64_t io_weight = -1;
  friend bool operator==(const ProcessPolicy&, const ProcessPolicy&) = default;
};

struct Policy {
  std::string name = "storage";
  BackoffPolicy backoff;
  StartPolicy start;
  SuccessionPolicy succession;
  StopPolicy stop;
  LoadPolicy load;
  ProcessPolicy process;
  SavePolicy save;
  BackupPolicy backup;
  ServerPolicy server;
  friend bool operator==(const Policy&, const Policy&) = default;
};

}  // namespace slotwarden
