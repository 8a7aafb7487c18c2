// Whether an RDB file is whole and readable by a given server, and what it holds; fed in pieces.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "facts/dataset.h"
#include "facts/dump.h"
#include "facts/server_info.h"
#include "formats/rdb_walk.h"

namespace slotwarden::formats {

// The newest RDB version that this server reads: 9 to 13 for Redis, 11 or 80 for Valkey. 0 when the server is unknown.
// A Redis newer than the table counts as the newest in it.
[[nodiscard]] int newest_rdb(ServerVersion server);

// The server that is to read the file.
struct RdbReader {
  int newest = 0;  // newest_rdb(); 0: not known, and the answer is at best `unknown`
  bool valkey = false;
};

struct RdbOptions {
  std::size_t biggest = 0;       // how many of the largest keys to name in the contents
  bool commands_follow = false;  // the old single append-only file: an RDB, then commands; the check ends with the RDB
};

// Walks over every value to its last byte and sums the file; at least as strict as redis-check-rdb. A file that was
// written without a checksum is vouched for by its structure and by the number of keys that it announces.
//
// Answers:
//   valid      whole, and the reader would load it; `detail` says so when there was no checksum
//   empty      the same, without a key
//   truncated  a beginning of an RDB file, zero bytes included; `broken_at` is where it ends
//   corrupt    `broken_at` is where it ceases to make sense (the checksum, when that is all that differs); also when
//              bytes follow its end, and when it holds what its version cannot hold
//   foreign    of the other product, or no RDB file at all: its first bytes are not even a damaged magic
//   too_new    of a later version than the reader's, or than is known here
//   unknown    whole, but reader.newest is 0
// Uses a fixed amount of memory whatever the file: some 50 KiB, and up to 4 MiB while it compares the members of a
// large collection.
class RdbCheck {
 public:
  explicit RdbCheck(RdbReader reader, RdbOptions options = {})
      : reader_(reader), options_(options), walk_(options.biggest) {}

  // The next bytes of the file, in order; pieces of any size. Fastest with what one read(2) of some 128 KiB, which
  // stays in the processor's cache, put at the beginning of a page: elsewhere the kernel copies three times slower on
  // some processors.
  void feed(std::span<const std::byte> bytes);

  // True when nothing that could follow changes the answer.
  [[nodiscard]] bool settled() const;

  // The answer for the bytes fed so far as the whole file. `file` and `aof` are left to the caller.
  [[nodiscard]] Dataset finish() const;

  // What was counted in the bytes fed so far.
  [[nodiscard]] DumpContents contents() const;

 private:
  struct Finding {
    DatasetState state;
    std::string detail;
    std::optional<std::uint64_t> broken_at{};
  };
  // Why the reader does not take this version, if so; known once the magic is.
  [[nodiscard]] std::optional<Finding> refused_version() const;
  [[nodiscard]] Finding judge(const DumpContents& c) const;
  [[nodiscard]] Finding judge_beginning() const;
  [[nodiscard]] Finding judge_end(const DumpContents& c) const;
  [[nodiscard]] bool has_checksum() const;
  [[nodiscard]] bool ended() const { return walk_.state() == RdbWalk::State::ended; }

  static constexpr std::size_t trailer_length = 8;
  static constexpr std::size_t magic_length = 9;

  RdbReader reader_;
  RdbOptions options_;
  RdbWalk walk_;
  std::array<std::byte, magic_length> magic_{};
  std::array<std::byte, trailer_length> trailer_{};
  std::size_t trailer_size_ = 0;
  std::uint64_t sum_ = 0;      // through the EOF mark
  std::uint64_t size_ = 0;     // of everything
  std::uint64_t surplus_ = 0;  // bytes behind the end
};

}  // namespace slotwarden::formats
