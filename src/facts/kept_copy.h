// A copy of an instance's data that slotwarden keeps, and what was known of it when it was kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "facts/copy.h"
#include "facts/dataset.h"
#include "facts/units.h"

namespace slotwarden {

// The folder in an instance's data directory that holds them, so that putting one in place is a rename.
inline constexpr auto kept_folder = "slotwarden-kept";
// `why` of a generation: a good save that was verified and kept as a backup. Only these are ever removed again.
inline constexpr auto saved_generation = "saved";

struct KeptCopy {
  std::string name;  // of the file, or of the folder of an append-only file, within kept_folder
  bool aof = false;  // it is the folder of an append-only file
  std::int64_t kept_unix_ms = 0;
  std::string why;  // "replaced", "accepted", "saved"
  std::string who;
  std::string from;  // where it was before
  // Whose it is.
  Port port;
  NodeId node;
  std::string shard;  // see facts/copy.h
  // What the look at it found when it was kept. Never trusted instead of a look: a copy is read again before it is
  // used.
  DatasetState state = DatasetState::unknown;
  std::string detail;
  Bytes size;
  std::string replid;
  std::optional<Offset> offset;
  std::optional<std::uint64_t> keys;
  std::optional<std::uint64_t> keys_with_expiry;
  std::optional<std::int64_t> saved_unix;
  std::string writer;
  // CRC64 over its bytes, in 16 hexadecimal digits, also where the file itself has none; empty when it was not read to
  // its end. With it a change is seen that the file's own checksum does not show.
  std::string sum;
  // SHA-256 over its bytes, in 64 hexadecimal digits; empty when it was not computed. By it two hosts agree on a base.
  std::string sha256;
  // Of a generation: the node whose process saved it, which is another one where it was sent here, and that process's
  // run id. Dumps of one process share most of their bytes; those of different ones share nothing.
  NodeId saved_by;
  std::string run_id;
  [[nodiscard]] bool generation() const { return why == saved_generation; }
  friend bool operator==(const KeptCopy&, const KeptCopy&) = default;
};

// Takes over what a look at it found.
inline void describe(const Dataset& d, KeptCopy& k) {
  k.state = d.state;
  k.detail = d.detail;
  k.size = d.size;
  k.replid = d.replid;
  k.offset = d.offset;
  k.keys = d.keys;
  k.keys_with_expiry = d.keys_with_expiry;
  k.saved_unix = d.saved_unix;
  k.writer = d.writer;
}

}  // namespace slotwarden
