// What an RDB file holds, counted by walking it from its magic to its checksum.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "facts/units.h"

namespace slotwarden {

// What a key holds, whatever its encoding.
enum class ValueKind : std::uint8_t { string, list, set, sorted_set, hash, stream, module };
inline constexpr std::size_t value_kinds = 7;

// As the servers' TYPE command names them.
[[nodiscard]] constexpr std::string_view name(ValueKind k) {
  switch (k) {
    case ValueKind::string: return "string";
    case ValueKind::list: return "list";
    case ValueKind::set: return "set";
    case ValueKind::sorted_set: return "zset";
    case ValueKind::hash: return "hash";
    case ValueKind::stream: return "stream";
    case ValueKind::module: return "module";
  }
  return "";
}

// The sum at the end of the file.
enum class Checksum {
  unknown,  // the walk has not come to it
  matches,
  differs,
  off,   // zero: the writer had `rdbchecksum no`
  none,  // a version before 5, which had none
};

[[nodiscard]] constexpr std::string_view name(Checksum c) {
  switch (c) {
    case Checksum::unknown: return "unknown";
    case Checksum::matches: return "matches";
    case Checksum::differs: return "differs";
    case Checksum::off: return "off";
    case Checksum::none: return "none";
  }
  return "";
}

// One numbered database of the file.
struct DatabaseKeys {
  std::uint64_t number = 0;
  std::uint64_t keys = 0;
  std::uint64_t with_expiry = 0;
  // What the writer counted before it wrote them (RESIZEDB).
  std::optional<std::uint64_t> announced_keys;
  std::optional<std::uint64_t> announced_with_expiry;
};

// One of the largest keys by what it takes in the file, name and time to live included.
struct BigKey {
  std::uint64_t database = 0;
  std::string name;               // its first bytes (at most 128); any bytes at all
  std::uint64_t name_length = 0;  // of the whole name
  ValueKind kind = ValueKind::string;
  Bytes size;
  std::uint64_t at = 0;  // where it begins in the file
};

// Counted as far as the walk came; whole when `length` is set.
struct DumpContents {
  // At most so many are listed apart; the sums hold them all.
  static constexpr std::size_t most_databases = 1024;
  static constexpr std::size_t most_aux = 64;

  int version = 0;                                       // 0: there is no magic
  bool valkey = false;                                   // the magic of Valkey 9 and later
  std::vector<std::pair<std::string, std::string>> aux;  // in the order of the file; longer than 1 KiB: left out
  std::vector<DatabaseKeys> databases;                   // in the order of the file
  std::uint64_t keys = 0;
  std::uint64_t with_expiry = 0;
  std::array<std::uint64_t, value_kinds> of_kind{};  // keys, by ValueKind
  std::uint64_t functions = 0;                       // libraries
  std::uint64_t module_records = 0;                  // modules' data outside of keys
  std::vector<BigKey> biggest;                       // largest first; as many as were asked for
  // From the magic through the checksum; unset until the walk came to the end.
  std::optional<std::uint64_t> length;
  Checksum checksum = Checksum::unknown;
  std::uint64_t sum_found = 0;     // over the bytes of the file
  std::uint64_t sum_expected = 0;  // what the file says
};

}  // namespace slotwarden
