#include "decide/health.h"

#include "decide/rules.h"

namespace slotwarden::decide {

namespace {

constexpr auto rules = std::to_array<RuleText>({
    {Ruling::go, "healthy", "It answered lately; a refusal, -LOADING or -BUSY is an answer too.", ""},
    {Ruling::refuse, "succeeded-while-hung",
     "It is silent, and a majority of the masters shows its slots at another node. If it woke up it would acknowledge "
     "writes that are then lost, so it is ended and comes back as a replica.",
     "Nothing: it is ended now. `slotwardenctl explain PORT` names the node that has its slots."},
    {Ruling::wait, "slow-stopped",
     "It is silent because it is stopped by a signal. Slow is not dead: it is left alone while it owns its slots.",
     "Ends when it continues (`slotwardenctl signal PORT CONT`), or when a majority names another owner of its slots."},
    {Ruling::wait, "slow-disk",
     "It is silent because it waits for the disk. Slow is not dead: it is left alone while it owns its slots.",
     "Ends when the disk answers, or when a majority names another owner of its slots. Look at the disk of this host."},
    {Ruling::wait, "slow",
     "It is silent, and its process lives: a long command, a script, swapping or a fork. Slow is not dead: it is left "
     "alone while it owns its slots.",
     "Ends when it answers, or when a majority names another owner of its slots. `slotwardenctl tail PORT` shows what "
     "it said last."},
});
static_assert(well_formed(rules));

consteval RuleText rule(std::string_view name) {
  return row_of(rules, name);
}

}  // namespace

Verdict health(const HealthEvidence& e) {
  if (e.since_answer < e.silence_noticed) return says(rule("healthy"));
  if (e.owned_slots && e.succession == Succession::settled && e.process_alive != Tri::no)
    return says(rule("succeeded-while-hung"));
  switch (e.kernel_state) {
    case 'T': return says(rule("slow-stopped"));
    case 'D': return says(rule("slow-disk"));
    default: return says(rule("slow"));
  }
}

std::span<const RuleText> health_rules() {
  return rules;
}

}  // namespace slotwarden::decide
