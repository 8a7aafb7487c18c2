// When and how an instance is saved, as its policy says. Defaults are those of policies/storage.toml; those of the host
// are in policies/host.toml.
#pragma once

#include <chrono>
#include <cstdint>

#include "facts/windows.h"

namespace slotwarden {

struct SavePolicy {
  bool schedule = true;             // false: the server keeps its own save points
  bool even_without_points = true;  // a server whose own settings say `save ""` is saved all the same
  Windows windows;
  std::chrono::milliseconds shortest_interval{900'000};
  std::chrono::milliseconds longest_interval{3'600'000};  // then it is saved outside the windows too
  // Of the members of a shard that leave saving to another one.
  std::chrono::milliseconds others_longest{21'600'000};
  int rewrite_growth_percent = 100;          // an append-only file that has grown by this much is rewritten …
  std::uint64_t rewrite_least = 67'108'864;  // … unless it is smaller than this
  int cow_margin_percent = 25;               // what a save may copy above its prediction
  int yields_percent = 0;                    // of its maxmemory, for the time of a save of another server; 0: nothing
  std::chrono::milliseconds first_retry{60'000};
  std::chrono::milliseconds longest_retry{1'800'000};
  friend bool operator==(const SavePolicy&, const SavePolicy&) = default;
};

struct HostSavePolicy {
  int at_once = 0;                 // forks; 0: as many as there are spare processors
  int reserve_percent = 5;         // of the memory of the host, or of a control group, that saves leave alone
  int full_syncs_at_once = 2;      // masters that send all their data to replicas; 0: as many as are asked
  int replica_starts_at_once = 4;  // servers that load their data while another replica is to start; 0: any number
  int pressure_percent = 10;       // of the time that some process waited for memory; above it saves wait
  friend bool operator==(const HostSavePolicy&, const HostSavePolicy&) = default;
};

}  // namespace slotwarden
