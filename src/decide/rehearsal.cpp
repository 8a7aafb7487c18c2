#include "decide/rehearsal.h"

#include <algorithm>

#include "decide/rules.h"
#include "decide/save_budget.h"

namespace slotwarden::decide {

namespace {

constexpr auto rules = std::to_array<RuleText>({
    {Ruling::wait, "rehearsal-another", "Another generation of this host is being rehearsed, and it is one at a time.",
     "Ends with that rehearsal."},
    {Ruling::wait, "rehearsal-blind", "It is not known how much memory is left.",
     "Ends when /proc/meminfo and the files of the control groups can be read again."},
    {Ruling::refuse, "rehearsal-size-unknown",
     "Neither the generation nor a running server tells how much memory its data takes.",
     "Start its server, or rehearse a generation that a server has saved."},
    {Ruling::wait, "rehearsal-no-memory",
     "A second server with this data does not fit into the memory that saves and servers leave.",
     "Ends when there is memory: rehearse when no save runs, or take the generation to another host (`slotwardenctl "
     "backups export`)."},
    {Ruling::go, "rehearsal-fits", "A second server with this data fits into the memory that is left.", ""},
    {Ruling::refuse, "rehearsal-squeezed", "Memory has got short while it was loading: it is ended first.",
     "Rehearse it again when there is more memory."},
    {Ruling::refuse, "rehearsal-altered", "The generation is not what was kept, or would not load.",
     "Have another one made (`slotwardenctl save PORT --now`) and look at the disk; `slotwardenctl backups verify "
     "PORT` "
     "tells which ones are good."},
    {Ruling::refuse, "rehearsal-note-differs", "Its note promises another number of keys than the file holds.",
     "One of the two was altered: rely on another generation, and have a new one made: `slotwardenctl save PORT "
     "--now`."},
    {Ruling::refuse, "rehearsal-not-loaded", "The server did not load it.",
     "What it said is in the event; mend that, or have another generation made: `slotwardenctl save PORT --now`."},
    {Ruling::wait, "rehearsal-uncounted", "The server did not tell how many keys it has loaded.", "Rehearse it again."},
    {Ruling::refuse, "rehearsal-short",
     "The server holds another number of keys than the file, beyond those whose time to live has passed.",
     "Rely on another generation, and compare: `slotwardenctl inspect dump FILE --keys`."},
    {Ruling::go, "proven", "A server has loaded it, and the count of its keys agrees.", ""},
});
static_assert(well_formed(rules));

consteval RuleText rule(std::string_view name) {
  return row_of(rules, name);
}

SaveEvidence budget_of(const RehearsalEvidence& e) {
  SaveEvidence s;
  s.memory = e.memory;
  s.forks = e.forks;
  return s;
}

std::uint64_t keys_of(const std::vector<DatabaseKeys>& all, std::uint64_t number) {
  std::uint64_t keys = 0;
  for (const auto& d : all)
    if (d.number == number) keys += d.keys;
  return keys;
}

// Keys whose time has come are not loaded, or go soon afterwards.
bool counts_agree(const std::vector<DatabaseKeys>& file, const std::vector<DatabaseKeys>& loaded) {
  const auto fits = [&](const DatabaseKeys& d) {
    const auto n = keys_of(loaded, d.number);
    return n <= d.keys && n >= d.keys - std::min(d.keys, d.with_expiry);
  };
  const auto known = [&](const DatabaseKeys& l) {
    return l.keys == 0 || std::ranges::find(file, l.number, &DatabaseKeys::number) != file.end();
  };
  return std::ranges::all_of(file, fits) && std::ranges::all_of(loaded, known);
}

}  // namespace

Verdict may_rehearse(const RehearsalEvidence& e) {
  if (e.another) return says(rule("rehearsal-another"));
  if (!e.memory || e.domains.empty()) return says(rule("rehearsal-blind"));
  if (!e.predicted) return says(rule("rehearsal-size-unknown"));
  SaveCandidate server;
  server.domains = e.domains;
  if (!SaveBudget(budget_of(e)).fits(server, *e.predicted)) return says(rule("rehearsal-no-memory"));
  return says(rule("rehearsal-fits"));
}

Verdict rehearsal_goes_on(const RehearsalEvidence& e) {
  const auto short_of = [&](std::size_t d) {
    return d >= e.memory->size() || (*e.memory)[d].available < (*e.memory)[d].reserve;
  };
  if (!e.memory || std::ranges::any_of(e.domains, short_of)) return says(rule("rehearsal-squeezed"));
  return says(rule("rehearsal-fits"));
}

std::optional<Bytes> rehearsal_size(std::optional<Bytes> by_header, std::optional<Bytes> by_server,
                                    int margin_percent) {
  const auto known = by_header && by_header->n > 0 ? by_header : by_server;
  if (!known || known->n == 0) return std::nullopt;
  return Bytes{known->n + known->n / 100 * static_cast<std::uint64_t>(std::max(0, margin_percent))};
}

Verdict rehearsed(const RehearsedEvidence& e) {
  if (e.state == DatasetState::unknown) return says(rule("rehearsal-uncounted"));
  if (e.state != DatasetState::valid) return says(rule("rehearsal-altered"));
  std::uint64_t in_file = 0;
  for (const auto& d : e.in_file) in_file += d.keys;
  if (e.noted_keys && *e.noted_keys != in_file) return says(rule("rehearsal-note-differs"));
  if (!e.loaded) return says(rule("rehearsal-not-loaded"));
  if (!e.loaded_keys) return says(rule("rehearsal-uncounted"));
  if (!counts_agree(e.in_file, *e.loaded_keys)) return says(rule("rehearsal-short"));
  return says(rule("proven"));
}

std::span<const RuleText> rehearsal_rules() {
  return rules;
}

}  // namespace slotwarden::decide
