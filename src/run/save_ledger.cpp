#include "run/save_ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "observe/memory.h"
#include "run/words.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

constexpr auto stuck_after = 10s;  // told to end, and still there

bool same(const ForkedChild& a, const ForkedChild& b) {
  return a.pid == b.pid && a.start_ticks == b.start_ticks;
}

double share_of(const ServerInfo& info) {
  if (info.keys_to_process <= 0) return 0;
  return std::clamp(static_cast<double>(info.keys_processed) / static_cast<double>(info.keys_to_process), 0.0, 1.0);
}

// The first word of the server about a child that it began by itself tells for whom it did.
void learn_for_whom(const ServerInfo& info, ForkSeen& f) {
  const bool waits = std::ranges::any_of(info.replicas, waits_for_sync);
  if (!f.for_replicas)
    f.for_replicas = !f.ordered && f.child.kind == ForkKind::rdb_save && waits;
  else
    f.replicas_gone = *f.for_replicas && info.bgsave_in_progress && !waits;
}

bool scheduled(const Instance& i, const SaveState& s) {
  return i.policy.save.schedule && !i.removed && !s.released;
}

// What became of a fork.
enum class Became { done, ended_by_us, ended, failed };

// rdb_saves is no help: it counts forks.
Became result_of(const ForkSeen& f, const ServerInfo& info, std::uint64_t dump) {
  if (f.child.kind == ForkKind::aof_rewrite) {
    if (f.told_to_end) return Became::ended_by_us;
    return info.last_aof_rewrite_ok ? Became::done : Became::failed;
  }
  if (info.last_save_unix > f.last_save_unix) return Became::done;
  // Two saves within one second.
  if (!f.told_to_end && info.last_bgsave_ok && f.dump && dump && f.dump != dump) return Became::done;
  if (!info.last_bgsave_ok) return Became::failed;
  return f.told_to_end ? Became::ended_by_us : Became::ended;
}

ForkSample sample_of(const ForkSeen& f, const ServerInfo& info, Became result) {
  const bool rewrite = f.child.kind == ForkKind::aof_rewrite;
  ForkSample sample;
  sample.memory = f.memory;
  sample.took = since(f.began);
  // A good save leaves the changes that came while it ran.
  const bool reset = result == Became::done && !rewrite;
  sample.changes = static_cast<double>(reset ? info.changes_since_save
                                             : std::max<std::int64_t>(0, info.changes_since_save - f.changes));
  sample.cow = result != Became::done ? f.cow : rewrite ? info.last_rewrite_cow : info.last_save_cow;
  sample.share = result == Became::done ? 1 : f.share;
  return sample;
}

}  // namespace

void SaveState::forget_process(Pid now_running) {
  of = now_running;
  connection.reset();
  last_save_unix.reset();
  changes_then.reset();
  stream_then.reset();
  rate.reset();
  fork.reset();
  ordered_at.reset();
  own_points.reset();
  sync = {};
  may_not_order = false;
  save_unix_then = 0;
  controlled_at = {};
}

void SaveLedger::look() {
  for (const auto& i : services_.instances) {
    auto& s = states_[i->port()];
    s.record.port = i->port();
    const Pid pid = i->watch && i->process ? i->process->pid : Pid{};
    if (pid != s.of) s.forget_process(pid);
    if (pid) look_at(*i, s);
  }
}

void SaveLedger::look_at(Instance& i, SaveState& s) {
  // What it said before its last fork was judged is older than what is known.
  if (i.info && i.info->process_id == i.process->pid && i.answered && *i.answered > s.judged_at) learn(*i.info, s);
  const auto children = observe::forked_children(i.process->pid);
  if (!children) return;
  if (s.fork) {
    const auto still = std::ranges::find_if(*children, [&](const ForkedChild& c) { return same(c, s.fork->child); });
    if (still == children->end()) return;  // gone: `ended` judges it
    if (s.fork->child.kind == ForkKind::unknown) s.fork->child.kind = still->kind;
    if (i.info && i.answered && *i.answered > s.fork->began) {
      s.fork->cow = std::max(s.fork->cow, i.info->cow);
      s.fork->share = std::max(s.fork->share, share_of(*i.info));
      learn_for_whom(*i.info, *s.fork);
    }
    if (s.fork->told_to_end && since(*s.fork->told_to_end) > stuck_after && !s.fork->told_stuck) {
      s.fork->told_stuck = true;
      services_.journal.warn(i.port(), "save-stuck", s.fork->told_why,
                             fmt::format("its child {} was told to end and does not; others get their turn without it",
                                         s.fork->child.pid.n));
    }
    return;
  }
  if (!children->empty()) began(i, s, children->front());
}

void SaveLedger::began(Instance& i, SaveState& s, const ForkedChild& child) {
  ForkSeen f;
  f.child = child;
  f.ordered = s.ordered_at.has_value();
  // A server that keeps its title to itself.
  if (f.ordered && f.child.kind == ForkKind::unknown) f.child.kind = s.answer.kind;
  s.ordered_at.reset();
  const auto e = cow_evidence(i, s, child.kind);
  f.predicted = decide::predicted_cow(e);
  f.dump = s.disk.inode;
  f.expected = decide::predicted_time(e);
  if (i.info) {
    f.memory = i.info->used_memory;
    f.changes = i.info->changes_since_save;
    f.last_save_unix = std::max(i.info->last_save_unix, s.save_unix_then);
  }
  services_.journal.note(i.port(), "save-started", f.ordered ? s.answer.verdict.rule : std::string_view{},
                         fmt::format("a {} by {}, pid {}; {} of {} may be copied", name(f.child.kind),
                                     !f.ordered           ? "the server itself"
                                     : s.asked_by.empty() ? "slotwarden"
                                                          : s.asked_by,
                                     child.pid.n, in_words(f.predicted), in_words(f.memory)));
  s.fork = std::move(f);
  if (child.pid) on_begin_(child.pid);
}

void SaveLedger::came_and_went(Instance& i, SaveState& s) {
  ForkedChild child;
  child.server = s.of;
  child.kind = s.answer.kind;
  began(i, s, child);
}

std::vector<Port> SaveLedger::gone() const {
  std::vector<Port> all;
  for (const auto& i : services_.instances) {
    const auto at = states_.find(i->port());
    if (at == states_.end() || !at->second.fork || !i->process) continue;
    const auto children = observe::forked_children(i->process->pid);
    const auto& child = at->second.fork->child;
    if (children && std::ranges::none_of(*children, [&](const ForkedChild& c) { return same(c, child); }))
      all.push_back(i->port());
  }
  return all;
}

void SaveLedger::ended(Instance& i, const ServerInfo& info) {
  auto& s = states_[i.port()];
  if (!s.fork) return;
  const auto f = std::move(*s.fork);
  s.fork.reset();
  s.sync.fed = now();
  const auto took = since(f.began);
  const bool rewrite = f.child.kind == ForkKind::aof_rewrite;
  if (!rewrite && f.child.kind != ForkKind::rdb_save && f.child.kind != ForkKind::unknown) {
    services_.journal.note(i.port(), "fork-ended", "",
                           fmt::format("a {}, after {}", name(f.child.kind), in_words(took)));
    return;
  }
  s.save_unix_then = info.last_save_unix;
  s.judged_at = now();
  // The plan is made anew at once, and the next probe is a second away: by the old sizes it would be rewritten again.
  if (i.info) {
    i.info->aof_base = info.aof_base;
    i.info->aof_size = info.aof_size;
    i.info->changes_since_save = info.changes_since_save;
  }
  learn_save(info, s);
  const auto result = result_of(f, info, s.disk.inode);
  const auto sample = sample_of(f, info, result);
  const bool telling = result == Became::done || f.share > 0.1;
  if (telling && f.memory.n > 0) (rewrite ? s.record.rewrite : s.record.save) = sample;
  s.record.last_unix_ms = unix_ms();
  const auto story = fmt::format("{} after {}, {} copied of {} foretold", name(f.child.kind), in_words(took),
                                 in_words(sample.cow), in_words(f.predicted));
  switch (result) {
    case Became::done:
      s.record.failures = 0;
      s.failed_at.reset();
      s.record.last_result = "saved: " + story;
      services_.journal.note(i.port(), "saved", "", story);
      break;
    case Became::ended_by_us:
    case Became::ended:
      s.record.last_result = "ended: " + story;
      services_.journal.warn(i.port(), "save-aborted", f.told_why,
                             story + (f.told_to_end ? "; writes go on" : "; somebody else has ended it"));
      break;
    case Became::failed:
      s.record.last_result = "failed: " + story;
      services_.journal.warn(i.port(), "save-failed", "", story + "; the server's log says why");
      break;
  }
  if (result != Became::done) {
    ++s.record.failures;
    s.record.failed_unix_ms = unix_ms();
    s.failed_at = now();
  }
  // One that had begun before it was asked for lacks the writes since.
  if (s.asked != decide::Asked::no && f.began >= s.asked_at) {
    ++s.ended;
    s.asked = decide::Asked::no;
    s.asked_by.clear();
  }
  remember(s);
  i.changed();
}

void SaveLedger::remember(SaveState& s) {
  start(services_.loop, "remembering a save", [](Services& services, SaveRecord r) -> asio::awaitable<void> {
    (void)co_await services.memory.write(std::move(r));
  }(services_, s.record));
}

void SaveLedger::learn(const ServerInfo& info, SaveState& s) {
  learn_save(info, s);
  learn_rate(info, s);
}

void SaveLedger::learn_save(const ServerInfo& info, SaveState& s) {
  if (s.last_save_unix != info.last_save_unix) {
    // The first time only the host's clock can tell how long ago it was, which anybody may set: never before the
    // process began, since then it says that moment. Afterwards it was just now.
    const auto ago = std::clamp<std::int64_t>(unix_ms() / 1000 - info.last_save_unix, 0,
                                              std::max<std::int64_t>(0, info.uptime_seconds));
    s.age_then = std::chrono::seconds(s.last_save_unix ? 0 : ago);
    s.last_save = now();
    s.last_save_unix = info.last_save_unix;
  }
}

void SaveLedger::learn_rate(const ServerInfo& info, SaveState& s) {
  const double passed = std::chrono::duration<double>(now() - s.rate_at).count();
  if (passed < 0.9 && s.changes_then) return;
  const auto stream = info.role == Role::replica ? info.replica_offset.value_or(info.offset).n : info.offset.n;
  if (s.changes_then && s.stream_then) {
    // A save in between has set the count back: then this span tells nothing.
    const auto changes = static_cast<double>(info.changes_since_save - *s.changes_then);
    const auto bytes = static_cast<double>(std::max<std::int64_t>(0, stream - *s.stream_then));
    if (changes >= 0) {
      // The highest of the last minute or so: a save meets the bursts too.
      const double fade = std::pow(0.98, passed);
      const auto before = s.rate.value_or(decide::WriteRate{});
      s.rate = decide::WriteRate{std::max(changes / passed, before.changes_per_second * fade),
                                 std::max(bytes / passed, before.bytes_per_second * fade)};
    }
  }
  s.changes_then = info.changes_since_save;
  s.stream_then = stream;
  s.rate_at = now();
}

decide::CowEvidence SaveLedger::cow_evidence(const Instance& i, const SaveState& s, ForkKind kind) const {
  decide::CowEvidence e;
  if (i.info) e.memory = i.info->used_memory;
  e.last = kind == ForkKind::aof_rewrite && s.record.rewrite ? s.record.rewrite : s.record.save;
  e.rate = s.rate;
  e.margin_percent = i.policy.save.cow_margin_percent;
  return e;
}

MemoryNow SaveLedger::memory(int reserve_percent) const {
  MemoryNow m;
  const auto add = [&](const observe::MemoryRoom& room) {
    const auto at = std::ranges::find(m.domains, room.name, &decide::MemoryDomain::name);
    if (at != m.domains.end()) return static_cast<std::size_t>(at - m.domains.begin());
    m.domains.push_back(
        {room.name, room.available, Bytes{room.total.n / 100 * static_cast<unsigned>(reserve_percent)}});
    return m.domains.size() - 1;
  };
  const auto host = observe::host_memory();
  if (!host) {
    m.problem = host.error().what;
    return m;
  }
  add(*host);
  for (const auto& i : services_.instances) {
    if (!i->watch || !i->process) continue;
    const auto groups = observe::group_memory_of(i->process->pid);
    // One that has just ended is no reason to be blind.
    if (!groups && groups.error().os_error != ENOENT && groups.error().os_error != ESRCH) {
      m.problem = groups.error().what;
      m.domains.clear();
      return m;
    }
    auto& domains = m.of[i->port()];
    domains.push_back(0);
    if (groups)
      for (const auto& g : *groups) domains.push_back(add(g));
  }
  return m;
}

void SaveLedger::note_room(Bytes left) {
  const auto forks = std::ranges::count_if(states_, [](const auto& it) { return it.second.fork.has_value(); });
  for (auto& [port, s] : states_) {
    if (!s.fork) continue;
    if (!s.fork->room_then) s.fork->room_then = left;
    if (forks == 1) s.fork->taken = *s.fork->room_then - left;
  }
}

bool SaveLedger::forking() const {
  return std::ranges::any_of(states_, [](const auto& it) { return it.second.fork || it.second.ordered_at; });
}

std::vector<decide::ForkUnderWay> SaveLedger::forks(const MemoryNow& m) const {
  std::vector<decide::ForkUnderWay> all;
  for (const auto& [port, s] : states_) {
    if (!s.fork && !s.ordered_at) continue;
    decide::ForkUnderWay f{.port = port};
    if (s.fork) {
      f.kind = s.fork->child.kind;
      f.predicted = s.fork->predicted;
      f.cow = s.fork->cow;
      f.stuck = s.fork->told_stuck;
    } else {
      f.kind = s.answer.kind;
      f.predicted = s.answer.predicted;
    }
    if (const auto at = m.of.find(port); at != m.of.end()) f.domains = at->second;
    all.push_back(std::move(f));
  }
  return all;
}

std::vector<decide::WatchedFork> SaveLedger::watched(const MemoryNow& m) const {
  std::vector<decide::WatchedFork> all;
  for (const auto& i : services_.instances) {
    const auto at = states_.find(i->port());
    if (at == states_.end() || !at->second.fork) continue;
    const auto& f = *at->second.fork;
    decide::WatchedFork w{.port = i->port(), .kind = f.child.kind};
    const bool repeatable = f.child.kind == ForkKind::rdb_save || f.child.kind == ForkKind::aof_rewrite;
    w.may_end = repeatable && (f.ordered || scheduled(*i, at->second));
    w.for_nobody = f.replicas_gone && (at->second.another_saves || at->second.age() < i->policy.save.shortest_interval);
    w.predicted = f.predicted;
    w.cow = std::max(f.cow, f.taken);
    w.share = f.share;
    w.running = since(f.began);
    w.expected = f.expected;
    if (f.told_to_end) w.ended_since = since(*f.told_to_end);
    if (const auto of = m.of.find(i->port()); of != m.of.end()) w.domains = of->second;
    all.push_back(std::move(w));
  }
  return all;
}

}  // namespace slotwarden::run
