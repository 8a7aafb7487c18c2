#include "run/save_rotation.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <ctime>

#include "act/save.h"
#include "decide/save_watch.h"
#include "decide/saver.h"
#include "formats/info.h"
#include "observe/memory.h"
#include "observe/proc.h"
#include "run/explain.h"
#include "run/words.h"
#include "run/workers.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

constexpr auto plan_every = 1s;
constexpr auto look_every = 5s;  // at a server's settings and its disk
constexpr auto watch_often = 200ms;
constexpr auto watch_idle = 1s;
constexpr auto patience = 2s;
constexpr auto blind_for = 1min;
constexpr auto memory_every = 10s;
// What is lent so that a save can begin is given back when it still cannot.
constexpr auto lend_for = 2min;
constexpr auto lend_pause = 10min;

std::vector<adapters::Command> how_are_you() {
  return {{"INFO"}};
}

int minute_of_week() {
  const auto t = std::time(nullptr);
  std::tm parts{};
  ::localtime_r(&t, &parts);
  return ((parts.tm_wday + 6) % 7) * minutes_per_day + parts.tm_hour * 60 + parts.tm_min;
}

decide::WatchAnswer no_room(Bytes short_by) {
  decide::WatchAnswer a;
  a.verdict.ruling = Ruling::wait;
  a.verdict.rule = "no-memory";
  a.verdict.because = "A save is overdue, and there is not enough memory for what it would copy.";
  a.missing = short_by;
  return a;
}

bool at_work(const ServerInfo& info) {
  return info.bgsave_in_progress || info.aof_rewrite_in_progress;
}

}  // namespace

SaveRotation::SaveRotation(Services& s, HostSavePolicy policy, std::chrono::milliseconds probe_interval)
    : services_(s),
      policy_(policy),
      probe_interval_(probe_interval),
      ledger_(s, [this](Pid child) { start(services_.loop, "the end of a child", await_end(child)); }),
      settings_(s, ledger_),
      syncs_(s, ledger_, settings_),
      planner_(s.loop),
      watcher_(s.loop) {}

// One that is silent for longer than it is asked is not asked for a fork. What is wrong with its view of the cluster
// does not concern its saves.
bool SaveRotation::answers(const Instance& i) const {
  const bool well = i.trouble.empty() || i.trouble.starts_with("CLUSTER ");
  return i.watch && i.info && !i.info->loading && well && i.answered && since(*i.answered) < 2s + probe_interval_ &&
         i.info->process_id == i.process->pid;
}

Instance* SaveRotation::instance(Port p) const {
  for (const auto& i : services_.instances)
    if (i->port() == p) return i.get();
  return nullptr;
}

void SaveRotation::end() {
  planner_.ring();
  watcher_.ring();
}

void SaveRotation::take_up(HostSavePolicy policy) {
  policy_ = policy;
  for (const auto& i : services_.instances) ledger_.of(i->port()).released = false;
}

void SaveRotation::recall() {
  for (const auto& r : services_.memory.save_records()) {
    auto& s = ledger_.of(r.port);
    s.record = r;
    const auto ago = std::chrono::milliseconds(std::max<std::int64_t>(0, unix_ms() - r.failed_unix_ms));
    if (r.failures > 0) s.failed_at = now() - ago;
    if (instance(r.port) || (!r.taken && !r.lent)) continue;
    services_.journal.warn(
        r.port, "save-settings-left", "",
        fmt::format(
            "it was taken out of the configuration while no slotwardend ran; a restart puts its settings right, "
            "or: CONFIG SET save \"{}\"{}",
            r.taken ? r.taken->save : "", r.lent ? fmt::format(" maxmemory {}", r.lent->own.n) : ""));
  }
}

asio::awaitable<void> SaveRotation::run() {
  recall();
  while (!services_.stopping) {
    co_await round();
    if (services_.stopping) co_return;
    co_await planner_.wait(plan_every);
  }
}

asio::awaitable<void> SaveRotation::settle() {
  for (const auto port : ledger_.gone()) co_await judge_end(port);
}

// The server notices its child's end within a tenth of a second; until then it says that it is still at work.
asio::awaitable<void> SaveRotation::judge_end(Port port) {
  auto* i = instance(port);
  auto& s = ledger_.of(port);
  const auto of = s.of;
  asio::steady_timer pause(services_.loop);
  for (const auto from = now(); since(from) < patience;) {
    if (!i || !i->watch || s.of != of || !s.fork) co_return;
    auto c = co_await settings_.connection(*i, s);
    if (!c) co_return;
    auto question = how_are_you();
    auto reply = co_await c->ask(std::move(question), patience);
    if (!reply) co_return;
    const auto info = formats::server_info(reply->front().text);
    if (info && !at_work(*info)) {
      co_await look_at_disk(*i, s);
      ledger_.ended(*i, *info);
      co_return;
    }
    pause.expires_after(50ms);
    co_await pause.async_wait(asio::use_awaitable);
  }
  // Its next child is at work already: what it says now is about that one, but what it counts is about both.
  if (i && i->info && s.fork) ledger_.ended(*i, *i->info);
}

// On a thread of its own: a disk may keep whoever asks it waiting.
asio::awaitable<void> SaveRotation::look_at_disk(const Instance& i, SaveState& s) {
  s.looked_at = now();
  auto look = [directory = i.directory(), file = i.server ? i.server->rdb_path() : std::string{}] {
    DiskSeen seen;
    if (const auto space = observe::disk_space(directory)) seen.free = Bytes{space->free};
    struct stat at {};
    if (::stat(directory.c_str(), &at) == 0) seen.device = at.st_dev;
    if (!file.empty() && ::stat(file.c_str(), &at) == 0) {
      seen.dump = Bytes{static_cast<std::uint64_t>(at.st_size)};
      seen.inode = at.st_ino;
    }
    return seen;
  };
  s.disk = co_await on(services_.scans, std::move(look));
}

decide::SaveCandidate SaveRotation::candidate(const Instance& i, SaveState& s) const {
  decide::SaveCandidate c;
  c.port = i.port();
  c.policy = i.policy.save;
  if (s.released) c.policy.schedule = false;
  c.serving = answers(i) && !i.record.quarantined && !i.stop_asked && !i.planned ? Tri::yes : Tri::no;
  c.asked = s.asked;
  if (!answers(i)) return c;
  const auto& info = *i.info;
  c.has_points = s.own_points.value_or(!i.server || i.server->saves);
  c.append_only = info.aof_enabled;
  c.synced = info.role != Role::replica || (info.master_link_up && !info.master_sync_in_progress);
  c.another_saves = s.another_saves;
  c.up = std::chrono::seconds(info.uptime_seconds);
  if (s.disk.dump) c.age = s.age();
  c.changes = static_cast<std::uint64_t>(std::max<std::int64_t>(0, info.changes_since_save));
  c.keys = info.keys;
  c.failures = s.record.failures;
  if (s.failed_at) c.since_failure = since(*s.failed_at);
  c.aof_base = info.aof_base;
  c.aof_size = info.aof_size;
  c.cow = ledger_.cow_evidence(i, s, ForkKind::rdb_save);
  c.file = s.disk.dump ? Bytes{s.disk.dump->n + s.disk.dump->n / 4} : info.used_memory;
  if (info.aof_enabled) c.file = std::max(c.file, info.used_memory);
  c.device = s.disk.device;
  c.disk_free = s.disk.free;
  if (const auto at = memory_.of.find(i.port()); at != memory_.of.end()) c.domains = at->second;
  return c;
}

// Hundreds of servers in groups of their own are many small files: while nobody forks they are not read every second.
void SaveRotation::look_at_memory() {
  memory_ = ledger_.memory(policy_.reserve_percent);
  memory_seen_ = now();
  pressure_ = observe::memory_pressure();
}

decide::SaveEvidence SaveRotation::evidence() {
  decide::SaveEvidence e;
  if (memory_.problem.empty()) e.memory = memory_.domains;
  for (const auto& i : services_.instances) {
    if (i->removed) continue;
    e.candidates.push_back(candidate(*i, ledger_.of(i->port())));
  }
  e.forks = ledger_.forks(memory_);
  e.pressure_percent = pressure_;
  e.pressure_allowed = policy_.pressure_percent;
  spare_.count(static_cast<int>(e.forks.size()));
  leases_ = spare_.leases(policy_.at_once);
  e.leases = leases_;
  e.minute_of_week = minute_of_week();
  add_promised(e);
  return e;
}

// Who cannot see what memory is left saves nobody; then the servers must not wait for it.
bool SaveRotation::blind() {
  if (memory_.problem.empty())
    blind_since_.reset();
  else if (!blind_since_)
    blind_since_ = now();
  return blind_since_ && since(*blind_since_) > blind_for;
}

asio::awaitable<void> SaveRotation::look_around() {
  std::vector<Instance*> all;  // an update may add to them meanwhile
  for (const auto& i : services_.instances) all.push_back(i.get());
  for (auto* i : all) {
    auto& s = ledger_.of(i->port());
    if (!answers(*i) || i->record.quarantined || (i->removed && !s.record.taken)) continue;
    s.another_saves = i->saver.known() && i->saver != i->record.node_id;
    if (since(s.looked_at) > look_every) co_await look_at_disk(*i, s);
    if (since(s.controlled_at) > look_every) co_await settings_.control(*i, s, !blind());
    if (services_.stopping) co_return;
  }
}

// Before the saves: who waits without any data to serve comes first.
asio::awaitable<void> SaveRotation::let_sync() {
  std::vector<Instance*> serving;
  for (const auto& i : services_.instances)
    if (answers(*i) && !i->record.quarantined) serving.push_back(i.get());
  if (!syncs_.concern(serving)) co_return;
  look_at_memory();
  co_await syncs_.round(std::move(serving), policy_.full_syncs_at_once, memory_);
}

asio::awaitable<void> SaveRotation::round() {
  ledger_.look();
  co_await settle();
  co_await look_around();
  if (services_.stopping) co_return;
  co_await let_sync();
  if (services_.stopping) co_return;
  const bool fresh = ledger_.forking() || since(memory_seen_) > memory_every;
  if (fresh) look_at_memory();
  auto plan = decide::plan_saves(evidence());
  const bool matters = plan.short_by.n > 0 || std::ranges::any_of(plan.answers, [](const decide::SaveAnswer& a) {
                         return a.verdict.ruling == Ruling::go;
                       });
  if (matters && !fresh) {
    look_at_memory();
    plan = decide::plan_saves(evidence());
  }
  std::vector<Port> leased;
  for (const auto& a : plan.answers) {
    ledger_.of(a.port).answer = a;
    if (a.verdict.ruling == Ruling::go) leased.push_back(a.port);
  }
  for (const auto port : leased)
    if (auto* i = instance(port); i && !services_.stopping) co_await begin(*i, ledger_.of(port));
  spare_.forks_are(static_cast<int>(ledger_.forks(memory_).size()));
  co_await balance(plan.short_by);
}

asio::awaitable<void> SaveRotation::begin(Instance& i, SaveState& s) {
  auto c = co_await settings_.connection(i, s);
  if (!c || !i.watch) co_return;
  s.ordered_at = now();
  const auto of = s.of;
  watcher_.ring();
  auto begun = co_await act::begin_save(*c, s.answer.kind);
  if (s.of != of) co_return;
  if (!begun) {
    s.ordered_at.reset();
    s.may_not_order = begun.error().os_error == EACCES;
    ++s.record.failures;
    s.record.failed_unix_ms = unix_ms();
    s.record.last_result = "refused: " + begun.error().what;
    s.record.last_unix_ms = unix_ms();
    s.failed_at = now();
    ledger_.remember(s);
    services_.journal.warn(i.port(), "save-failed", s.answer.verdict.rule, begun.error().what);
    if (s.asked != decide::Asked::no) ++s.ended;
    s.asked = decide::Asked::no;
    i.changed();
    co_return;
  }
  s.may_not_order = false;
  ledger_.look();
  // So small that its child has come and gone already.
  if (!s.fork) ledger_.came_and_went(i, s);
}

// Lends memory so that the most overdue save can begin, and gives it back when there is no more use for it.
asio::awaitable<void> SaveRotation::balance(Bytes short_by) {
  if (short_by.n > 0 && !short_since_) short_since_ = now();
  if (short_by.n == 0 && !ledger_.forking()) short_since_.reset();
  const bool hopeless = short_since_ && since(*short_since_) > lend_for;
  if (hopeless && since(*short_since_) > lend_pause) short_since_.reset();
  if (short_by.n > 0) {
    if (!hopeless && settings_.yieldable().n > 0) co_await settings_.lend(short_by);
    alert(no_room(short_by));
  }
  if (settings_.lent() && !ledger_.forking() && (short_by.n == 0 || hopeless)) co_await settings_.give_back();
  if (short_by.n == 0 && !ledger_.forking() && !alerted_.empty()) {
    alerted_.clear();
    services_.journal.note(Port{}, "memory-enough", "", "what saves will copy fits into memory again");
  }
}

asio::awaitable<void> SaveRotation::watch() {
  while (!services_.stopping) {
    watch_once();
    co_await watcher_.wait(ledger_.forking() ? std::chrono::milliseconds(watch_often) : watch_idle);
  }
}

// Its end makes room for the next one, at once.
asio::awaitable<void> SaveRotation::await_end(Pid child) {
  if (auto watch = adapters::ProcessWatch::open(services_.loop, child)) (void)co_await (*watch)->wait();
  planner_.ring();
}

void SaveRotation::watch_once() {
  ledger_.look();
  if (!ledger_.forking()) {
    before_.reset();
    return;
  }
  auto m = ledger_.memory(policy_.reserve_percent);
  if (m.domains.empty()) return;
  Bytes least = m.domains.front().available;
  for (const auto& d : m.domains) least = std::min(least, d.available);
  const double passed = std::max(0.05, std::chrono::duration<double>(now() - looked_).count());
  if (before_) shrinking_ = Bytes{static_cast<std::uint64_t>(static_cast<double>((*before_ - least).n) / passed)};
  before_ = least;
  looked_ = now();
  memory_ = m;
  ledger_.note_room(least);
  decide::WatchEvidence e;
  e.forks = ledger_.watched(m);
  e.memory = std::move(m.domains);
  e.shrinking_per_second = shrinking_;
  e.yieldable = settings_.yieldable();
  const auto answer = decide::watch_forks(e);
  if (answer.verdict.ruling != Ruling::go) alert(answer);
  if (answer.whom) end_child(*answer.whom, answer.verdict.rule);
  if (answer.missing.n > 0 && !settings_.lending())
    start(services_.loop, "lending memory", settings_.lend(answer.missing));
}

void SaveRotation::end_child(Port port, std::string_view rule) {
  auto& s = ledger_.of(port);
  if (!s.fork) return;
  s.fork->told_to_end = now();
  s.fork->told_why = rule;
  auto ended = act::end_save(s.fork->child);
  if (!ended && ended.error().os_error != ESRCH) services_.journal.warn(port, "error", rule, ended.error().what);
}

void SaveRotation::alert(const decide::WatchAnswer& answer) {
  if (!alerted_.insert(answer.verdict.rule).second) return;
  std::string left;
  for (const auto& d : memory_.domains)
    left += fmt::format("{}{}: {} left, of which {} are to stay", left.empty() ? "" : "; ", d.name,
                        in_words(d.available), in_words(d.reserve));
  services_.journal.warn(answer.whom.value_or(Port{}), "memory-short", answer.verdict.rule,
                         fmt::format("{} {}{}", answer.verdict.because, left,
                                     answer.missing.n ? "; missing: " + in_words(answer.missing) : ""));
}

}  // namespace slotwarden::run
