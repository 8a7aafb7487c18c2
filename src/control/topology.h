// The file beside an exported generation: of which instance of which cluster it is, for whoever has nothing else left.
#pragma once

#include <optional>
#include <string>

#include "control/json.h"
#include "facts/cluster.h"
#include "facts/units.h"

namespace slotwarden::control {

struct Topology {
  std::int64_t exported_unix_ms = 0;
  Port port{};
  std::string config{};                  // the server's own file
  std::string server{};                  // the program
  Json generation = nullptr;             // its note
  Json record = nullptr;                 // what slotwarden remembers of the instance; null where that could not be read
  std::optional<ClusterView> cluster{};  // by nodes.conf; unset for what is no cluster node, or where it cannot be read
};

// Indented, for people too. Says what it does not know by null.
[[nodiscard]] std::string topology_file(const Topology& t);

// Lines as sha256sum writes and checks them.
struct SumLine {
  std::string sha256;
  std::string file;
};
[[nodiscard]] std::string sums_file(const std::vector<SumLine>& lines);

}  // namespace slotwarden::control
