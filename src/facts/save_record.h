// What slotwarden remembers of an instance's saves: what it must put back, and what it learned.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "facts/fork.h"
#include "facts/units.h"

namespace slotwarden {

// The server's own settings, replaced while slotwarden schedules. `from` and `to` are what slotwarden itself set, or
// was about to set: while one of them is in force nobody else has spoken since.
struct TakenSettings {
  std::string save;  // CONFIG GET save: "3600 1 300 100"; empty: no save points
  std::string rewrite_percentage;
  std::string save_from;
  std::string save_to;
  std::string rewrite_from;
  std::string rewrite_to;
  friend bool operator==(const TakenSettings&, const TakenSettings&) = default;
};

// maxmemory of a server that was made smaller for the time of another one's save.
struct LentMemory {
  Bytes own;           // what it had; 0: no limit
  Bytes from;          // what is in force, or …
  Bytes to;            // … was about to be set
  Bytes whole;         // what the share that it may lend is measured by
  std::string run_id;  // of the process that it was set in: a restart has put everything right by itself
  friend bool operator==(const LentMemory&, const LentMemory&) = default;
};

// repl-diskless-sync-delay of a server whose replicas wait for their turn, in seconds.
struct HeldSyncs {
  std::int64_t own = 0;
  std::int64_t from = 0;  // what is in force, or …
  std::int64_t to = 0;    // … was about to be set
  std::string run_id;     // of the process that it was set in
  friend bool operator==(const HeldSyncs&, const HeldSyncs&) = default;
};

struct SaveRecord {
  Port port;
  std::optional<TakenSettings> taken;
  std::optional<LentMemory> lent;
  std::optional<HeldSyncs> held;
  std::optional<ForkSample> save;  // the last one that told something
  std::optional<ForkSample> rewrite;
  int failures = 0;  // in a row
  std::int64_t failed_unix_ms = 0;
  std::string last_result;  // "saved 12 MB in 2 s, copied 3 MB"; for people
  std::int64_t last_unix_ms = 0;
  friend bool operator==(const SaveRecord&, const SaveRecord&) = default;
};

}  // namespace slotwarden
