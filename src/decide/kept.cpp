#include "decide/kept.h"

#include "decide/compare.h"
#include "decide/rules.h"
#include "decide/start.h"

namespace slotwarden::decide {

namespace {

constexpr std::string_view by_word = "A person may put it in place all the same, keeping what is there.";

constexpr auto rules = std::to_array<RuleText>({
    {Ruling::refuse, "kept-damaged", "It is not whole, or this server could not load it.",
     "Nothing: it is kept as it is. `slotwardenctl inspect dump FILE` tells what is wrong with it."},
    {Ruling::refuse, "kept-stranger", "Nothing shows that it is of this shard.", by_word},
    {Ruling::refuse, "kept-parted",
     "What the instance held when it was last seen went on from an earlier moment of the same history: a restore, or a "
     "succession, left this behind.",
     by_word},
    {Ruling::refuse, "kept-small", "It holds far fewer keys than the instance had when it was last seen.", by_word},
    {Ruling::refuse, "kept-staler", "What is in place is whole, and nothing shows that this copy is the fresher.",
     by_word},
    {Ruling::refuse, "kept-older", "Another copy is fresher, or as fresh.", by_word},
    {Ruling::go, "kept-best", "It is whole, of this shard, holds what the record says, and none is fresher.", ""},
});
static_assert(well_formed(rules));

constexpr auto named = std::to_array<RuleText>({
    {Ruling::refuse, "named-running", "It runs: only the dataset of a server that is down can be exchanged.",
     "`slotwardenctl stop PORT`, then the same again."},
    {Ruling::refuse, "named-damaged", "It is not whole, or this server could not load it.",
     "Name another copy. `slotwardenctl inspect dump FILE` tells what is wrong with this one."},
    {Ruling::refuse, "named-empty", "It holds no keys, and the instance held some when it was last seen.",
     "Name a copy that holds the data. To accept the loss: `slotwardenctl start PORT --force --reason \"…\"`."},
    {Ruling::refuse, "named-other-shard",
     "It is of another shard: its note says so, or most of its keys are of slots that the instance does not own.",
     "Name a copy of this shard."},
    {Ruling::go, "named-accepted", "The operator named it, it is whole, and nothing shows that it is another shard's.",
     ""},
});
static_assert(well_formed(named));

consteval RuleText rule(std::string_view name) {
  return row_of(rules, name);
}

bool of_this_shard(const KeptCandidate& c, const Copy& record) {
  if (c.ours) return true;
  if (!c.copy.shard.empty() && !record.shard.empty()) return c.copy.shard == record.shard;
  const auto& id = c.copy.replid;
  return !id.empty() && (id == record.replid || id == record.replid2);
}

// It has what was written behind the point from which the record's data went on: however fresh, it was left.
bool left_behind(const Copy& c, const Copy& record) {
  if (!c.offset || !record.second_offset || c.replid.empty() || c.replid != record.replid2) return false;
  return *c.offset > *record.second_offset;
}

// Copies of one shard: their save times may be compared where their offsets cannot.
Copy of_shard(Copy c) {
  c.shard = "this one";
  return c;
}

bool worth_keeping(const Copy& present) {
  return present.state == DatasetState::valid && present.keys != 0;
}

std::optional<RuleText> speaks_against(const KeptCandidate& c, const KeptEvidence& e) {
  if (c.copy.state != DatasetState::valid && c.copy.state != DatasetState::empty) return rule("kept-damaged");
  if (!e.record || !of_this_shard(c, *e.record)) return rule("kept-stranger");
  if (left_behind(c.copy, *e.record)) return rule("kept-parted");
  if (c.copy.state == DatasetState::empty || !c.copy.keys || *c.copy.keys == 0 ||
      shrunken(c.copy.keys, e.record->keys.value_or(0), e.policy))
    return rule("kept-small");
  if (worth_keeping(e.present) && compare(of_shard(c.copy), of_shard(e.present)).relation != Relation::fresher)
    return rule("kept-staler");
  return std::nullopt;
}

// Where nothing tells which is fresher, the one with more keys is the better guess.
bool better(const Copy& a, const Copy& b) {
  switch (compare(of_shard(a), of_shard(b)).relation) {
    case Relation::fresher: return true;
    case Relation::same:
    case Relation::staler: return false;
    case Relation::unknown:
    case Relation::unrelated: break;
  }
  return a.keys.value_or(0) > b.keys.value_or(0);
}

}  // namespace

KeptChoice choose_kept(const KeptEvidence& e) {
  KeptChoice choice;
  for (std::size_t n = 0; n < e.candidates.size(); ++n) {
    const auto& c = e.candidates[n];
    if (const auto against = speaks_against(c, e)) {
      choice.judged.push_back(says(*against));
      continue;
    }
    choice.judged.push_back(says(rule("kept-older")));
    if (!choice.best || better(c.copy, e.candidates[*choice.best].copy)) choice.best = n;
  }
  if (choice.best) choice.judged[*choice.best] = says(rule("kept-best"));
  return choice;
}

std::span<const RuleText> kept_rules() {
  return rules;
}

Verdict accept(const NamedEvidence& e) {
  if (e.runs) return says(row_of(named, "named-running"));
  if (e.copy.state != DatasetState::valid && e.copy.state != DatasetState::empty)
    return says(row_of(named, "named-damaged"));
  const bool nothing = e.copy.state == DatasetState::empty || e.copy.keys == 0;
  if (nothing && e.record && e.record->keys.value_or(0) > 0) return says(row_of(named, "named-empty"));
  const bool other_note =
      !e.ours && e.record && !e.copy.shard.empty() && !e.record->shard.empty() && e.copy.shard != e.record->shard;
  if (other_note || e.owned * 2 < e.sampled) return says(row_of(named, "named-other-shard"));
  return says(row_of(named, "named-accepted"));
}

std::span<const RuleText> named_rules() {
  return named;
}

}  // namespace slotwarden::decide
