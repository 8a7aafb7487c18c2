// Which nodes must say how they see the cluster before a dead master's succession can be judged.
#pragma once

#include <cstddef>
#include <set>
#include <vector>

#include "facts/record.h"

namespace slotwarden::decide {

// Up to this many nodes everybody is asked. CLUSTER NODES grows with the cluster (about 150 bytes a node), and so does
// the number of those who answer it: on a cluster of five hundred nodes, asking all means 40 MB for each look.
constexpr std::size_t small_cluster = 24;

// The nodes, other than `dead`, whose view of the cluster is needed: on a small cluster all; on a larger one the dead
// master's replicas, and a majority of the voters with two to spare, those whose ids follow the dead one's (so that
// hosts which ask at the same time do not all ask the same ones). The rest need only say that they live. When fewer
// than a majority of them answer, the caller asks everybody.
//
// Pure. `nodes` is the whole cluster as last recorded; an empty one yields nobody.
[[nodiscard]] std::set<NodeId> witnesses(const std::vector<KnownNode>& nodes, const NodeId& dead);

}  // namespace slotwarden::decide
