#include "decide/save.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "decide/save_budget.h"
#include "decide/save_rules.h"

namespace slotwarden::decide {

namespace {

using std::chrono::milliseconds;

consteval RuleText rule(std::string_view name) {
  return row_of(save_table, name);
}

double ratio(milliseconds part, milliseconds whole) {
  return static_cast<double>(part.count()) / static_cast<double>(std::max<std::int64_t>(whole.count(), 1));
}

milliseconds limit_of(const SaveCandidate& c) {
  return c.another_saves ? std::max(c.policy.others_longest, c.policy.longest_interval) : c.policy.longest_interval;
}

milliseconds age_of(const SaveCandidate& c) {
  return c.age.value_or(c.up);
}

double lateness(const SaveCandidate& c) {
  return ratio(age_of(c), limit_of(c));
}

double changed_share(const SaveCandidate& c) {
  return std::min(1.0, static_cast<double>(c.changes) / static_cast<double>(std::max<std::uint64_t>(c.keys, 1)));
}

// How often over its growth is what the policy allows; 0: not at all.
double growth(const SaveCandidate& c) {
  if (!c.append_only || !c.aof_base || !c.aof_size || c.aof_size->n < c.policy.rewrite_least) return 0;
  if (c.policy.rewrite_growth_percent <= 0) return 0;
  const auto base = static_cast<double>(std::max<std::uint64_t>(c.aof_base->n, 1));
  const double percent = 100.0 * static_cast<double>((*c.aof_size - *c.aof_base).n) / base;
  const double times = percent / c.policy.rewrite_growth_percent;
  return times >= 1 ? times : 0;
}

milliseconds retry_after(const SaveCandidate& c) {
  auto wait = c.policy.first_retry;
  for (int n = 1; n < c.failures && wait < c.policy.longest_retry; ++n) wait *= 2;
  return std::min(wait, std::max(c.policy.first_retry, c.policy.longest_retry));
}

// One candidate on its way through the rules.
struct Queued {
  const SaveCandidate* c = nullptr;
  SaveAnswer answer;
  bool late = false;
};

// What forbids every fork of this server; nullopt: nothing does.
std::optional<Verdict> forbidden(const SaveCandidate& c, const SaveEvidence& e) {
  if (!c.policy.schedule && c.asked == Asked::no) return says(rule("not-scheduled"));
  if (c.serving != Tri::yes) return says(rule("not-serving"));
  if (!e.memory || e.memory->empty()) return says(rule("blind"));
  if (std::ranges::any_of(e.forks, [&](const ForkUnderWay& f) { return f.port == c.port; }))
    return says(rule("forked"));
  if (c.asked != Asked::no) return std::nullopt;
  if (c.failures > 0 && c.since_failure < retry_after(c))
    return says(rule("failed-lately"), retry_after(c) - c.since_failure);
  return std::nullopt;
}

std::optional<Verdict> not_due(const SaveCandidate& c, const SaveEvidence& e) {
  if (!c.has_points && (c.append_only || !c.policy.even_without_points)) return says(rule("no-save-points"));
  if (!c.synced) return says(rule("not-synced"));
  if (c.changes == 0) return says(rule("nothing-new"));
  if (age_of(c) < c.policy.shortest_interval) return says(rule("fresh"), c.policy.shortest_interval - age_of(c));
  const double late = lateness(c);
  const auto until_late = limit_of(c) - age_of(c);
  if (c.another_saves && late < 1) return says(rule("other-saves"), until_late);
  if (late < 1 && !c.policy.windows.open_at(e.minute_of_week)) {
    const milliseconds opens = std::chrono::minutes(c.policy.windows.opens_in(e.minute_of_week));
    return says(rule("window"), std::min(opens, until_late));
  }
  return std::nullopt;
}

// Judged apart from all others: what it would fork, how urgent that is, and what of its own affairs speaks against it.
Queued judged(const SaveCandidate& c, const SaveEvidence& e, std::optional<Verdict>& against) {
  Queued q{.c = &c, .answer = {.port = c.port}};
  auto cow = c.cow;
  cow.margin_percent = c.policy.cow_margin_percent;
  q.answer.predicted = predicted_cow(cow);
  q.answer.urgency = lateness(c);
  against = forbidden(c, e);
  const double grown = growth(c);
  if (against) return q;
  if (c.asked != Asked::no) {
    q.late = true;
    return q;
  }
  against = not_due(c, e);
  if (grown > 0 && (against || grown > q.answer.urgency)) {
    against.reset();
    q.answer.kind = ForkKind::aof_rewrite;
    q.answer.urgency = grown;
  }
  q.late = q.answer.urgency >= 1;
  const bool pressed = e.pressure_percent && *e.pressure_percent > e.pressure_allowed;
  if (!against && pressed && q.answer.urgency < 2) against = says(rule("pressure"), milliseconds(10'000));
  return q;
}

// One that has no save at all has nothing to fall back on.
double rank(const Queued& q) {
  if (q.c->asked == Asked::now) return 1e18;
  return q.answer.urgency + (q.c->asked == Asked::in_turn ? 1e9 : 0) + (q.c->age ? 0 : 1) + changed_share(*q.c);
}

Verdict granted(const Queued& q) {
  if (q.c->asked != Asked::no) return says(rule("asked"));
  return q.answer.kind == ForkKind::aof_rewrite ? says(rule("rewrite")) : says(rule("due"));
}

// Deals the leases out over the queue, the most urgent first.
class Dealing {
 public:
  explicit Dealing(const SaveEvidence& e) : budget_(e), leases_(e.leases) {
    for (const auto& f : e.forks) leases_ -= f.stuck ? 0 : 1;
  }

  Verdict next(const Queued& q, SavePlan& plan) {
    if (!budget_.disk_fits(*q.c)) return says(rule("no-disk"), milliseconds(30'000));
    if (leases_ <= 0) return says(rule("leases"));
    if (blocked(q)) return says(rule("makes-room"));
    const auto predicted = q.answer.predicted;
    if (budget_.fits(*q.c, predicted)) {
      budget_.take(*q.c, predicted);
      --leases_;
      return granted(q);
    }
    const bool later = budget_.would_fit(*q.c, predicted);
    if (later && q.late) kept_.insert(kept_.end(), q.c->domains.begin(), q.c->domains.end());
    if (!later && q.late && plan.short_by.n == 0) {
      plan.short_by = budget_.lacks(*q.c, predicted);
      plan.short_for = q.c->port;
    }
    return says(rule("no-memory"), milliseconds(5'000));
  }

 private:
  // Somebody more urgent waits for memory of a domain that this one would take from.
  [[nodiscard]] bool blocked(const Queued& q) const {
    return std::ranges::any_of(q.c->domains, [&](auto d) { return std::ranges::find(kept_, d) != kept_.end(); });
  }

  SaveBudget budget_;
  int leases_;
  std::vector<std::size_t> kept_;
};

}  // namespace

SavePlan plan_saves(const SaveEvidence& e) {
  std::vector<Queued> queue;
  std::vector<Queued> idle;
  for (const auto& c : e.candidates) {
    std::optional<Verdict> against;
    auto q = judged(c, e, against);
    if (against) q.answer.verdict = *against;
    (against ? idle : queue).push_back(std::move(q));
  }
  const auto before = [](const Queued& a, const Queued& b) {
    return std::pair(-rank(a), a.answer.port) < std::pair(-rank(b), b.answer.port);
  };
  std::ranges::sort(queue, before);
  std::ranges::sort(idle, before);
  SavePlan plan;
  Dealing dealing(e);
  for (auto& q : queue) {
    q.answer.verdict = dealing.next(q, plan);
    plan.answers.push_back(std::move(q.answer));
  }
  for (auto& q : idle) plan.answers.push_back(std::move(q.answer));
  return plan;
}

int leases_of(const LeaseEvidence& e) {
  constexpr int most = 4;
  constexpr double half = 0.5;  // of a processor: with so much a child makes headway beside the servers
  if (e.wanted > 0) return e.wanted;
  const int spare = static_cast<int>(std::clamp(e.idle, 0.0, static_cast<double>(most)) + half);
  return std::clamp(e.forks + spare, 1, std::clamp(e.processors, 1, most));
}

std::span<const RuleText> save_rules() {
  return save_table;
}

}  // namespace slotwarden::decide
