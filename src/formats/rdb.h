// Whether an RDB file is whole and readable by a given server, and what its header says; fed in pieces.
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
#include "formats/rdb_header.h"

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

// Answers: valid; empty (whole, no database in it); truncated (a beginning of an RDB file, zero bytes included);
// corrupt; foreign (whole, perhaps, but of the other product); too_new; unknown (whole, but reader.newest is 0).
// Uses a fixed amount of memory whatever the file.
class RdbCheck {
 public:
  explicit RdbCheck(RdbReader reader, RdbOptions options = {}) : reader_(reader), options_(options) {}

  // The next bytes of the file, in order; pieces of any size.
  void feed(std::span<const std::byte> bytes);

  // True when nothing that could follow changes the answer (a wrong magic, a foreign or too new version).
  [[nodiscard]] bool settled() const;

  // The answer for the bytes fed so far as the whole file. `file` and `aof` are left to the caller.
  [[nodiscard]] Dataset finish() const;

  // What was counted so far; the sums of `checksum` are of finish().
  [[nodiscard]] const DumpContents& contents() const { return contents_; }

 private:
  struct Finding {
    DatasetState state;
    std::string detail;
  };
  // Why the reader does not take this version, if so; known once the magic is.
  [[nodiscard]] std::optional<Finding> refused_version() const;
  [[nodiscard]] Finding judge() const;
  [[nodiscard]] Finding judge_old() const;
  [[nodiscard]] Finding judge_end() const;
  [[nodiscard]] Finding judge_header(std::string detail) const;

  // An RDB ends with the EOF mark and the checksum of everything before; the last nine bytes seen are kept back.
  static constexpr std::size_t tail_length = 9;

  RdbReader reader_;
  RdbOptions options_;
  DumpContents contents_;
  RdbHeader header_;
  std::array<std::byte, tail_length> tail_{};
  std::size_t tail_size_ = 0;
  std::uint64_t crc_ = 0;   // of everything but the tail
  std::uint64_t size_ = 0;  // of everything
};

}  // namespace slotwarden::formats
