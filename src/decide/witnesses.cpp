#include "decide/witnesses.h"

#include <algorithm>

namespace slotwarden::decide {

std::set<NodeId> witnesses(const std::vector<KnownNode>& nodes, const NodeId& dead) {
  const bool everybody = nodes.size() <= small_cluster;
  std::set<NodeId> chosen;
  std::vector<NodeId> voters;
  std::size_t of_all = 0;
  for (const auto& n : nodes) {
    const bool votes = !n.master.known() && n.slots.any();
    if (votes) ++of_all;
    if (n.id == dead) continue;
    if (everybody || n.master == dead) chosen.insert(n.id);
    if (votes) voters.push_back(n.id);
  }
  std::ranges::sort(voters);
  std::ranges::rotate(voters, std::ranges::upper_bound(voters, dead));
  const auto enough = std::min(voters.size(), of_all / 2 + 3);
  chosen.insert(voters.begin(), voters.begin() + static_cast<std::ptrdiff_t>(enough));
  return chosen;
}

}  // namespace slotwarden::decide
