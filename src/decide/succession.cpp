#include "decide/succession.h"

#include <algorithm>

#include "decide/start.h"
#include "decide/succession_rules.h"

using namespace std::chrono_literals;

namespace slotwarden::decide {

namespace {

using std::chrono::milliseconds;

consteval RuleText rule(std::string_view name) {
  return row_of(succession_table, name);
}

SuccessionVerdict wait(const RuleText& row, milliseconds again) {
  return {.verdict = says(row, again)};
}
SuccessionVerdict impossible(const RuleText& row) {
  return {.answer = Succession::impossible, .verdict = says(row)};
}

// How far `a` is ahead of `b`; 0 when it is not.
std::uint64_t ahead(Offset a, Offset b) {
  return a > b ? static_cast<std::uint64_t>(a.n) - static_cast<std::uint64_t>(b.n) : 0;
}

bool tells(const Heir& h) {
  return h.answers == Tri::yes && h.process_dead != Tri::yes && h.role == Role::replica && h.loading == Tri::no;
}

// Its offset says how much of the dead master's data it has.
bool comparable(const Heir& h) {
  return tells(h) && h.same_history && h.offset.n > 1;
}

bool synced(const Heir& h, const SuccessionEvidence& e) {
  return comparable(h) && h.id.known() && (h.keys > 0 || e.keys_at_death == 0);
}

bool attached(const Heir& h, const SuccessionEvidence& e) {
  const bool close = !e.offset_at_death || ahead(*e.offset_at_death, h.offset) <= e.policy.lag_allowed;
  return h.online_at_death == Tri::yes && close;
}

bool empty_handed(const Heir& h, const SuccessionEvidence& e) {
  return tells(h) && h.keys == 0 && (h.offset.n <= 1 || e.keys_at_death > 0);
}

// The furthest that its data can reach in the dead master's stream, where that can be known.
std::optional<Offset> furthest(const Heir& h) {
  if (comparable(h)) return h.offset;
  const bool asked = h.answers == Tri::no || h.process_dead == Tri::yes || tells(h);
  const bool seen = h.last_seen_offset && h.last_seen_offset->n > 0;
  return asked && seen && h.online_at_death == Tri::no ? h.last_seen_offset : std::nullopt;
}

bool local_whole(const SuccessionEvidence& e) {
  return e.local == DatasetState::valid && !shrunken(e.local_keys, e.keys_at_death, e.start);
}

bool staler_than_local(const Heir& h, const SuccessionEvidence& e) {
  if (empty_handed(h, e)) return true;
  const auto theirs = furthest(h);
  return theirs && *e.local_offset >= *theirs && ahead(*e.local_offset, *theirs) >= e.start.staleness_allowed;
}

// Whether waiting for it any longer could still show a synced replica that would take over at once.
bool accounted_for(const Heir& h) {
  return h.answers != Tri::unknown || h.process_dead == Tri::yes || h.online_at_death == Tri::no;
}

bool all_staler(const SuccessionEvidence& e) {
  if (!local_whole(e)) return false;
  if (std::ranges::any_of(e.heirs, [&](const Heir& h) { return attached(h, e) && synced(h, e); })) return false;
  if (e.local_complete == Tri::yes && std::ranges::all_of(e.heirs, accounted_for)) return true;
  return e.local_offset && std::ranges::all_of(e.heirs, [&](const Heir& h) { return staler_than_local(h, e); });
}

// The best synced heir: attached ones before the others, then the highest offset, then the smallest id. Null for none.
const Heir* best_heir(const SuccessionEvidence& e) {
  const Heir* best = nullptr;
  const auto better = [&](const Heir& a, const Heir& b) {
    if (attached(a, e) != attached(b, e)) return attached(a, e);
    return a.offset != b.offset ? a.offset > b.offset : a.id < b.id;
  };
  for (const auto& h : e.heirs)
    if (synced(h, e) && (!best || better(h, *best))) best = &h;
  return best;
}

bool may_be_better(const Heir& h, const Heir* best) {
  if (h.answers == Tri::yes || h.process_dead == Tri::yes) return false;
  return h.online_at_death != Tri::no || (best && h.last_seen_offset && *h.last_seen_offset > best->offset);
}

SuccessionVerdict ask(const RuleText& row, const Heir& h, const SuccessionEvidence& e) {
  SuccessionVerdict v{.answer = Succession::ask, .verdict = says(row, 10ms), .whom = h.id};
  if (e.offset_at_death) v.lost_bytes = ahead(*e.offset_at_death, h.offset);
  return v;
}

std::optional<SuccessionVerdict> under_way(const SuccessionEvidence& e) {
  if (e.voters > 0 && e.voters_agreeing > e.voters / 2) {
    SuccessionVerdict v{.answer = Succession::settled, .verdict = says(rule("settled")), .whom = e.successor};
    for (const auto& h : e.heirs)
      if (h.id == e.successor && comparable(h) && e.offset_at_death) v.lost_bytes = ahead(*e.offset_at_death, h.offset);
    return v;
  }
  if (e.asked && e.since_asked < e.policy.force_patience) return wait(rule("asked"), 10ms);
  return std::nullopt;
}

std::optional<SuccessionVerdict> voters_missing(const SuccessionEvidence& e) {
  if (e.voters_answering <= 0) {
    if (e.just_booted) return wait(rule("cold-start"), 1s);
    if (e.voters <= 0 || e.voters_dead_here < e.voters - 1) return wait(rule("cut-off"), 500ms);
  }
  if (e.voters <= 0) return wait(rule("cut-off"), 500ms);
  if (e.voters_answering <= e.voters / 2) return wait(rule("lost-majority"), 1s);
  return std::nullopt;
}

std::optional<SuccessionVerdict> successor_or_none(const SuccessionEvidence& e) {
  const auto acts_as_master = [](const Heir& h) { return h.role == Role::master && h.loading != Tri::yes; };
  if (e.voters_agreeing > 0 || std::ranges::any_of(e.heirs, acts_as_master)) return wait(rule("successor-seen"), 20ms);
  if (e.heirs.empty()) return impossible(rule("no-replica"));
  if (std::ranges::all_of(e.heirs, [&](const Heir& h) { return empty_handed(h, e); }))
    return impossible(rule("never-synced"));
  if (all_staler(e)) return impossible(rule("all-staler"));
  return std::nullopt;
}

// What is left of the time in which voters, or the heir itself, would let a request come to nothing.
milliseconds vote_window(const SuccessionEvidence& e, const Heir* best) {
  milliseconds rest{0};
  if (e.voters_keep_vote_clock == Tri::no) return rest;
  if (e.since_vote_about_master) rest = std::max(rest, 2 * e.node_timeout - *e.since_vote_about_master);
  if (best && best->since_own_election)
    rest = std::max(rest, election_retry_time(e.node_timeout) - *best->since_own_election);
  return rest;
}

// A FORCE is settled, or has failed, well within this (FORCE to agreement: 100 to 240 ms).
constexpr auto turn = 250ms;

std::optional<SuccessionVerdict> not_now(const SuccessionEvidence& e, const Heir* best) {
  if (!e.policy.ask) return wait(rule("off"), 200ms);
  if (const auto rest = vote_window(e, best); rest > 0ms)
    return wait(rule("vote-clock"), std::min<milliseconds>(rest, 1s));
  if (e.another_force_running) return wait(rule("one-at-a-time"), 10ms);
  if (e.since_death < e.elders_silent * turn) return wait(rule("its-turn"), 20ms);
  if (best && e.asked == best->id && e.since_asked < election_retry_time(e.node_timeout))
    return wait(rule("force-spent"), 200ms);
  const auto better = [&](const Heir& h) { return may_be_better(h, best); };
  if (e.since_death <= e.policy.silent_replica_wait && std::ranges::any_of(e.heirs, better))
    return wait(rule("silent-replica"), 50ms);
  return std::nullopt;
}

// An heir that was not attached at the death may lack much: it is asked only where this host has nothing better.
std::optional<SuccessionVerdict> ask_late(const SuccessionEvidence& e, const Heir& h) {
  if (!e.start.data_may_go) {
    if (e.local == DatasetState::unknown) return wait(rule("local-unread"), 50ms);
    if (local_whole(e)) {
      if (e.local_complete == Tri::yes) return std::nullopt;
      if (!e.local_offset) return wait(rule("local-unplaced"), 200ms);
      if (ahead(*e.local_offset, h.offset) > e.start.staleness_allowed) return std::nullopt;
    }
  }
  return ask(rule("late-replica"), h, e);
}

}  // namespace

SuccessionVerdict succession(const SuccessionEvidence& e) {
  if (auto v = under_way(e)) return *v;
  if (auto v = voters_missing(e)) return *v;
  if (auto v = successor_or_none(e)) return *v;
  const Heir* best = best_heir(e);
  if (auto v = not_now(e, best)) return *v;
  if (best && attached(*best, e)) return ask(rule("best-replica"), *best, e);
  if (best)
    if (auto v = ask_late(e, *best)) return *v;
  if (std::ranges::any_of(e.heirs, [](const Heir& h) { return h.loading == Tri::yes; }))
    return wait(rule("replicas-loading"), 200ms);
  return wait(rule("replicas-unheard"), 500ms);
}

std::span<const RuleText> succession_rules() {
  return succession_table;
}

milliseconds election_retry_time(milliseconds node_timeout) {
  return std::max<milliseconds>(4 * node_timeout, 4s);
}

}  // namespace slotwarden::decide
