#include "control/topology.h"

#include "control/fields.h"
#include "control/timestamp.h"

namespace slotwarden::control {

namespace {

constexpr int format_version = 1;

// The slots of the shard that a node is of: its own, or its master's.
std::string slots_of(const ClusterView& view, const ClusterNode& n) {
  const auto* master = n.role == Role::replica ? view.find(n.master) : nullptr;
  return describe(master ? master->slots : n.slots);
}

Json json_of(const ClusterView& view, const ClusterNode& n) {
  return Json{{"id", n.id.hex},
              {"role", name(n.role)},
              {"master", text_or_null(n.master.hex)},
              {"address", text_or_null(n.at.host)},
              {"port", n.at.port.n},
              {"bus_port", n.bus_port},
              {"hostname", text_or_null(n.hostname)},
              {"shard", text_or_null(n.shard_id)},
              {"shard_slots", slots_of(view, n)},
              {"config_epoch", n.config_epoch.n},
              {"failed", n.fail},
              {"myself", n.myself}};
}

Json json_of(const ClusterView& view) {
  Json nodes = Json::array();
  for (const auto& n : view.nodes)
    if (!n.handshake) nodes.push_back(json_of(view, n));
  return Json{{"current_epoch", view.current_epoch ? Json(view.current_epoch->n) : Json(nullptr)}, {"nodes", nodes}};
}

}  // namespace

std::string topology_file(const Topology& t) {
  const Json j{{"format", format_version},
               {"exported", rfc3339(t.exported_unix_ms)},
               {"instance", Json{{"port", t.port.n}, {"config", t.config}, {"server", t.server}}},
               {"generation", t.generation},
               {"cluster", t.cluster ? json_of(*t.cluster) : Json(nullptr)},
               {"record", t.record}};
  return write_pretty(j) + "\n";
}

std::string sums_file(const std::vector<SumLine>& lines) {
  std::string text;
  for (const auto& l : lines) text += l.sha256 + "  " + l.file + "\n";
  return text;
}

}  // namespace slotwarden::control
