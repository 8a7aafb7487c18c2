// Who saves, who is next and why the others wait: SAVES.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "control/json.h"
#include "facts/result.h"
#include "facts/units.h"

namespace slotwarden::control {

struct RunningFork {
  std::string kind{};         // "save", "rewrite", "full sync"
  bool ordered = false;       // by slotwarden; otherwise the server began it
  bool for_replicas = false;  // which get the file
  int percent = 0;            // of its work
  std::int64_t running_ms = 0;
  std::optional<std::int64_t> eta_ms{};
  Bytes copied{};
  Bytes predicted{};
};

// Replicas that ask a server for all its data.
struct SyncLine {
  Port port{};
  std::int64_t replicas = 0;  // that wait
  std::int64_t waited_ms = 0;
  std::string rule{};
  std::string because{};
  std::string release{};
};

struct SaveLine {
  Port port{};
  std::string policy{};
  std::string rule{};  // of the plan: why it is saved now, or what it waits for
  std::string because{};
  std::string release{};
  bool may_fork = false;                  // the rule says go
  std::string kind{};                     // what is, or would be, forked
  std::optional<std::int64_t> next_ms{};  // when time alone may change the rule
  std::optional<std::int64_t> age_ms{};   // of its last save
  std::int64_t changes = 0;               // since then
  Bytes predicted{};                      // what a fork would copy
  double urgency = 0;                     // 1: it should have been saved by now
  int failures = 0;                       // in a row
  bool taken_over = false;                // slotwarden decides when it saves
  std::string problem{};                  // why it does not, or cannot
  std::optional<RunningFork> running{};
  std::string last{};  // what became of the last one
  std::optional<std::int64_t> last_unix_ms{};
};

struct MemoryLine {
  std::string name{};  // "host", or a control group
  Bytes available{};
  Bytes reserve{};
  Bytes promised{};  // what the forks under way will still copy
};

struct SavesReply {
  std::vector<MemoryLine> memory{};
  std::string problem{};  // why the memory is not known
  std::optional<int> pressure_percent{};
  int leases = 0;
  std::vector<SaveLine> saves{};  // the most urgent first
  std::vector<SyncLine> syncs{};
};

[[nodiscard]] Json to_json(const SavesReply& r);
[[nodiscard]] Result<SavesReply> saves_from_json(const Json& j);

}  // namespace slotwarden::control
