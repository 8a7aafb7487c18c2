#include "decide/arrival.h"

#include "decide/compare.h"
#include "decide/rules.h"
#include "decide/start.h"

namespace slotwarden::decide {

namespace {

constexpr std::string_view nothing_to_do =
    "Nothing needs to: it is kept beside the data, where the start gate finds it.";

constexpr auto rules = std::to_array<RuleText>({
    {Ruling::refuse, "arrival-damaged", "It is not whole, this server could not load it, or it is not what was sent.",
     "The next generation. If it is every one: `slotwardenctl backups verify PORT` where they come from."},
    {Ruling::refuse, "arrival-stranger", "Nothing shows that it is of this instance's shard.",
     "Nothing: it belongs to another shard."},
    {Ruling::go, "arrival-known", "It is here already.", ""},
    {Ruling::wait, "arrival-small", "It holds far fewer keys than the instance had when it was last seen.",
     nothing_to_do},
    {Ruling::wait, "arrival-down", "The instance does not run: what it starts with is being judged.", nothing_to_do},
    {Ruling::wait, "arrival-replica", "The instance is not its shard's master: it refills itself.", nothing_to_do},
    {Ruling::wait, "arrival-aof", "The instance would load its append-only file, or it is not known that it would not.",
     nothing_to_do},
    {Ruling::wait, "arrival-parted",
     "Nothing shows that the server went on from it: it was restored, or started with other data, since then.",
     nothing_to_do},
    {Ruling::wait, "arrival-staler", "The dump in place is whole, and nothing shows that this is the fresher.",
     nothing_to_do},
    {Ruling::go, "arrival-fresher", "It is whole, of this shard, and fresher than the dump in place.", ""},
});
static_assert(well_formed(rules));

consteval RuleText rule(std::string_view name) {
  return row_of(rules, name);
}

bool whole(const Copy& c) {
  return c.state == DatasetState::valid || c.state == DatasetState::empty;
}

bool of_this_shard(const Copy& c, const std::optional<Copy>& record) {
  if (!record) return false;
  if (!c.shard.empty() && !record->shard.empty()) return c.shard == record->shard;
  return !c.replid.empty() && (c.replid == record->replid || c.replid == record->replid2);
}

bool too_small(const ArrivalEvidence& e) {
  return !e.copy.keys || *e.copy.keys == 0 || shrunken(e.copy.keys, e.record->keys.value_or(0), e.policy);
}

// A place in the stream of what the server holds: what was saved before the shard was restored is none, however fresh.
bool gone_on_from(const Copy& copy, const Copy& serving) {
  const auto c = compare(copy, serving);
  return c.rule == "same-history" || (c.rule == "earlier-history" && c.relation == Relation::staler);
}

bool fresher(Copy copy, Copy present) {
  if (!whole(present) || present.keys == 0) return true;
  copy.shard = present.shard = "this one";  // so that the times of the saves may be compared
  return compare(copy, present).relation == Relation::fresher;
}

}  // namespace

ArrivalVerdict arrival(const ArrivalEvidence& e) {
  const auto answer = [](Arrival a, const RuleText& row) { return ArrivalVerdict{a, says(row)}; };
  if (!whole(e.copy) || e.changed) return answer(Arrival::refused, rule("arrival-damaged"));
  if (!of_this_shard(e.copy, e.record)) return answer(Arrival::refused, rule("arrival-stranger"));
  if (e.same_as_present) return answer(Arrival::known, rule("arrival-known"));
  const auto beside = [&](const RuleText& row) {
    return e.kept_already ? answer(Arrival::known, rule("arrival-known")) : answer(Arrival::beside, row);
  };
  if (too_small(e)) return beside(rule("arrival-small"));
  if (!e.runs) return beside(rule("arrival-down"));
  if (!e.master) return beside(rule("arrival-replica"));
  if (e.reads_dump != Tri::yes) return beside(rule("arrival-aof"));
  if (!gone_on_from(e.copy, e.serving)) return beside(rule("arrival-parted"));
  if (!fresher(e.copy, e.present)) return beside(rule("arrival-staler"));
  return answer(Arrival::in_place, rule("arrival-fresher"));
}

std::span<const RuleText> arrival_rules() {
  return rules;
}

}  // namespace slotwarden::decide
