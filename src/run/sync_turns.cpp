#include "run/sync_turns.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "act/cluster.h"
#include "run/explain.h"
#include "run/words.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

constexpr auto patience = 2s;
constexpr auto delay_setting = "repl-diskless-sync-delay";

std::vector<adapters::Command> how_it_syncs() {
  return {{"CONFIG", "GET", "repl-diskless-sync*"}};
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return n;
}

// What was set in this very process, and nobody else has changed since.
const HeldSyncs* ours(const Instance& i, const SaveState& s) {
  const auto& held = s.record.held;
  if (!held || !s.sync.delay || held->run_id != i.info->run_id) return nullptr;
  return *s.sync.delay == held->from || *s.sync.delay == held->to ? &*held : nullptr;
}

// `at` is one moment for all of them: their order must not hang on who was looked at first.
void count_waiting(const Instance& i, SyncSeen& s, Instant at) {
  s.waiting = 0;
  if (i.answered && *i.answered > s.fed)
    s.waiting = static_cast<std::size_t>(std::ranges::count_if(i.info->replicas, waits_for_sync));
  if (s.waiting == 0)
    s.since.reset();
  else if (!s.since)
    s.since = at;
}

bool sending(const AttachedReplica& r) {
  return r.state == "send_bulk";
}

bool in_sync(const AttachedReplica& r) {
  return r.state == "online";
}

}  // namespace

bool SyncTurns::concern(const std::vector<Instance*>& which) {
  bool any = false;
  looked_ = now();
  for (auto* i : which) {
    auto& s = ledger_.of(i->port());
    count_waiting(*i, s.sync, looked_);
    any = any || s.sync.waiting > 0 || s.record.held;
    if (s.sync.waiting == 0 && !s.record.held) {
      s.sync.answer = {};
      s.sync.told.clear();
    }
  }
  return any;
}

asio::awaitable<void> SyncTurns::learn_settings(Instance& i, SaveState& s) {
  s.sync.delay.reset();
  auto c = co_await settings_.connection(i, s);
  if (!c) co_return;
  auto question = how_it_syncs();
  auto reply = co_await c->ask(std::move(question), patience);
  if (!reply) co_return;
  std::map<std::string, std::string> all;
  const auto& items = reply->front().items;
  for (std::size_t n = 0; n + 1 < items.size(); n += 2) all[items[n].text] = items[n + 1].text;
  s.sync.delay = number(all[delay_setting]);
  // With a number of replicas set it begins as soon as so many wait, whatever its delay.
  const auto crowd = all.find("repl-diskless-sync-max-replicas");
  s.sync.over_socket = all["repl-diskless-sync"] == "yes" && (crowd == all.end() || crowd->second == "0");
}

decide::SyncCandidate SyncTurns::candidate(const Instance& i, SaveState& s, const MemoryNow& memory) const {
  decide::SyncCandidate c;
  c.port = i.port();
  c.waiting = s.sync.waiting;
  const auto& info = *i.info;
  const bool by_file = c.waiting > 0 && s.sync.delay && !s.sync.over_socket && info.bgsave_in_progress;
  c.feeding =
      (s.fork && s.fork->child.kind == ForkKind::full_sync) || by_file || std::ranges::any_of(info.replicas, sending);
  c.alone = std::ranges::none_of(info.replicas, in_sync);
  if (s.sync.since) c.waited = std::chrono::duration_cast<std::chrono::milliseconds>(looked_ - *s.sync.since);
  c.predicted = decide::predicted_cow(ledger_.cow_evidence(i, s, ForkKind::full_sync));
  if (const auto at = memory.of.find(i.port()); at != memory.of.end()) c.domains = at->second;
  c.may_hold = s.sync.delay && s.sync.over_socket && i.policy.save.schedule && !s.released && !i.removed;
  c.delay = s.sync.delay.value_or(0);
  const auto* held = ours(i, s);
  c.own_delay = held ? held->own : c.delay;
  return c;
}

asio::awaitable<void> SyncTurns::round(std::vector<Instance*> which, int at_once, const MemoryNow& memory) {
  decide::SyncEvidence e;
  e.at_once = at_once;
  e.forks = ledger_.forks(memory);
  if (memory.problem.empty()) e.memory = memory.domains;
  std::map<Port, Instance*> asked;
  for (auto* i : which) {
    auto& s = ledger_.of(i->port());
    if (s.sync.waiting > 0 || s.record.held) co_await learn_settings(*i, s);
    if (services_.stopping) co_return;
    if (!i->watch || !i->info) continue;
    e.candidates.push_back(candidate(*i, s, memory));
    asked[i->port()] = i;
  }
  for (const auto& a : decide::plan_syncs(e)) {
    auto* i = asked[a.port];
    auto& s = ledger_.of(a.port);
    if (!i->watch || !i->info) continue;
    s.sync.answer = a;
    if (s.sync.delay) co_await set(*i, s, a.delay);
    tell(*i, s);
    if (services_.stopping) co_return;
  }
}

asio::awaitable<void> SyncTurns::set(Instance& i, SaveState& s, std::int64_t delay) {
  const auto* held = ours(i, s);
  const auto own = held ? held->own : *s.sync.delay;
  if (delay != *s.sync.delay) {
    const HeldSyncs next{own, *s.sync.delay, delay, i.info->run_id};
    auto done = co_await set_delay(i, s, next);
    if (!done) {
      services_.journal.warn(i.port(), "save-settings", "",
                             "its repl-diskless-sync-delay cannot be set: " + done.error().what);
      co_return;
    }
    s.sync.delay = delay;
  }
  if (!s.record.held || delay != own) co_return;
  s.record.held.reset();
  auto record = s.record;
  (void)co_await services_.memory.write(std::move(record));
}

asio::awaitable<Result<void>> SyncTurns::set_delay(Instance& i, SaveState& s, HeldSyncs held) {
  const auto before = std::exchange(s.record.held, held);
  auto record = s.record;
  auto kept = co_await services_.memory.write(std::move(record));
  if (!kept) {
    s.record.held = before;
    co_return kept.error();
  }
  auto c = co_await settings_.connection(i, s);
  if (!c) co_return Error{"there is no connection to it"};
  std::string name = delay_setting;
  auto value = std::to_string(held.to);
  co_return co_await act::set_config(*c, std::move(name), std::move(value));
}

// Once for each time that the answer changes.
void SyncTurns::tell(const Instance& i, SaveState& s) {
  const auto& v = s.sync.answer.verdict;
  if (s.sync.told == v.rule) return;
  const bool waited = s.sync.told == "sync-turn" || s.sync.told == "sync-memory";
  s.sync.told = v.rule;
  const auto who = fmt::format("{} replica{} ask{} for all its data. ", s.sync.waiting, s.sync.waiting == 1 ? "" : "s",
                               s.sync.waiting == 1 ? "s" : "");
  if (v.rule == "sync-memory")
    services_.journal.warn(i.port(), "sync-waits", v, who + told(v, i.port()));
  else if (v.ruling == Ruling::wait)
    services_.journal.note(i.port(), "sync-waits", v, who + std::string(v.because));
  else if (waited)
    services_.journal.note(i.port(), "sync-begins", v, "its replicas need not wait any longer");
}

}  // namespace slotwarden::run
