#include "decide/saver.h"

namespace slotwarden::decide {

NodeId saver_of(const NodeId& node, const ClusterView& view) {
  const auto* member = view.find(node);
  if (!member) return {};
  const auto master = member->role == Role::replica && member->master.known() ? member->master : member->id;
  NodeId chosen;
  for (const auto* r : view.replicas_of(master)) {
    const bool healthy = !r->fail && !r->pfail && !r->noaddr && !r->handshake && (r->myself || r->link_up);
    if (healthy && (!chosen.known() || r->id < chosen)) chosen = r->id;
  }
  return chosen.known() ? chosen : master;
}

}  // namespace slotwarden::decide
