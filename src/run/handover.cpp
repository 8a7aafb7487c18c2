#include "run/handover.h"

#include <fmt/format.h>

#include <algorithm>

#include "act/cluster.h"
#include "run/questions.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

constexpr auto question_patience = 1s;
// A manual failover that did not come about is forgotten by the servers after five seconds (CLUSTER_MF_TIMEOUT in
// cluster.c), without a word; then it may be asked for again.
constexpr auto server_gives_up = 5200ms;
constexpr auto look_again = 20ms;  // no event announces a change of role

NodeAnswer silent(const Error& e) {
  return {{}, {}, e.what};
}

asio::awaitable<NodeAnswer> ask(const Endpoint& at, const Access& how, Services& s) {
  auto replies = co_await s.peers.ask(at, how, who_are_you(), question_patience);
  if (!replies) co_return silent(replies.error());
  co_return understood(*replies);
}

asio::awaitable<NodeAnswer> ask_self(const Instance& i) {
  auto c = co_await adapters::RespConnection::open(i.address(), i.access.who, question_patience);
  if (!c) co_return silent(c.error());
  auto replies = co_await (*c)->ask(who_are_you(), question_patience);
  if (!replies) co_return silent(replies.error());
  co_return understood(*replies);
}

bool owns_all(const ClusterView& view, const NodeId& owner, const Slots& slots) {
  const auto* n = view.find(owner);
  return n && (n->slots & slots) == slots;
}

// Counts the masters that show every one of `slots` at `owner`, until they are a majority.
asio::awaitable<Result<void>> majority_agrees(const ClusterView& before, const NodeId& owner, const Slots& slots,
                                              const Access& how, Services& s, Instant until) {
  const auto voters = before.voters();
  std::size_t agree = 0;
  while (now() < until) {
    agree = 0;
    std::set<NodeId> asked{owner};
    for (const auto* v : voters) asked.insert(v->id);
    for (const auto& id : asked) {
      const auto* n = before.find(id);
      if (!n || n->at.host.empty()) continue;
      const auto a = co_await ask(n->at, how, s);
      const auto* me = a.view ? a.view->myself() : nullptr;
      if (me && me->role == Role::master && me->slots.any() && owns_all(*a.view, owner, slots)) ++agree;
    }
    if (agree > voters.size() / 2) co_return Result<void>{};
    asio::steady_timer pause(s.loop, look_again);
    co_await pause.async_wait(asio::use_awaitable);
  }
  co_return Error{fmt::format("only {} of {} masters agree on the new owner", agree, voters.size())};
}

// Waits until a majority of the masters have a link to `id`: a vote is sent over that link, and is lost in silence
// where there is none (clusterSendFailoverAuth in cluster.c). A node that has just been restarted lacks some for a
// moment.
asio::awaitable<Result<void>> votes_would_arrive(const ClusterView& view, const NodeId& id, const Access& how,
                                                 Services& s, Instant until) {
  const auto voters = view.voters();
  while (now() < until) {
    std::size_t linked = 0;
    for (const auto* v : voters) {
      if (v->at.host.empty()) continue;
      const auto a = co_await ask(v->at, how, s);
      const auto* seen = a.view ? a.view->find(id) : nullptr;
      if (seen && (seen->myself || seen->link_up)) ++linked;
    }
    if (linked > voters.size() / 2) co_return Result<void>{};
    asio::steady_timer pause(s.loop, look_again);
    co_await pause.async_wait(asio::use_awaitable);
  }
  co_return Error{"fewer than a majority of the masters have a link to " + id.brief()};
}

decide::Deputy deputy_of(const ClusterNode& n, const NodeAnswer& a, const Services& s) {
  decide::Deputy d;
  d.id = n.id;
  d.answers = a.info ? Tri::yes : Tri::no;
  if (!a.info) return d;
  d.link_up = a.info->role == Role::replica && a.info->master_link_up ? Tri::yes : Tri::no;
  d.loading = a.info->loading ? Tri::yes : Tri::no;
  d.offset = a.info->replica_offset.value_or(Offset{});
  d.keys = a.info->keys;
  const auto& v = a.info->version;
  d.keeps_votes = v.kind != ServerKind::valkey || v.major < 8 || (v.major == 8 && v.minor < 1);
  for (const auto& c : s.memory.vote_clocks()) {
    const auto ago = surely_since(c.asked, s.stamp());
    const bool this_process = std::chrono::seconds(a.info->uptime_seconds) >= ago;
    if (c.won && c.candidate == n.id && this_process && (!d.since_own_election || ago < *d.since_own_election))
      d.since_own_election = ago;
  }
  return d;
}

// Another member of the shard on this host that is down or on its way.
Tri member_down(const Instance& i, const ClusterNode& me, const ClusterView& view, const Services& s) {
  const auto shard = me.role == Role::replica ? me.master : me.id;
  for (const auto& n : view.nodes) {
    if (n.myself || (n.id != shard && n.master != shard)) continue;
    const auto* local = s.local(n.id);
    if (local && local != &i && (local->planned || local->stop_asked)) return Tri::yes;
  }
  return Tri::no;
}

// CLUSTER FAILOVER on `to`, which must be a replica of `from`; both addresses by `view`.
asio::awaitable<Result<void>> fail_over(Endpoint to_at, NodeId to, NodeId from, ClusterView view, Slots slots,
                                        Access how, Services& s, std::chrono::milliseconds patience) {
  const auto until = now() + patience;
  VoteClock clock{from, s.stamp(), to, false};
  VoteClock first = clock;
  (void)co_await s.memory.write(std::move(first));
  if (auto linked = co_await votes_would_arrive(view, to, how, s, until); !linked) co_return linked.error();
  Instant asked{};
  while (now() < until) {
    if (now() - asked > server_gives_up) {
      auto c = co_await s.peers.borrow(to_at, how, question_patience);
      if (!c) co_return while_doing("reaching " + to.brief(), c.error());
      auto accepted = co_await act::coordinated_failover(**c);
      s.peers.give_back(to_at, std::move(*c));
      if (!accepted) co_return while_doing("asking " + to.brief() + " to take over", accepted.error());
      asked = now();
    }
    const auto a = co_await ask(to_at, how, s);
    if (a.info && a.info->role == Role::master && !a.info->loading) {
      // The votes were given between the asking and now.
      clock.won = true;
      clock.asked = s.stamp();
      (void)co_await s.memory.write(std::move(clock));
      co_return co_await majority_agrees(view, to, slots, how, s, until);
    }
    asio::steady_timer pause(s.loop, look_again);
    co_await pause.async_wait(asio::use_awaitable);
  }
  co_return Error{fmt::format("{} accepted, and did not become master within {} ms", to.brief(), patience.count())};
}

}  // namespace

asio::awaitable<decide::HandoverVerdict> judge_handover(Instance& i, Services& s, bool in_place, Deputies who) {
  decide::HandoverEvidence e;
  e.policy = i.policy.stop;
  e.in_place = in_place;
  e.running = i.watch ? Tri::yes : Tri::no;
  e.node_timeout = i.node_timeout();
  if (i.watch && !i.cluster_node()) {
    e.role = i.info ? i.info->role : Role::unknown;
    e.owns_slots = Tri::no;
    e.another_member_down = Tri::no;
    co_return decide::handover(e);
  }
  if (!i.watch) co_return decide::handover(e);
  const auto self = co_await ask_self(i);
  if (self.view && self.info && self.view->myself()) {
    const auto& me = *self.view->myself();
    e.role = me.role;
    e.owns_slots = me.slots.any() ? Tri::yes : Tri::no;
    e.keys = self.info->keys;
    e.offset = self.info->offset;
    e.open_slots = !me.migrating.empty() || !me.importing.empty();
    e.another_member_down = member_down(i, me, *self.view, s);
    if (me.role == Role::master && me.slots.any()) {
      const auto how = i.peer_access();
      e.voters = static_cast<int>(self.view->voters().size());
      e.voters_answering = 1;
      for (const auto* v : self.view->voters()) {
        if (v->myself) continue;
        const auto a = co_await ask(v->at, how, s);
        if (a.view) ++e.voters_answering;
      }
      for (const auto* r : self.view->replicas_of(me.id)) {
        if (who == Deputies::on_other_hosts && s.local(r->id)) continue;
        const auto a = co_await ask(r->at, how, s);
        e.deputies.push_back(deputy_of(*r, a, s));
      }
    }
  }
  co_return decide::handover(e);
}

asio::awaitable<Result<void>> hand_over(Instance& i, Services& s, NodeId deputy) {
  const auto self = co_await ask_self(i);
  if (!self.view || !self.view->myself()) co_return Error{"the server does not show its view of the cluster"};
  const auto* to = self.view->find(deputy);
  if (!to) co_return Error{deputy.brief() + " is not in its view of the cluster any more"};
  co_return co_await fail_over(to->at, to->id, self.view->myself()->id, *self.view, self.view->myself()->slots,
                               i.peer_access(), s, i.policy.stop.handover_patience);
}

asio::awaitable<Result<void>> take_back(Instance& i, Services& s) {
  const auto self = co_await ask_self(i);
  const auto* me = self.view ? self.view->myself() : nullptr;
  if (!me || !self.info) co_return Error{"the server does not show its view of the cluster"};
  if (me->role == Role::master) co_return Result<void>{};
  const auto* from = self.view->find(me->master);
  if (!from || !self.info->master_link_up) co_return Error{"it is not linked to its master"};
  Endpoint at = me->at;
  if (at.host.empty()) at = Endpoint{"127.0.0.1", i.port()};
  co_return co_await fail_over(at, me->id, from->id, *self.view, from->slots, i.peer_access(), s,
                               i.policy.stop.handover_patience);
}

}  // namespace slotwarden::run
