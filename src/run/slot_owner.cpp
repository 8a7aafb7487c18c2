#include "run/slot_owner.h"

#include <map>

#include "run/questions.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

constexpr auto patience = 1s;
constexpr auto longest = 10s;

// Whom this view names for some of the slots, when not `id` for all of them.
NodeId other_owner(const ClusterView& view, const NodeId& id, const Slots& slots) {
  for (const auto& n : view.nodes)
    if (n.id != id && (n.slots & slots).any()) return n.id;
  return {};
}

void count(OwnerAsked& o, std::map<NodeId, std::size_t>& named, const ClusterView& view, const NodeId& id,
           const Slots& slots) {
  ++o.answering;
  const auto* it = view.find(id);
  if (it && (it->slots & slots) == slots) ++o.naming_it;
  const auto other = other_owner(view, id, slots);
  if (other.known() && ++named[other] > o.voters / 2) o.other = other;
}

}  // namespace

asio::awaitable<OwnerAsked> ask_for_owner(const Instance& i, Services& s) {
  OwnerAsked o;
  const auto nodes = i.record.nodes;  // which a probe may change meanwhile
  const auto slots = i.record.slots;
  const auto id = i.record.node_id;
  if (!i.cluster_node() || slots.none()) co_return o;
  o.voters = o.answering = o.naming_it = 1;
  for (const auto& n : nodes)
    if (n.slots.any() && n.id != id) ++o.voters;
  std::map<NodeId, std::size_t> named;
  std::size_t silent = 0;
  const auto began = now();
  for (const auto& n : nodes) {
    if (n.slots.none() || n.id == id || n.at.host.empty()) continue;
    if (o.majority_names_it() || o.other.known() || 2 * silent >= o.voters || since(began) >= longest) break;
    auto at = n.at;
    auto how = i.peer_access();
    auto what = who_are_you();
    const auto replies = co_await s.peers.ask(std::move(at), std::move(how), std::move(what), patience);
    const auto a = replies ? understood(*replies) : NodeAnswer{};
    const auto* me = a.view ? a.view->myself() : nullptr;
    if (me && me->role == Role::master && me->slots.any())
      count(o, named, *a.view, id, slots);
    else
      ++silent;
  }
  co_return o;
}

}  // namespace slotwarden::run
