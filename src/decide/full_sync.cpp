#include "decide/full_sync.h"

#include <algorithm>
#include <tuple>

#include "decide/full_sync_rules.h"
#include "decide/save_budget.h"

namespace slotwarden::decide {

namespace {

using std::chrono::seconds;

// How far beyond the present wait a delay reaches, and when it is moved on.
constexpr std::int64_t reach = 120;
constexpr std::int64_t too_near = 60;

consteval RuleText rule(std::string_view name) {
  return row_of(full_sync_table, name);
}

std::int64_t waited_seconds(const SyncCandidate& c) {
  return std::chrono::ceil<seconds>(c.waited).count();
}

SyncAnswer let_go(const SyncCandidate& c, const RuleText& why) {
  return {c.port, says(why), c.own_delay};
}

SyncAnswer hold(const SyncCandidate& c, const RuleText& why) {
  const auto waited = waited_seconds(c);
  const bool far_enough = c.delay > c.own_delay && c.delay - waited >= too_near;
  return {c.port, says(why, seconds(1)), far_enough ? c.delay : std::max(c.own_delay, waited + reach)};
}

// A shard without any replica in sync has nothing else; then whoever has waited longest.
std::vector<const SyncCandidate*> in_turn(const SyncEvidence& e) {
  std::vector<const SyncCandidate*> all;
  for (const auto& c : e.candidates) all.push_back(&c);
  std::ranges::stable_sort(all, {}, [](const SyncCandidate* c) {
    return std::tuple(!c->feeding, !c->alone, -c->waited.count(), c->port.n);
  });
  return all;
}

// Its domains and what it would copy, as the budget asks for them.
SaveCandidate as_save(const SyncCandidate& c) {
  SaveCandidate s;
  s.port = c.port;
  s.domains = c.domains;
  return s;
}

}  // namespace

std::vector<SyncAnswer> plan_syncs(const SyncEvidence& e) {
  SaveEvidence memory;
  memory.forks = e.forks;
  memory.memory = e.memory;
  SaveBudget budget(memory);
  std::vector<SyncAnswer> answers;
  int begun = 0;
  for (const auto* c : in_turn(e)) {
    if (c->feeding) {
      ++begun;
      answers.push_back(let_go(*c, rule("sync-begun")));
      continue;
    }
    if (c->waiting == 0) {
      answers.push_back(let_go(*c, rule("sync-none")));
      continue;
    }
    if (c->may_hold && e.at_once > 0 && begun >= e.at_once) {
      answers.push_back(hold(*c, rule("sync-turn")));
      continue;
    }
    const auto save = as_save(*c);
    if (c->may_hold && e.memory && !budget.fits(save, c->predicted)) {
      answers.push_back(hold(*c, rule("sync-memory")));
      continue;
    }
    ++begun;
    if (e.memory) budget.take(save, c->predicted);
    answers.push_back(let_go(*c, c->may_hold ? rule("sync-begins") : rule("sync-own-way")));
  }
  return answers;
}

std::span<const RuleText> full_sync_rules() {
  return full_sync_table;
}

}  // namespace slotwarden::decide
