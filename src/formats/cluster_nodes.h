// CLUSTER NODES, nodes.conf and CLUSTER INFO, of Redis 6.2 to 8 and Valkey 7.2 to 9, as values.
#pragma once

#include <string_view>

#include "facts/cluster.h"
#include "facts/result.h"

namespace slotwarden::formats {

// The reply to CLUSTER NODES. Rejected, with the line and what is wrong in it: anything that is not whole lines of
// nodes, an unknown flag, a bad slot, none or two nodes that are `myself`, one id twice.
[[nodiscard]] Result<ClusterView> cluster_nodes(std::string_view reply);

// The file nodes.conf of a stopped server; as above, plus the `vars` line (absent: the epochs stay unset) and the
// fields that only the file has (tls-port=, shard-id=, ...). Rejects what the server would refuse to start with
// (cluster.c: clusterLoadConfig), a file that does not end with a newline (it was cut), and an empty one: the caller
// tells "no file" and "zero bytes" apart from damage before it asks.
[[nodiscard]] Result<ClusterView> nodes_conf(std::string_view file);

// The reply to CLUSTER INFO. Rejected when one of ClusterInfo's fields is missing or cannot be read.
[[nodiscard]] Result<ClusterInfo> cluster_info(std::string_view reply);

}  // namespace slotwarden::formats
