#include "decide/quarantine.h"

#include <algorithm>

#include "decide/rules.h"
#include "decide/start.h"

using namespace std::chrono_literals;

namespace slotwarden::decide {

namespace {

constexpr auto rules = std::to_array<RuleText>({
    {Ruling::wait, "quarantine-loading", "It is still loading, or has not said yet how many keys it holds.",
     "Ends when it has loaded and its keys can be counted. Its replicas wait with their data untouched."},
    {Ruling::go, "quarantine-replica", "It is a replica now: nobody copies its data in place of a master's.", ""},
    {Ruling::wait, "quarantine-succeeded",
     "Its slots belong to another node, and it has not yet turned into that node's replica.",
     "Ends when it hears of its successor and becomes a replica. If that takes more than a minute, look whether this "
     "host reaches the other nodes."},
    {Ruling::go, "quarantine-forced", "The operator has accepted what it holds.", ""},
    {Ruling::go, "quarantine-data-may-go", "Its policy lets data go, so any count will do.", ""},
    {Ruling::refuse, "quarantine-short",
     "It loaded fewer keys than its dataset promised or the record allows. It is ended before a replica copies that.",
     "Put a better dataset into the data directory, or promote a replica, which still holds everything. To accept what "
     "is there: `slotwardenctl start PORT --force --reason \"…\"`."},
    {Ruling::go, "quarantine-counted", "The loaded keys were counted, and the count agrees.", ""},
});
static_assert(well_formed(rules));

consteval RuleText rule(std::string_view name) {
  return row_of(rules, name);
}

bool short_of_keys(const QuarantineEvidence& e) {
  if (!e.promised) return shrunken(e.keys, e.recorded_keys, e.policy);
  return *e.keys < *e.promised - std::min(*e.promised, e.promised_with_expiry);
}

}  // namespace

Verdict quarantine(const QuarantineEvidence& e) {
  if (e.loading != Tri::no || e.role == Role::unknown) return says(rule("quarantine-loading"), 100ms);
  if (e.role == Role::replica) return says(rule("quarantine-replica"));
  if (e.settled) return says(rule("quarantine-succeeded"), 100ms);
  if (e.forced) return says(rule("quarantine-forced"));
  if (e.policy.data_may_go) return says(rule("quarantine-data-may-go"));
  if (!e.keys) return says(rule("quarantine-loading"), 100ms);
  if (short_of_keys(e)) return says(rule("quarantine-short"));
  return says(rule("quarantine-counted"));
}

std::span<const RuleText> quarantine_rules() {
  return rules;
}

}  // namespace slotwarden::decide
