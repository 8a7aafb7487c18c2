#include "decide/adopt.h"

#include "decide/rules.h"

namespace slotwarden::decide {

namespace {

constexpr auto rules = std::to_array<RuleText>({
    {Ruling::refuse, "unknown-server",
     "Another process than the one we remember listens on this port. It is not ours, so it is not touched.",
     "Stop that process, or take this instance out of the configuration; then `slotwardenctl start PORT`."},
    {Ruling::wait, "listener-unknown", "It could not be learned which process listens on this port.",
     "Ends when /proc can be read. Nothing is started and nothing is touched until then."},
    {Ruling::go, "no-memory", "No process of this instance is remembered, and nobody listens on its port.", ""},
    {Ruling::go, "gone", "The process we remember has ended, and nobody listens on its port.", ""},
    {Ruling::refuse, "wrong-port",
     "The process we remember lives, and yet another one listens on its port. Neither is touched.",
     "Find out which of the two belongs there and stop the other; then `slotwardenctl start PORT`."},
    {Ruling::refuse, "wrong-node",
     "The process we remember runs as another cluster node than the one on record. It is not touched.",
     "Look whether its data directory was exchanged. If this is meant to be, stop that server by hand, then "
     "`slotwardenctl start PORT`."},
    {Ruling::go, "starting", "It is our process, and it does not listen: it has not come that far, or it is stopping.",
     ""},
    {Ruling::go, "ours", "Process, start time, boot, port and cluster node are those on record.", ""},
});
static_assert(well_formed(rules));

consteval RuleText rule(std::string_view name) {
  return row_of(rules, name);
}

AdoptVerdict answer(Adoption a, const RuleText& row) {
  return {a, says(row)};
}

AdoptVerdict nothing_of_ours(const AdoptEvidence& e) {
  if (!e.listener) return answer(Adoption::unknown, rule("listener-unknown"));
  if (*e.listener) return answer(Adoption::stranger, rule("unknown-server"));
  return answer(Adoption::gone, e.remembered ? rule("gone") : rule("no-memory"));
}

bool disagree(const NodeId& recorded, const NodeId& found) {
  return recorded.known() && found.known() && recorded != found;
}

}  // namespace

AdoptVerdict adopt(const AdoptEvidence& e) {
  if (!e.remembered || e.found != e.remembered) return nothing_of_ours(e);
  if (e.listener && *e.listener && *e.listener != e.remembered->pid)
    return answer(Adoption::stranger, rule("wrong-port"));
  if (disagree(e.recorded_node, e.answered_node.known() ? e.answered_node : e.file_node))
    return answer(Adoption::stranger, rule("wrong-node"));
  // What answered on the port with the recorded id has shown whose port it is.
  const bool port_shown = e.answered_node.known() && e.answered_node == e.recorded_node;
  if (!e.listener && !port_shown) return answer(Adoption::unknown, rule("listener-unknown"));
  if (e.listener && !*e.listener) return answer(Adoption::ours, rule("starting"));
  return answer(Adoption::ours, rule("ours"));
}

std::span<const RuleText> adopt_rules() {
  return rules;
}

}  // namespace slotwarden::decide
