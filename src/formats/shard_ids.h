// A nodes.conf that its own server wrote and then refuses: a replica with another shard id than its master's.
#pragma once

#include <optional>
#include <string>

#include "facts/cluster.h"
#include "facts/server_info.h"

namespace slotwarden::formats {

struct ShardIdConflict {
  NodeId replica;
  std::string shard_id;
  NodeId master;
  std::string masters_shard_id;
};

// The first replica in the order of the file whose shard id differs from its master's; nodes without one are passed
// over. A server may write such a file while the two have not yet told each other which shard they are of.
[[nodiscard]] std::optional<ShardIdConflict> shard_id_conflict(const ClusterView& view);

// Whether a server ends at such a file, "corrupted cluster config file" (cluster_legacy.c: clusterLoadConfig). Later
// releases take the master's shard id instead; before 7.2 there was none.
[[nodiscard]] bool refuses_shard_id_conflict(ServerVersion server);

// What is wrong, and the mend, as one clause.
[[nodiscard]] std::string describe(const ShardIdConflict& c);

}  // namespace slotwarden::formats
