// The order of a rolling restart over the ports of this host.
#pragma once

#include <string>
#include <vector>

#include "facts/cluster.h"
#include "facts/units.h"

namespace slotwarden::decide {

struct Member {
  Port port;
  Role role = Role::unknown;
  std::string shard;  // shard id, or the master's node id; empty when not known: it is a shard of its own
};

// Replicas first, then masters, each by port; members of one shard never follow each other directly where another order
// exists. Every port appears exactly once.
[[nodiscard]] std::vector<Port> rolling_order(std::vector<Member> members);

}  // namespace slotwarden::decide
