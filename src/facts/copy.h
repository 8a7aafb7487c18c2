// What is known of one copy of a shard's data: a file, a running server, or what the record says a server held.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "facts/dataset.h"
#include "facts/server_info.h"
#include "facts/units.h"

namespace slotwarden {

struct Copy {
  DatasetState state = DatasetState::unknown;
  // The shard it was taken from: its shard id, or its master's node id where there is none. Empty when not known.
  std::string shard;
  // Its place in a replication history.
  std::string replid;
  std::optional<Offset> offset;
  // The history before that, which a promoted server continued from its old master: up to `second_offset`. Only a
  // running server tells; a file does not have it.
  std::string replid2;
  std::optional<Offset> second_offset;
  std::optional<std::int64_t> saved_unix;
  std::optional<std::uint64_t> keys;
};

[[nodiscard]] inline Copy copy_of(const Dataset& d, std::string shard) {
  return {d.state, std::move(shard), d.replid, d.offset, {}, {}, d.saved_unix, d.keys};
}

// What a running server holds, as it says itself.
[[nodiscard]] inline Copy copy_of(const ServerInfo& i) {
  Copy c;
  c.state = i.loading ? DatasetState::unknown : DatasetState::valid;
  c.replid = i.replid;
  c.offset = i.replica_offset.value_or(i.offset);
  if (i.replid2.find_first_not_of('0') != std::string::npos) c.replid2 = i.replid2;  // all zeros: there is none
  if (i.second_offset.n >= 0) c.second_offset = i.second_offset;
  c.keys = i.keys;
  return c;
}

}  // namespace slotwarden
