// nodes.conf and CLUSTER NODES: what is accepted has one `myself` with a role, and gives every slot one owner.
#include <cstdlib>
#include <set>

#include "formats/cluster_nodes.h"

using namespace slotwarden;

namespace {

void check(const Result<ClusterView>& v) {
  if (!v) {
    if (v.error().what.empty()) std::abort();
    return;
  }
  Slots taken;
  std::set<NodeId> ids;
  int selves = 0;
  for (const auto& n : v->nodes) {
    if (n.id.hex.size() != 40 || !ids.insert(n.id).second || (taken & n.slots).any()) std::abort();
    taken |= n.slots;
    selves += n.myself;
    if (n.myself && n.role == Role::unknown) std::abort();
  }
  if (selves != 1) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(formats::nodes_conf(text));
  check(formats::cluster_nodes(text));
  return 0;
}
