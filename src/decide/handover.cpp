#include "decide/handover.h"

#include <algorithm>

#include "decide/rules.h"
#include "decide/succession.h"

namespace slotwarden::decide {

namespace {

constexpr auto rules = std::to_array<RuleText>({
    {Ruling::go, "stop-replica", "It serves no slots: nobody has to take over.", ""},
    {Ruling::go, "stop-not-running", "It is not running: there is nothing to hand over.", ""},
    {Ruling::go, "stop-in-place", "The operator has given up the hand-over, and said why.", ""},
    {Ruling::refuse, "stop-unknown",
     "It is not known whether it runs, which role it has or whether it owns slots, so stopping it could take slots "
     "away.",
     "Ends when it answers. To stop it all the same: `slotwardenctl stop PORT --in-place --reason \"…\"`."},
    {Ruling::refuse, "stop-member-down",
     "Another member of its shard is down by our own hand: one member of a shard at a time.",
     "Ends when that member is up and synced again; `slotwardenctl status` shows it. To stop it all the same: "
     "`slotwardenctl stop PORT --in-place --reason \"…\"`."},
    {Ruling::refuse, "stop-open-slots",
     "Slots are being moved to or from it, and a failover in the middle loses the marks that redirect their keys.",
     "Let the reshard end, or mend it with redis-cli --cluster fix. To stop it all the same: `slotwardenctl stop PORT "
     "--in-place --reason \"…\"`."},
    {Ruling::refuse, "stop-no-majority",
     "Fewer than a majority of the masters answer: a hand-over could not win, and would only block writes for a while.",
     "Ends when enough masters answer. To stop it without a hand-over: `slotwardenctl stop PORT --in-place --reason "
     "\"…\"`."},
    {Ruling::go, "stop-handover", "Its best replica takes over first.", ""},
    {Ruling::refuse, "stop-votes-left",
     "The replica that would take over has won an election less than four node timeouts ago. Asked again it would call "
     "itself master by the votes of then, be put right by the others at once, and lose what was written to it "
     "meanwhile.",
     "Ends by itself, four node timeouts after that election. To stop it without a hand-over: `slotwardenctl stop PORT "
     "--in-place --reason \"…\"`."},
    {Ruling::refuse, "stop-no-replica",
     "No replica can take over: it has none, or they do not answer, are loading, have no link, lag too far behind, or "
     "are empty.",
     "Ends when a replica is synced. To stop it without a hand-over, with its slots unserved meanwhile: "
     "`slotwardenctl stop PORT --in-place --reason \"…\"`."},
});
static_assert(well_formed(rules));

consteval RuleText rule(std::string_view name) {
  return row_of(rules, name);
}

HandoverVerdict not_needed(const RuleText& row) {
  return {Handover::not_needed, says(row), {}};
}
HandoverVerdict refused(const RuleText& row) {
  return {Handover::refused, says(row), {}};
}

bool qualifies(const Deputy& d, const HandoverEvidence& e) {
  const bool close =
      d.offset >= e.offset ||
      static_cast<std::uint64_t>(e.offset.n) - static_cast<std::uint64_t>(d.offset.n) <= e.policy.handover_lag;
  return d.id.known() && d.answers == Tri::yes && d.link_up == Tri::yes && d.loading == Tri::no && close &&
         (d.keys > 0 || e.keys == 0);
}

bool has_votes_left(const Deputy& d, const HandoverEvidence& e) {
  return d.keeps_votes && d.since_own_election && *d.since_own_election < election_retry_time(e.node_timeout);
}

const Deputy* best(const HandoverEvidence& e) {
  const Deputy* chosen = nullptr;
  for (const auto& d : e.deputies) {
    if (!qualifies(d, e) || has_votes_left(d, e)) continue;
    if (!chosen || d.offset > chosen->offset || (d.offset == chosen->offset && d.id < chosen->id)) chosen = &d;
  }
  return chosen;
}

}  // namespace

HandoverVerdict handover(const HandoverEvidence& e) {
  if (e.role == Role::replica || (e.role == Role::master && e.owns_slots == Tri::no))
    return not_needed(rule("stop-replica"));
  if (e.running == Tri::no) return not_needed(rule("stop-not-running"));
  if (e.in_place) return not_needed(rule("stop-in-place"));
  if (e.running == Tri::unknown || e.role == Role::unknown || e.owns_slots == Tri::unknown)
    return refused(rule("stop-unknown"));
  if (e.another_member_down == Tri::yes) return refused(rule("stop-member-down"));
  if (e.open_slots) return refused(rule("stop-open-slots"));
  if (e.voters <= 0 || e.voters_answering <= e.voters / 2) return refused(rule("stop-no-majority"));
  if (const auto* d = best(e)) return {Handover::to_deputy, says(rule("stop-handover")), d->id};
  const bool soon = std::ranges::any_of(e.deputies, [&](const Deputy& d) { return qualifies(d, e); });
  return refused(soon ? rule("stop-votes-left") : rule("stop-no-replica"));
}

std::span<const RuleText> handover_rules() {
  return rules;
}

}  // namespace slotwarden::decide
