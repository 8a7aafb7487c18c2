// Which member of a shard saves it: a question that every host answers alike from the cluster's own view.
#pragma once

#include "facts/cluster.h"
#include "facts/units.h"

namespace slotwarden::decide {

// Of the shard that `node` is of: the healthy replica with the lowest id; the master where there is none. Empty where
// the view does not show the node. Whether a replica is in sync only it and its master know: the view is what all hosts
// share, and the policy's others_longest covers the difference.
[[nodiscard]] NodeId saver_of(const NodeId& node, const ClusterView& view);

}  // namespace slotwarden::decide
