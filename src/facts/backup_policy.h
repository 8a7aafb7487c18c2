// Which of its good saves an instance keeps as generations, and what becomes of them. Defaults are those of
// policies/storage.toml.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace slotwarden {

struct BackupPolicy {
  bool enabled = true;
  // Kept are the newest so many, and the newest of each of so many hours, days and weeks that have one.
  int keep_last = 3;
  int hourly = 6;
  int daily = 7;
  int weekly = 4;
  std::uint64_t disk_budget = 0;  // of all generations beside one instance's data; 0: no limit
  int least_free_percent = 20;    // of the file system: below it generations go before their time
  // Run for each new generation, with its path in the environment; empty: nothing.
  std::string hook;
  std::chrono::milliseconds hook_limit{600'000};
  // The newest generation is loaded in a server of its own, and counted, when none was for so long; 0: only when asked.
  std::chrono::milliseconds rehearse_every{0};
  friend bool operator==(const BackupPolicy&, const BackupPolicy&) = default;
};

}  // namespace slotwarden
