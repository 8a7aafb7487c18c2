#include "decide/receive.h"

#include "decide/rules.h"

namespace slotwarden::decide {

namespace {

constexpr auto rules = std::to_array<RuleText>({
    {Ruling::refuse, "offer-not-ours", "No instance of this host is the node that it is for.",
     "Ends when the sender hears where that node runs now."},
    {Ruling::refuse, "offer-wrong-cluster", "The node that saved it is not of this instance's cluster.",
     "CLUSTER MEET, if it should be; otherwise find out who sends it."},
    {Ruling::refuse, "offer-wrong-shard", "The node that saved it is not a replica of this instance.",
     "Ends when it is one again: it then offers what it saves."},
    {Ruling::refuse, "offer-wrong-address", "It does not come from the host of the node that saved it.",
     "Ends when the cluster knows that node by the address that it sends from (cluster-announce-ip)."},
    {Ruling::refuse, "offer-known", "It is here already.", "Nothing: there is nothing to be done."},
    {Ruling::refuse, "offer-no-room", "It would not fit beside the data, or leave too little of the disk free.",
     "Make room on the device of the data directory, or lower `least_free_percent` in the policy's section [backup]."},
    {Ruling::wait, "offer-busy", "Another file is on its way to this instance.", "Ends with that one."},
    {Ruling::go, "offer-accepted", "It is of this shard, comes from where it was saved, and there is room for it.", ""},
});
static_assert(well_formed(rules));

consteval RuleText rule(std::string_view name) {
  return row_of(rules, name);
}

// A delta and what is made of it lie on the disk together for a while.
bool fits(const OfferEvidence& e) {
  if (!e.disk_free) return false;
  const Bytes reserve{e.disk_total.n / 100 * static_cast<std::uint64_t>(e.least_free_percent)};
  return e.size + e.size + reserve <= *e.disk_free;
}

}  // namespace

std::span<const RuleText> receive_rules() {
  return rules;
}

Verdict receive(const OfferEvidence& e) {
  if (!e.runs_here) return says(rule("offer-not-ours"));
  if (e.sender_known != Tri::yes) return says(rule("offer-wrong-cluster"));
  if (e.same_shard != Tri::yes) return says(rule("offer-wrong-shard"));
  if (e.sender_there != Tri::yes) return says(rule("offer-wrong-address"));
  if (e.kept_already) return says(rule("offer-known"));
  if (!fits(e)) return says(rule("offer-no-room"));
  if (e.receiving) return says(rule("offer-busy"));
  return says(rule("offer-accepted"));
}

}  // namespace slotwarden::decide
