// Which generations of backups are kept, and which are removed again?
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "facts/backup_policy.h"
#include "facts/units.h"
#include "facts/verdict.h"

namespace slotwarden::decide {

struct Generation {
  std::string shard;
  std::int64_t saved_unix = 0;
  Bytes size;
  bool good = false;      // found whole when it was kept, with keys in it
  bool in_place = false;  // it is the server's dump as well: to remove it would free nothing
};

struct RetentionEvidence {
  std::vector<Generation> generations;  // of one data directory, and nothing but generations
  // Of its file system. total 0: not known, and then nothing is removed for its sake.
  Bytes free;
  Bytes total;
  BackupPolicy policy;
};

// Pure and total; one verdict for each generation, go: it stays, refuse: it is removed. First match answers:
//   last-good    the newest of its shard that is whole and has keys: never removed          -> go
//   in-place     the server's dump is the same file                                         -> go
//   over-budget  the disk budget is spent by newer ones                                     -> refuse
//   disk-short   the file system has less free than the policy wants, and it is the oldest  -> refuse
//   newest       one of the last `keep_last` of its shard                                   -> go
//   hourly, daily, weekly  the newest of one of so many hours, days (UTC) and weeks of its shard  -> go
//   outdated     anything else                                                              -> refuse
[[nodiscard]] std::vector<Verdict> retention(const RetentionEvidence& e);

[[nodiscard]] std::span<const RuleText> retention_rules();

}  // namespace slotwarden::decide
