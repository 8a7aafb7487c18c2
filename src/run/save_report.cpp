// What SaveRotation tells: SAVES, and the facts of EXPLAIN.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "observe/memory.h"
#include "run/explain.h"
#include "run/own_memory.h"
#include "run/save_rotation.h"
#include "run/words.h"

namespace slotwarden::run {

namespace {

control::RunningFork running_of(const ForkSeen& f) {
  control::RunningFork r;
  r.kind = name(f.child.kind);
  r.ordered = f.ordered;
  r.for_replicas = f.for_replicas.value_or(false);
  r.percent = static_cast<int>(f.share * 100);
  const auto running = since(f.began);
  r.running_ms = running.count();
  const auto running_ms = static_cast<double>(running.count());
  if (f.share > 0.02)
    r.eta_ms = static_cast<std::int64_t>(running_ms * (1 - f.share) / f.share);
  else if (f.expected > running)
    r.eta_ms = (f.expected - running).count();
  r.copied = f.cow;
  r.predicted = f.predicted;
  return r;
}

control::SaveLine line_of(const Instance& i, const SaveState& s) {
  control::SaveLine l;
  l.port = i.port();
  l.policy = i.conf.policy;
  const auto& a = s.answer;
  l.rule = a.verdict.rule;
  l.because = a.verdict.because;
  l.release = release_of(a.verdict, i.port());
  l.may_fork = a.verdict.ruling == Ruling::go;
  l.kind = name(s.fork ? s.fork->child.kind : a.kind);
  if (a.verdict.ask_again_in) l.next_ms = a.verdict.ask_again_in->count();
  if (s.disk.dump && s.last_save_unix) l.age_ms = s.age().count();
  if (i.watch && i.info) l.changes = i.info->changes_since_save;
  l.predicted = a.predicted;
  l.urgency = a.urgency;
  l.failures = s.record.failures;
  l.taken_over = s.record.taken.has_value();
  l.problem = s.control_problem;
  if (s.fork) l.running = running_of(*s.fork);
  l.last = s.record.last_result;
  if (s.record.last_unix_ms) l.last_unix_ms = s.record.last_unix_ms;
  return l;
}

control::SyncLine sync_of(const Instance& i, const SyncSeen& s) {
  control::SyncLine l;
  l.port = i.port();
  l.replicas = static_cast<std::int64_t>(s.waiting);
  if (s.since) l.waited_ms = since(*s.since).count();
  l.rule = s.answer.verdict.rule;
  l.because = s.answer.verdict.because;
  l.release = release_of(s.answer.verdict, i.port());
  return l;
}

}  // namespace

// Counts against the memory, and needs no lease.
void SaveRotation::add_promised(decide::SaveEvidence& e) const {
  if (!promised_) return;
  e.forks.push_back(*promised_);
  e.forks.back().stuck = true;
  e.forks.back().domains = own_domains(memory_.domains);
}

decide::RehearsalEvidence SaveRotation::room_beside_saves() const {
  decide::RehearsalEvidence e;
  auto m = ledger_.memory(policy_.reserve_percent);
  const auto groups = observe::group_memory_of(Pid{::getpid()});
  if (m.domains.empty() || !groups) return e;
  e.forks = ledger_.forks(m);
  for (const auto& g : *groups)
    if (std::ranges::find(m.domains, g.name, &decide::MemoryDomain::name) == m.domains.end())
      m.domains.push_back(
          {g.name, g.available, Bytes{g.total.n / 100 * static_cast<unsigned>(policy_.reserve_percent)}});
  e.domains = own_domains(m.domains);
  e.memory = std::move(m.domains);
  return e;
}

control::SavesReply SaveRotation::report(const std::vector<Instance*>& which) const {
  control::SavesReply r;
  r.problem = memory_.problem;
  r.pressure_percent = pressure_;
  r.leases = leases_;
  const auto forks = ledger_.forks(memory_);
  for (std::size_t d = 0; d < memory_.domains.size(); ++d) {
    const auto& domain = memory_.domains[d];
    control::MemoryLine line{domain.name, domain.available, domain.reserve, {}};
    for (const auto& f : forks)
      if (std::ranges::find(f.domains, d) != f.domains.end()) line.promised = line.promised + (f.predicted - f.cow);
    r.memory.push_back(std::move(line));
  }
  for (const auto* i : which)
    if (const auto at = ledger_.all().find(i->port()); at != ledger_.all().end()) {
      r.saves.push_back(line_of(*i, at->second));
      if (at->second.sync.waiting > 0 && !at->second.sync.answer.verdict.rule.empty())
        r.syncs.push_back(sync_of(*i, at->second.sync));
    }
  std::ranges::stable_sort(r.saves, [](const control::SaveLine& a, const control::SaveLine& b) {
    return std::pair(!a.running, -a.urgency) < std::pair(!b.running, -b.urgency);
  });
  return r;
}

std::vector<control::Fact> SaveRotation::facts_of(const Instance& i) const {
  std::vector<control::Fact> all;
  const auto at = ledger_.all().find(i.port());
  if (at == ledger_.all().end() || !i.watch) return all;
  const auto& s = at->second;
  const auto& v = s.answer.verdict;
  const auto add = [&](std::string name, std::string value, std::string source) {
    all.push_back({std::move(name), std::move(value), std::move(source), std::nullopt});
  };
  if (!v.rule.empty())
    add("save", std::string(v.rule) + ": " + told(v, i.port()), "the plan of the saves: slotwardenctl saves");
  if (s.sync.waiting > 0)
    add("replicas ask for all its data",
        fmt::format("{}, for {}; {}: {}", s.sync.waiting, s.sync.since ? in_words(since(*s.sync.since)) : "a moment",
                    s.sync.answer.verdict.rule, told(s.sync.answer.verdict, i.port())),
        "INFO: slotwardenctl saves");
  if (s.record.held)
    add("own repl-diskless-sync-delay",
        fmt::format("{} s; in force: {} s, while its replicas wait for their turn", s.record.held->own,
                    s.record.held->to),
        "CONFIG GET, state database");
  if (s.last_save_unix)
    add("last save", s.disk.dump ? in_words(s.age()) + " ago" : "there is no dump", "INFO, the disk");
  if (s.answer.predicted.n) add("a save would copy", in_words(s.answer.predicted), "its earlier saves and its writes");
  if (s.record.taken)
    add("own save points", fmt::format("\"{}\"; in force: \"{}\"", s.record.taken->save, s.record.taken->save_to),
        "CONFIG GET, state database");
  if (s.record.lent)
    add("own maxmemory", fmt::format("{}; lowered while a save is short of memory", s.record.lent->own.n),
        "state database");
  return all;
}

}  // namespace slotwarden::run
