// What a server would load if it started now, and what was last known to be in it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facts/units.h"

namespace slotwarden {

// What a look at a dataset found. Only `valid` and `empty` would be loaded without harm to anybody's expectation of the
// file; `absent` makes a server start empty without a word.
enum class DatasetState { unknown, absent, empty, valid, truncated, corrupt, foreign, too_new, unreadable };

[[nodiscard]] constexpr std::string_view name(DatasetState s) {
  switch (s) {
    case DatasetState::unknown: return "unknown";
    case DatasetState::absent: return "absent";
    case DatasetState::empty: return "empty";
    case DatasetState::valid: return "valid";
    case DatasetState::truncated: return "truncated";
    case DatasetState::corrupt: return "corrupt";
    case DatasetState::foreign: return "foreign";
    case DatasetState::too_new: return "too new";
    case DatasetState::unreadable: return "unreadable";
  }
  return "";
}

// One file of a dataset.
struct DatasetPart {
  std::string file;
  std::string role;  // "dump", "base", "increment", "single"
  DatasetState state = DatasetState::unknown;
  std::string detail;
  Bytes size;
  std::uint64_t commands = 0;
};

struct Dataset {
  DatasetState state = DatasetState::unknown;
  // The file the server would read (the manifest for an append-only file); empty iff there is none.
  std::string file;
  // One clause for people: "CRC64 is 0x…, the file says 0x…". Empty when there is nothing to add.
  std::string detail;
  bool aof = false;  // it would load the append-only file
  Bytes size;
  // Where the file ceases to make sense, or where it ends too early: truncated and corrupt only.
  std::optional<std::uint64_t> broken_at;
  // Counted over all databases where the file was walked to its end; else what its header announces, if anything.
  std::optional<std::uint64_t> keys;
  std::optional<std::uint64_t> keys_with_expiry;
  // Of an append-only file, whose keys only loading it can count: no more than these can come of it.
  std::optional<std::uint64_t> keys_at_most;
  std::uint64_t commands = 0;  // of an append-only file, its RDB base not counted
  // Bytes at the end of an append-only file that the server would cut off while it loads the rest.
  std::uint64_t would_drop = 0;
  // From the file's header; unset where the header does not tell.
  std::string replid;
  std::optional<Offset> offset;
  std::optional<std::int64_t> saved_unix;  // when the snapshot was begun (ctime), or the last annotation of commands
  std::string writer;                      // "redis 7.0.15"
  std::vector<DatasetPart> parts;          // in loading order, as far as the look came
};

}  // namespace slotwarden
