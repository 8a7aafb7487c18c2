#include "run/succession_watch.h"

#include <fmt/format.h>

#include <algorithm>

#include "act/cluster.h"
#include "run/questions.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {
constexpr auto question_patience = 500ms;
constexpr auto first_round = 100ms;
// No decision rests on an older answer: after a freeze of this daemon everybody is asked again first. Longer than the
// slowest pace of asking and one question together.
constexpr auto answers_last = 2500ms;

bool fresh(const Heard& h) {
  return h.answered && since(*h.answered) < answers_last;
}
}  // namespace

SuccessionWatch::SuccessionWatch(Instance& i, Services& s, bool may_ask, Instant death)
    : instance_(i),
      services_(s),
      may_ask_(may_ask),
      death_(death),
      master_(i.record.node_id),
      slots_(i.slots_at_death()),
      epoch_(i.record.config_epoch),
      bell_(s.loop) {
  if (const auto* me = i.nodes_file.view ? i.nodes_file.view->myself() : nullptr) {
    epoch_ = me->config_epoch;
    migrating_ = me->migrating;
  } else {
    migrating_ = i.record.migrating;
  }
  // A node that is importing a slot goes on showing its old owner, whoever took over (clusterUpdateSlotsConfigWith in
  // cluster.c passes such slots over): what it shows of them says nothing about the succession.
  Slots settled_by_votes = slots_;
  for (const auto& open : migrating_) settled_by_votes.reset(open.slot);
  if (settled_by_votes.any()) slots_ = settled_by_votes;
  know_nodes();
}

void SuccessionWatch::close() {
  closed_ = true;
  bell_.ring();
}

// Everyone that the dead master knew: by its nodes.conf, by our record, and by what the others have answered since.
void SuccessionWatch::know_nodes() {
  const auto know = [&](const NodeId& id, const Endpoint& at) {
    if (id == master_ || !id.known() || at.host.empty() || at.port.n == 0) return;
    heard_[id].at = at;
  };
  for (const auto& n : instance_.record.nodes) know(n.id, n.at);
  if (instance_.nodes_file.view)
    for (const auto& n : instance_.nodes_file.view->nodes)
      if (!n.noaddr && !n.handshake) know(n.id, n.at);
}

std::chrono::milliseconds SuccessionWatch::refresh() const {
  if (force_runs_ || verdict_.verdict.rule == "successor-seen") return 10ms;
  const auto age = since(death_);
  if (age < 2s) return 50ms;
  return age < 60s ? 200ms : 1000ms;
}

void SuccessionWatch::ask_around() {
  for (auto& [id, h] : heard_) {
    if (h.asking || (h.answered && since(*h.answered) < refresh())) continue;
    h.asking = true;
    start(services_.loop, "a question to " + id.brief(),
          [](std::shared_ptr<SuccessionWatch> self, NodeId whom) -> asio::awaitable<void> {
            co_await self->ask_node(whom);
          }(shared_from_this(), id));
  }
}

asio::awaitable<void> SuccessionWatch::ask_node(NodeId id) {
  const auto at = heard_[id].at;
  auto replies = co_await services_.peers.ask(at, instance_.peer_access(), who_are_you(), question_patience);
  auto& h = heard_[id];
  h.asking = false;
  h.failed = !replies;
  h.answered = now();
  auto answer = replies ? understood(*replies) : NodeAnswer{{}, {}, replies.error().what};
  h.info = std::move(answer.info);
  h.view = std::move(answer.view);
  h.trouble = std::move(answer.trouble);
  // Another node than the one we look for may have been given the address: then nobody answered.
  if (h.view && h.view->myself() && h.view->myself()->id != id) {
    h.trouble = fmt::format("{}:{} is node {} now", at.host, at.port.n, h.view->myself()->id.brief());
    h.failed = true;
    h.info.reset();
    h.view.reset();
  }
  bell_.ring();
}

bool SuccessionWatch::first_round_over() const {
  if (since(death_) >= first_round && since(instance_.gate_asked) >= first_round) return true;
  return std::ranges::all_of(heard_, [](const auto& entry) { return entry.second.answered.has_value(); });
}

void SuccessionWatch::gather_voters() {
  // The dead master's own last view counts until others are heard; then the largest number of voters any of them sees.
  int voters = 0;
  if (instance_.nodes_file.view) voters = static_cast<int>(instance_.nodes_file.view->voters().size());
  if (voters == 0)
    voters = static_cast<int>(
        std::ranges::count_if(instance_.record.nodes, [](const KnownNode& n) { return n.slots.any(); }));
  int heard_voters = 0;
  int answering = 0;
  int agreeing = 0;
  std::map<NodeId, int> named;
  for (const auto& [id, h] : heard_) {
    if (!h.view || !fresh(h)) continue;
    // It answered a moment ago and is dead now: its own keeper knows.
    if (const auto* local = services_.local(id); local && !local->watch) continue;
    const auto* me = h.view->myself();
    if (!me || me->role != Role::master || me->slots.none()) continue;
    ++answering;
    heard_voters = std::max(heard_voters, static_cast<int>(h.view->voters().size()));
    bool agrees = slots_.any();
    NodeId successor;
    Slots covered;
    for (const auto& n : h.view->nodes) {
      const auto taken = n.slots & slots_;
      if (taken.none()) continue;
      if (n.id == master_ || n.config_epoch <= epoch_)
        agrees = false;
      else if (!successor.known())
        successor = n.id;
      covered |= taken;
    }
    if (agrees && covered == slots_) {
      ++agreeing;
      ++named[successor];
    }
  }
  evidence_.voters = heard_voters ? heard_voters : voters;
  evidence_.voters_answering = answering;
  evidence_.voters_agreeing = agreeing;
  evidence_.successor = {};
  int most = 0;
  for (const auto& [id, n] : named)
    if (n > most) most = n, evidence_.successor = id;

  gather_elders();
  evidence_.voters_dead_here = 0;
  for (const auto& n : instance_.record.nodes) {
    const auto* local = services_.local(n.id);
    if (n.slots.any() && n.id != master_ && local && !local->watch) ++evidence_.voters_dead_here;
  }
}

void SuccessionWatch::gather_elders() {
  evidence_.elders_silent = 0;
  for (const auto& n : instance_.record.nodes) {
    const auto h = heard_.find(n.id);
    const bool silent = h != heard_.end() && h->second.failed;
    if (n.slots.any() && n.id < master_ && silent && !services_.local(n.id)) ++evidence_.elders_silent;
  }
}

// Whether its process is younger than the master's last word about it: what was attached then was another process.
bool SuccessionWatch::restarted_since_seen(const NodeId& id, const Heard& h) const {
  const auto seen = std::chrono::milliseconds(unix_ms() - instance_.record.seen_unix_ms);
  if (const auto* local = services_.local(id)) return !local->watch || since(local->started) < seen;
  return h.info && std::chrono::seconds(h.info->uptime_seconds + 1) < seen;
}

decide::Heir SuccessionWatch::heir(const NodeId& id) const {
  const auto& h = heard_.at(id);
  decide::Heir heir;
  heir.id = id;
  heir.at = h.at;
  if (const auto* local = services_.local(id)) heir.process_dead = local->watch ? Tri::no : Tri::yes;
  const bool known = fresh(h);
  heir.answers = !known ? Tri::unknown : h.info ? Tri::yes : h.failed ? Tri::no : Tri::unknown;
  heir.online_at_death = instance_.recorded ? Tri::no : Tri::unknown;
  for (const auto& r : instance_.record.replicas) {
    if (r.id != id && r.at != h.at) continue;
    heir.online_at_death = r.online ? Tri::yes : Tri::no;
    heir.last_seen_offset = r.offset;
  }
  if (h.info && known) {
    heir.role = h.info->role;
    heir.loading = h.info->loading ? Tri::yes : Tri::no;
    heir.same_history = !instance_.record.replid.empty() && h.info->replid == instance_.record.replid;
    heir.offset = h.info->replica_offset.value_or(h.info->offset);
    heir.keys = h.info->keys;
    if (h.info->loading) heir.role = Role::replica;  // it says master while it loads, whatever it is
  }
  if (restarted_since_seen(id, h)) heir.online_at_death = Tri::no;
  for (const auto& c : services_.memory.vote_clocks())
    if (c.candidate == id) {
      const auto ago = std::chrono::milliseconds(std::max<std::int64_t>(0, unix_ms() - c.asked_unix_ms));
      const bool this_process = !h.info || std::chrono::seconds(h.info->uptime_seconds) >= ago;
      if (this_process && (!heir.since_own_election || ago < *heir.since_own_election)) heir.since_own_election = ago;
    }
  return heir;
}

void SuccessionWatch::gather_heirs() {
  std::set<NodeId> ids;
  const auto add = [&](const NodeId& id) {
    if (heard_.contains(id)) ids.insert(id);
  };
  for (const auto& [id, h] : heard_)
    if (h.view) {
      for (const auto* r : h.view->replicas_of(master_)) add(r->id);
      for (const auto& n : h.view->nodes)
        if (!n.noaddr && !n.handshake && n.id != master_ && !n.at.host.empty()) heard_[n.id].at = n.at;
    }
  if (instance_.nodes_file.view)
    for (const auto* r : instance_.nodes_file.view->replicas_of(master_)) add(r->id);
  for (const auto& r : instance_.record.replicas) add(r.id);
  // One that belongs to another master now (replica migration) is no heir, whatever we remembered.
  std::erase_if(ids, [&](const NodeId& id) {
    const auto& h = heard_.at(id);
    const auto* me = h.view ? h.view->myself() : nullptr;
    return me && me->role == Role::replica && me->master.known() && me->master != master_;
  });
  evidence_.heirs.clear();
  for (const auto& id : ids) evidence_.heirs.push_back(heir(id));
}

void SuccessionWatch::gather_clocks() {
  evidence_.since_vote_about_master.reset();
  for (const auto& c : services_.memory.vote_clocks())
    if (c.master == master_ && !(force_runs_ && c.candidate == *asked_)) {
      const auto ago = std::chrono::milliseconds(std::max<std::int64_t>(0, unix_ms() - c.asked_unix_ms));
      if (!evidence_.since_vote_about_master || ago < *evidence_.since_vote_about_master)
        evidence_.since_vote_about_master = ago;
    }
  Tri keep = Tri::unknown;
  for (const auto& [id, h] : heard_)
    if (h.info && h.info->version.kind != ServerKind::unknown && keep != Tri::yes) {
      const auto& v = h.info->version;
      const bool free = v.kind == ServerKind::valkey && (v.major > 8 || (v.major == 8 && v.minor >= 1));
      keep = free ? Tri::no : Tri::yes;
    }
  evidence_.voters_keep_vote_clock = keep;
}

void SuccessionWatch::gather_dataset() {
  if (!instance_.looked_at) return;
  const auto& d = instance_.looked_at->dataset;
  evidence_.local = d.state;
  evidence_.local_keys = d.keys;
  evidence_.local_offset.reset();
  // A whole append-only file has everything the process acknowledged, as long as the kernel that took its writes lives.
  const bool this_boot = instance_.record.boot_id == services_.boot_id;
  const bool whole = d.state == DatasetState::valid && ((d.aof && this_boot) || instance_.record.stopped_cleanly);
  evidence_.local_complete = whole ? Tri::yes : Tri::no;
  if (d.offset && d.replid == instance_.record.replid) evidence_.local_offset = d.offset;
}

void SuccessionWatch::gather() {
  auto& e = evidence_;
  e.master = master_;
  e.since_death = since(death_);
  e.keys_at_death = instance_.record.keys;
  e.offset_at_death = instance_.record.replid.empty() ? std::nullopt : std::optional(instance_.record.offset);
  e.just_booted = instance_.recorded && instance_.record.boot_id != services_.boot_id;
  e.node_timeout = instance_.node_timeout();
  e.policy = instance_.policy.succession;
  e.policy.ask = e.policy.ask && may_ask_;
  e.start = instance_.policy.start;
  e.asked = asked_;
  e.since_asked = asked_ ? since(asked_at_) : std::chrono::milliseconds{0};
  e.another_force_running = services_.forces_running > (force_runs_ ? 1 : 0);
  gather_voters();
  gather_heirs();
  gather_clocks();
  gather_dataset();
}

asio::awaitable<void> SuccessionWatch::force(NodeId whom) {
  const auto at = heard_[whom].at;
  force_runs(true);
  auto connection = co_await services_.peers.borrow(at, instance_.peer_access(), question_patience);
  if (!connection) {
    services_.journal.warn(instance_.port(), "error", "",
                           while_doing("asking " + whom.brief(), connection.error()).what);
    force_runs(false);
    co_return;
  }
  asked_ = whom;
  asked_at_ = now();
  lost_when_asked_ = verdict_.lost_bytes;
  clock_ = VoteClock{master_, unix_ms(), whom, false};
  if (auto kept = co_await services_.memory.write(clock_); !kept)
    services_.journal.warn(instance_.port(), "error", "", kept.error().what);
  services_.journal.note(instance_.port(), "asked", verdict_.verdict.rule,
                         fmt::format("CLUSTER FAILOVER FORCE to {} ({}:{}), {} ms after the death", whom.brief(),
                                     at.host, at.port.n, since(death_).count()));
  auto accepted = co_await act::force_failover(**connection);
  services_.peers.give_back(at, std::move(*connection));
  if (!accepted) {
    services_.journal.warn(instance_.port(), "error", "", while_doing("asking " + whom.brief(), accepted.error()).what);
    force_runs(false);
  }
  bell_.ring();
}

void SuccessionWatch::force_runs(bool runs) {
  if (runs == force_runs_) return;
  force_runs_ = runs;
  services_.forces_running += runs ? 1 : -1;
}

void SuccessionWatch::tell_settled() {
  force_runs(false);
  settled_told_ = true;
  const auto& h = heard_[verdict_.whom];
  std::string lost = "what it lacked is not known";
  // As master it no longer shows how far it had come; what it showed when it was asked counts.
  if (!verdict_.lost_bytes && asked_ == verdict_.whom) verdict_.lost_bytes = lost_when_asked_;
  if (verdict_.lost_bytes && *verdict_.lost_bytes == 0)
    lost = "it lacked nothing of what the last probe saw";
  else if (verdict_.lost_bytes)
    lost = fmt::format("it lacked {} bytes of the replication stream", *verdict_.lost_bytes);
  services_.journal.note(instance_.port(), "succeeded", verdict_.verdict.rule,
                         fmt::format("{} ({}:{}) has the slots, agreed by {} of {} masters {} ms after the death; {}",
                                     verdict_.whom.brief(), h.at.host, h.at.port.n, evidence_.voters_agreeing,
                                     evidence_.voters, since(death_).count(), lost));
  if (!migrating_.empty())
    start(services_.loop, "re-opening slots",
          [](std::shared_ptr<SuccessionWatch> self, NodeId whom) -> asio::awaitable<void> {
            co_await self->reopen_slots(whom);
          }(shared_from_this(), verdict_.whom));
}

// A replica of Redis, and of Valkey before 8.0, does not know which slots its master was migrating: moved keys would
// answer nil there instead of ASK.
asio::awaitable<void> SuccessionWatch::reopen_slots(NodeId successor) {
  const auto slots = migrating_;
  auto c = co_await services_.peers.borrow(heard_[successor].at, instance_.peer_access(), question_patience);
  Result<void> done = c ? Result<void>{} : Result<void>(c.error());
  if (c) done = co_await act::open_migrating(**c, slots);
  if (c) services_.peers.give_back(heard_[successor].at, std::move(*c));
  if (done)
    services_.journal.note(instance_.port(), "slots-reopened", "",
                           fmt::format("{} migrating slots are open again on {}", slots.size(), successor.brief()));
  else
    services_.journal.warn(instance_.port(), "error", "",
                           while_doing("re-opening the migrating slots on " + successor.brief(), done.error()).what +
                               "; moved keys answer nil there until CLUSTER SETSLOT … MIGRATING is repeated");
}

void SuccessionWatch::tell() {
  const auto rule = verdict_.verdict.rule;
  if (verdict_.answer == decide::Succession::settled) {
    if (!settled_told_) tell_settled();
  } else if (rule != told_rule_ && rule != "asked" && rule != "best-replica" && rule != "late-replica") {
    services_.journal.note(instance_.port(),
                           verdict_.answer == decide::Succession::impossible ? "impossible" : "succession", rule,
                           std::string(verdict_.verdict.because));
  }
  if (rule != told_rule_) {
    told_rule_ = rule;
    instance_.changed();
  }
}

asio::awaitable<void> SuccessionWatch::run() {
  const auto self = shared_from_this();
  while (!closed_) {
    ask_around();
    if (first_round_over()) {
      gather();
      if (asked_ && evidence_.since_asked > evidence_.policy.force_patience) force_runs(false);
      verdict_ = decide::succession(evidence_);
      tell();
      if (verdict_.answer == decide::Succession::ask && !closed_) co_await force(verdict_.whom);
      if (settled_told_ && asked_ == verdict_.whom && !clock_.won) {
        // The votes were given between the asking and now; the window of the voters begins with the last of them.
        clock_.won = true;
        clock_.asked_unix_ms = unix_ms();
        (void)co_await services_.memory.write(clock_);
      }
    }
    const bool settled = verdict_.answer == decide::Succession::settled;
    co_await bell_.wait(
        settled ? 1000ms
                : std::min<std::chrono::milliseconds>(verdict_.verdict.ask_again_in.value_or(200ms), refresh()));
  }
  force_runs(false);
}

}  // namespace slotwarden::run
