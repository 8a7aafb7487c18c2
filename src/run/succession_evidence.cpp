// What a SuccessionWatch makes of the answers it has: the evidence for decide::succession.
#include <algorithm>

#include "decide/compare.h"
#include "run/kept_copies.h"
#include "run/succession_watch.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {
// No decision rests on an older answer: after a freeze of this daemon everybody is asked again first. Longer than the
// slowest pace of asking and one question together.
constexpr auto answers_last = 2500ms;

bool fresh(const Heard& h) {
  return h.answered && since(*h.answered) < answers_last;
}
}  // namespace

void SuccessionWatch::gather_voters() {
  // The dead master's own last view counts until others are heard; then the largest number of voters any of them sees.
  int voters = 0;
  if (instance_.nodes_file.view) voters = static_cast<int>(instance_.nodes_file.view->voters().size());
  if (voters == 0)
    voters = static_cast<int>(
        std::ranges::count_if(instance_.record.nodes, [](const KnownNode& n) { return n.slots.any(); }));
  gather_views();
  if (evidence_.voters == 0) evidence_.voters = voters;

  gather_elders();
  evidence_.voters_dead_here = 0;
  for (const auto& n : instance_.record.nodes) {
    const auto* local = services_.local(n.id);
    if (n.slots.any() && n.id != master_ && local && !local->watch) ++evidence_.voters_dead_here;
  }
}

// What the voters that answered show: how many voters there are, and who has the dead master's slots.
void SuccessionWatch::gather_views() {
  evidence_.voters = 0;
  evidence_.voters_answering = 0;
  evidence_.voters_agreeing = 0;
  evidence_.successor = {};
  std::map<NodeId, int> named;
  for (const auto& [id, h] : heard_) {
    if (!h.view || !fresh(h)) continue;
    // It answered a moment ago and is dead now: its own keeper knows.
    if (const auto* local = services_.local(id); local && !local->watch) continue;
    const auto* me = h.view->myself();
    if (!me || me->role != Role::master || me->slots.none()) continue;
    ++evidence_.voters_answering;
    evidence_.voters = std::max(evidence_.voters, static_cast<int>(h.view->voters().size()));
    if (const auto successor = successor_in(*h.view); successor.known()) {
      ++evidence_.voters_agreeing;
      ++named[successor];
    }
  }
  int most = 0;
  for (const auto& [id, n] : named)
    if (n > most) most = n, evidence_.successor = id;
}

// Who has every slot of the dead master at a higher epoch, in this view; nobody when some slot is not settled.
NodeId SuccessionWatch::successor_in(const ClusterView& view) const {
  NodeId successor;
  Slots covered;
  for (const auto& n : view.nodes) {
    const auto taken = n.slots & slots_;
    if (taken.none()) continue;
    if (n.id == master_ || n.config_epoch <= epoch_) return {};
    if (!successor.known()) successor = n.id;
    covered |= taken;
  }
  return slots_.any() && covered == slots_ ? successor : NodeId{};
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
  const auto seen = likely_since(instance_.record.seen, services_.stamp());
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
      const auto ago = surely_since(c.asked, services_.stamp());
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
      const auto ago = surely_since(c.asked, services_.stamp());
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
  evidence_.local_keys = d.keys ? d.keys : d.keys_at_most;
  // A whole append-only file has everything the process acknowledged, as long as the kernel that took its writes lives.
  const bool this_boot = instance_.record.seen.boot_id == services_.boot_id;
  const bool whole = d.state == DatasetState::valid && ((d.aof && this_boot) || instance_.record.stopped_cleanly);
  evidence_.local_complete = whole ? Tri::yes : Tri::no;
  evidence_.local_offset = decide::place_in_stream(copy_of(d, {}), recorded_copy(instance_));
}

void SuccessionWatch::gather() {
  auto& e = evidence_;
  e.master = master_;
  e.since_death = since(death_);
  e.keys_at_death = instance_.record.keys;
  e.offset_at_death = instance_.record.replid.empty() ? std::nullopt : std::optional(instance_.record.offset);
  e.just_booted = instance_.recorded && instance_.record.seen.boot_id != services_.boot_id;
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

}  // namespace slotwarden::run
