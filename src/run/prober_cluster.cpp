// What a probe makes of the node's view of its cluster.
#include <map>

#include "run/prober.h"

namespace slotwarden::run {

// A node whose view of the cluster cannot be read is kept, but neither handed over nor succeeded.
void Prober::saw_cluster(const std::string& blind) {
  nodes_wanted_ = nodes_wanted_ || !blind.empty();  // until it is right again, nothing of it is left out
  instance_.trouble = blind;
  if (blind == last_blind_) return;
  last_blind_ = blind;
  if (blind.empty())
    services_.journal.note(instance_.port(), "recovered", "", "its view of the cluster can be read");
  else
    services_.journal.warn(instance_.port(), "trouble", "", blind);
}

void Prober::want_peers(const ClusterView& view) {
  const auto* me = view.myself();
  std::map<Endpoint, Access> wanted;
  const auto access = instance_.peer_access();
  for (const auto& n : view.nodes) {
    const bool voter = n.role == Role::master && n.slots.any();
    const bool heir = n.role == Role::replica && n.master == me->id;
    if (!n.myself && !n.noaddr && !n.handshake && !n.at.host.empty() && (voter || heir)) wanted.emplace(n.at, access);
  }
  // A replica asks nobody; but its next role may be master, and its master's other replicas are then its own.
  if (me->role == Role::replica) wanted.clear();
  services_.peers.want(instance_.port(), std::move(wanted));
}

}  // namespace slotwarden::run
