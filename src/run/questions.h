// What is asked of another node of the cluster, and its answer as values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/resp.h"
#include "facts/cluster.h"
#include "facts/server_info.h"

namespace slotwarden::run {

struct NodeAnswer {
  std::optional<ServerInfo> info;
  std::optional<ClusterView> view;
  std::string trouble;  // the error it answered instead, or why the answer was not understood
};

// INFO and CLUSTER NODES, in one pipeline.
[[nodiscard]] std::vector<adapters::Command> who_are_you();
// INFO alone: of a node whose view of the cluster is not needed.
[[nodiscard]] std::vector<adapters::Command> do_you_live();
// The answer to either.
[[nodiscard]] NodeAnswer understood(const std::vector<adapters::Reply>& replies);

}  // namespace slotwarden::run
