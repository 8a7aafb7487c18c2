#include "decide/save_watch.h"

#include <algorithm>

#include "decide/save_watch_rules.h"

namespace slotwarden::decide {

namespace {

using namespace std::chrono_literals;

consteval RuleText rule(std::string_view name) {
  return row_of(save_watch_table, name);
}

// What two samples of a fifth of a second may miss of it.
Bytes margin(const WatchEvidence& e, const MemoryDomain& d) {
  return Bytes{d.reserve.n / 2} + Bytes{e.shrinking_per_second.n / 2};
}

bool in(const WatchedFork& f, std::size_t domain) {
  return std::ranges::find(f.domains, domain) != f.domains.end();
}

// Of those that may be ended, the one that loses the least by it: the one with the most still to copy.
const WatchedFork* to_end(const WatchEvidence& e, std::size_t domain) {
  const WatchedFork* found = nullptr;
  for (const auto& f : e.forks) {
    if (!f.may_end || f.ended_since || !in(f, domain)) continue;
    if (!found || still_to_copy(*found) < still_to_copy(f)) found = &f;
  }
  return found;
}

bool ending(const WatchEvidence& e, std::size_t domain) {
  return std::ranges::any_of(e.forks, [&](const WatchedFork& f) { return f.ended_since && in(f, domain); });
}

std::optional<WatchAnswer> hanging(const WatchEvidence& e) {
  for (const auto& f : e.forks)
    if (f.may_end && !f.ended_since && f.running > deadline_of(f)) return WatchAnswer{says(rule("hangs")), f.port, {}};
  return std::nullopt;
}

std::optional<WatchAnswer> needless(const WatchEvidence& e) {
  for (const auto& f : e.forks)
    if (f.may_end && f.for_nobody && !f.ended_since) return WatchAnswer{says(rule("for-nobody")), f.port, {}};
  return std::nullopt;
}

// The most that a domain lacks for what is still to be copied in it.
Bytes shortage(const WatchEvidence& e) {
  Bytes most;
  for (std::size_t d = 0; d < e.memory.size(); ++d) {
    Bytes to_come;
    for (const auto& f : e.forks)
      if (in(f, d) && !f.ended_since) to_come = to_come + still_to_copy(f);
    if (to_come.n) most = std::max(most, to_come + e.memory[d].reserve - e.memory[d].available);
  }
  return most;
}

}  // namespace

std::chrono::milliseconds deadline_of(const WatchedFork& f) {
  return std::max<std::chrono::milliseconds>(10min, 4 * f.expected);
}

Bytes still_to_copy(const WatchedFork& f) {
  constexpr double telling = 0.1;
  // One that has copied more than was foretold is taken to be half done.
  if (f.share < telling || f.share > 1) return f.predicted < f.cow ? f.cow : f.predicted - f.cow;
  const double whole = static_cast<double>(f.cow.n) / f.share;
  return Bytes{static_cast<std::uint64_t>(whole)} - f.cow;
}

WatchAnswer watch_forks(const WatchEvidence& e) {
  if (e.forks.empty()) return {says(rule("quiet")), {}, {}};
  bool nothing_to_end = false;
  for (std::size_t d = 0; d < e.memory.size(); ++d) {
    const auto& domain = e.memory[d];
    const bool forked = std::ranges::any_of(e.forks, [&](const WatchedFork& f) { return in(f, d); });
    if (!forked || margin(e, domain) < domain.available || ending(e, d)) continue;
    if (const auto* f = to_end(e, d)) return {says(rule("out-of-memory")), f->port, {}};
    nothing_to_end = true;
  }
  if (auto hung = hanging(e)) return *hung;
  if (auto vain = needless(e)) return *vain;
  const auto missing = shortage(e);
  if (missing.n == 0) return {says(rule("fits")), {}, {}};
  if (e.yieldable.n > 0) return {says(rule("make-room")), {}, missing};
  return {nothing_to_end ? says(rule("helpless"), 1s) : says(rule("tight"), 1s), {}, {}};
}

std::span<const RuleText> save_watch_rules() {
  return save_watch_table;
}

}  // namespace slotwarden::decide
