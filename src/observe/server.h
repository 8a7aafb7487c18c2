// Asks a server how it is. Reads only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>
#include <string>

#include "adapters/resp.h"
#include "facts/cluster.h"
#include "facts/result.h"
#include "facts/server_info.h"

namespace slotwarden::observe {

namespace asio = boost::asio;

struct Probe {
  std::optional<ServerInfo> info;
  std::optional<ClusterView> view;     // asked with `with_nodes` only
  std::optional<ClusterInfo> cluster;  // asked with `with_cluster` only
  // What the server said instead of INFO: "LOADING …", "BUSY …", "NOAUTH …"; "NOTINFO …" when it was not INFO. It is an
  // answer all the same: the server lives. Empty while `info` is set.
  std::string trouble;
  // Why the view of the cluster that was asked for is not there although INFO is: an answer such as "NOPERM …". Empty
  // while the server loads or is busy, and while nothing is wrong.
  std::string blind;
};

// INFO, and CLUSTER INFO and CLUSTER NODES where asked for, in one pipeline. Fails only when the connection does.
asio::awaitable<Result<Probe>> probe(adapters::RespConnection& server, std::chrono::milliseconds patience,
                                     bool with_cluster, bool with_nodes);

}  // namespace slotwarden::observe
