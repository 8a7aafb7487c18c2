#include "run/keeper.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>

#include "act/files.h"
#include "act/launch.h"
#include "decide/adopt.h"
#include "decide/backoff.h"
#include "decide/deadline.h"
#include "decide/oom.h"
#include "observe/proc.h"
#include "run/aof_switch.h"
#include "run/explain.h"
#include "run/gate.h"
#include "run/install.h"
#include "run/mend.h"
#include "run/scope.h"
#include "run/succession_watch.h"
#include "run/workers.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

// How often a refusal is asked again when nothing rang: a person frees a port or mends a file without telling us.
constexpr auto look_again = 2s;
constexpr auto look_patience = 2s;
constexpr auto succession_first = 200ms;
constexpr std::size_t ends_kept = 64;

template <class T>
std::optional<T> if_known(const Result<T>& r) {
  return r ? std::optional(*r) : std::nullopt;
}

decide::LifeEvent life_event(const decide::StartVerdict& v) {
  using decide::LifeEvent;
  if (v.fatal) return LifeEvent::gate_fatal;
  switch (v.verdict.ruling) {
    case Ruling::go: return LifeEvent::gate_go;
    case Ruling::wait: return v.verdict.rule == "backoff" ? LifeEvent::gate_backoff : LifeEvent::gate_wait;
    case Ruling::refuse: return v.verdict.rule == "operator-stop" ? LifeEvent::gate_stop : LifeEvent::gate_refuse;
  }
  return LifeEvent::gate_wait;
}

// One line for each change of the verdict's rule, so that a wait of two hours is one line.
void tell_verdict(Instance& i, Services& s, std::string_view before) {
  const auto& v = i.gate.verdict;
  if (v.rule == before || v.ruling == Ruling::go) return;
  auto detail = held_detail(i);
  auto text = std::string(v.because) + (detail.empty() ? "" : " (" + detail + ")");
  if (v.ruling == Ruling::refuse && v.rule != "operator-stop")
    s.journal.warn(i.port(), i.gate.fatal ? "fatal" : "held", v, std::move(text));
  else if (v.rule == "backoff")
    s.journal.note(i.port(), "backoff", v, fmt::format("{} ({} ms left)", v.because, i.evidence.backoff_left.count()));
  else if (v.rule != "host-unknown" && v.rule != "identity-unknown" && v.rule != "orphans" &&
           v.rule != "dataset-unread" && v.rule != "kept-unread")
    s.journal.note(i.port(), v.ruling == Ruling::refuse ? "stopped" : "held", v, std::move(text));
}

// The delay is drawn once per exit; from then on only what is left of it counts.
void draw_backoff(Instance& i, Services& s) {
  std::vector<decide::Attempt> attempts;
  for (const auto& e : i.unasked_ends) attempts.push_back({e.lived, since(e.at), e.host_refused});
  i.backoff = decide::restart(attempts, std::uniform_real_distribution<>(0, 1)(s.chance), i.policy.backoff);
  i.backoff_from = now();
}

std::chrono::milliseconds backoff_left(const Instance& i) {
  return std::max(std::chrono::milliseconds{0}, i.backoff.delay - since(i.backoff_from));
}

void remember_unasked(Instance& i, const Ended& e) {
  i.unasked_ends.push_back(e);
  while (i.unasked_ends.size() > ends_kept) i.unasked_ends.pop_front();
}

act::Launch launch_of(const Instance& i, const Services& s) {
  act::Launch l;
  l.port = i.port();
  l.server = i.conf.server;
  l.config = i.conf.config;
  l.directory = std::filesystem::path(i.conf.config).parent_path().string();
  l.user = i.conf.user;
  l.process = i.policy.process;
  l.nofile = decide::nofile_for(i.server->maxclients, i.policy.process);
  l.quarantine = i.gate.quarantine;
  l.without_aof = i.record.aof_pending;
  l.diskless_max_replicas = i.server->repl_diskless_sync_max_replicas;
  l.journal = Services::journal_name(i.port());
  l.output = s.output_file(i.port());
  l.identity_file = s.identity_file(i.port());
  l.lock_fd = i.lock ? i.lock->fd() : -1;
  return l;
}

void note_spawn_failure(Instance& i, Services& s, const Error& e) {
  s.journal.warn(i.port(), "error", "", e.what);
  constexpr std::array lacking{EAGAIN, ENOMEM, ENFILE, EMFILE, ENOSPC, EDQUOT};  // what the host may have again soon
  const bool passing = std::ranges::find(lacking, e.os_error) != lacking.end();
  if (!passing) {
    i.cannot_execute = e.what;
    i.cannot_execute_signature = signature_of(i.conf.server);
  }
  Ended end;
  end.at = now();
  end.at_unix_ms = unix_ms();
  end.host_refused = passing;
  remember_unasked(i, end);
  move(i, decide::LifeEvent::exited);
  draw_backoff(i, s);
}

// Starts the server. True: it runs, and `watch` holds it.
asio::awaitable<bool> start_server(Instance& i, Services& s) {
  if (i.gate.set_aside) co_await set_dataset_aside(i, s);
  if (!i.server->appendonly) i.record.aof_pending = false;
  if (i.record.aof_pending) co_await clear_append_only(i, s);
  i.promised_keys = i.looked_at ? i.looked_at->dataset.keys : std::nullopt;
  i.promised_with_expiry = i.looked_at ? i.looked_at->dataset.keys_with_expiry.value_or(0) : 0;
  i.start_was_forced = i.forced;
  // The operator's word gave up the identity that was lost with nodes.conf; what is started is a new node.
  if (i.forced && i.evidence.nodes_file == decide::NodesFile::absent) {
    i.record = Record{};
    i.recorded = false;
  }
  i.record.port = i.port();
  i.record.quarantined = i.gate.quarantine;
  i.record.succeeded = i.gate.verdict.rule == "settled";
  i.record.stopped_cleanly = false;
  if (auto kept = co_await s.memory.write(i.record); !kept) s.journal.warn(i.port(), "error", "", kept.error().what);
  if (!i.forced && (!i.intent.up || i.intent.held || i.removed)) co_return false;  // said meanwhile
  move(i, decide::LifeEvent::gate_go);
  const auto spawned = act::launch(launch_of(i, s));
  if (!spawned) {
    note_spawn_failure(i, s, spawned.error());
    co_return false;
  }
  auto watch = adapters::ProcessWatch::open(s.loop, spawned->pid);
  auto identity = observe::remembered_identity(s.identity_file(i.port()));
  if (!watch) {
    note_spawn_failure(i, s, watch.error());
    co_return false;
  }
  i.watch = std::move(*watch);
  i.process = identity ? *identity : ProcessIdentity{spawned->pid, 0, s.boot_id};
  i.adopted = false;
  i.oom_kills_before = if_known(observe::oom_kills());
  i.started = now();
  i.answered.reset();
  i.info.reset();
  i.cluster.reset();
  i.trouble.clear();
  i.stop_asked = false;
  const auto waited = i.down_since ? since(*i.down_since) : 0ms;
  i.down_since.reset();
  s.journal.note(i.port(), "started", i.gate.verdict,
                 fmt::format("pid {}{}{}; down for {} ms: {}", i.process->pid.n,
                             i.gate.quarantine ? ", replicas kept waiting until its keys are counted" : "",
                             i.forced ? ", forced by " + i.forced_by : "", waited.count(), i.gate.verdict.because));
  i.changed();
  if (i.probe_now) i.probe_now();
  enter_scope(i, s);
  co_return true;
}

void forget_forced(Instance& i) {
  i.forced = false;
  i.forced_by.clear();
}

asio::awaitable<void> end_orphans(Instance& i, Services& s) {
  const auto table = observe::process_table();
  if (!table) co_return;
  const auto children = observe::session_members(i.process->pid, *table);
  if (children.empty()) co_return;
  s.journal.note(
      i.port(), "orphans", "orphans",
      fmt::format("{} children of the dead server {} still ran and are ended", children.size(), i.process->pid.n));
  if (auto ended = co_await act::end_processes(children, i.process->pid); !ended)
    s.journal.warn(i.port(), "error", "", ended.error().what);
}

asio::awaitable<void> adopt(Instance& i, Services& s);

// Until the server was started, or the instance or the daemon goes.
asio::awaitable<bool> down(Instance& i, Services& s) {
  i.down_since = i.down_since.value_or(now());
  i.gate_asked = now();
  // The gate looks into /proc and onto the disk, which holds up the loop for some milliseconds; it cannot say go before
  // the succession was asked, so that comes first.
  const auto asked = now();
  while (i.succession && i.succession->hurries() && since(asked) < succession_first) co_await i.bell.wait(20ms);
  while (!s.stopping) {
    if (std::exchange(i.take_back, false)) co_await adopt(i, s);
    if (i.watch) {
      close_succession(i);
      i.down_since.reset();
      i.gate = {};
      co_return true;
    }
    const auto before = std::string(i.gate.verdict.rule);
    const bool accepting = i.accept && !i.accept->outcome;
    auto e = co_await gather_start(i, s);
    if (accepting) {
      co_await accept_data(i, s, e);
      continue;
    }
    e.restarts_spent = i.backoff.spent;
    e.backoff_left = backoff_left(i);
    i.evidence = e;
    i.gate = decide::start(e);
    tell_verdict(i, s, before);
    if (i.removed) co_return false;
    if (i.gate.verdict.rule == "orphans") {
      co_await end_orphans(i, s);
      continue;
    }
    if (i.gate.install) {
      co_await install_best(i, s);
      continue;
    }
    if (!i.intent.up)
      close_succession(i);
    else if (i.cluster_node() && i.was_slot_owner())
      open_succession(i, s, !i.intent.in_place, i.ended ? i.ended->at : now());
    if (i.gate.verdict.ruling == Ruling::go) {
      const bool runs = co_await start_server(i, s);
      forget_forced(i);
      if (runs) co_return true;
      continue;
    }
    move(i, life_event(i.gate));
    if (i.gate.verdict.rule == "disk-full") co_await make_room(i, s);
    co_await i.bell.wait(i.gate.verdict.ask_again_in.value_or(look_again));
  }
  co_return false;
}

void remember_end(Instance& i, Services& s, const Ended& e) {
  i.ended = e;
  if (e.asked) {
    i.unasked_ends.clear();
  } else {
    remember_unasked(i, e);
  }
  draw_backoff(i, s);
}

// Asked at once when it has ended: systemd removes the group of a process that is gone.
decide::OomEvidence oom_evidence(const Instance& i, const ExitStatus& status) {
  decide::OomEvidence e;
  e.status = status;
  e.host = {i.oom_kills_before, if_known(observe::oom_kills())};
  if (i.group_oom) e.group = {i.group_oom->kills, if_known(observe::oom_kills_now(*i.group_oom))};
  e.child_at_work = !i.info || i.info->bgsave_in_progress || i.info->aof_rewrite_in_progress;
  return e;
}

// Reading the kernel's log takes many milliseconds; the counters often say at once whether there is anything to look
// for.
Tri by_oom(const Instance& i, const decide::OomEvidence& e) {
  const auto counted = decide::killed_for_memory(e);
  return counted == Tri::unknown && i.process ? observe::oom_killed(i.process->pid) : counted;
}

// Until the running server has ended.
asio::awaitable<void> up(Instance& i, Services& s) {
  ExitStatus status;
  try {
    status = co_await i.watch->wait();
  } catch (const boost::system::system_error&) {  // the watch was taken away
    if (!i.let_go) throw;
  }
  if (s.stopping || i.let_go) co_return;
  const auto death = now();
  const auto counted = oom_evidence(i, status);
  Ended e{status, death, unix_ms(), since(i.started), i.stop_asked, false};
  if (i.cluster_node()) i.nodes_file = observe::nodes_conf(i.server->nodes_path());
  i.watch.reset();
  i.lock.reset();
  i.down_since = death;
  i.gate = {};
  // First the succession: everything else can wait. What was let go of is succeeded by the cluster's own means.
  if (i.cluster_node() && i.was_slot_owner() && !i.removed)
    open_succession(i, s, !(e.asked && (!i.intent.up || i.intent.in_place)), death);
  else
    close_succession(i);
  e.status.oom = by_oom(i, counted);
  remember_end(i, s, e);
  i.record.stopped_cleanly = e.asked && status.code == 0;
  s.memory.remember(i.record);
  i.info.reset();
  move(i, e.asked ? decide::LifeEvent::stopped : decide::LifeEvent::exited);
  const auto lived = std::chrono::duration_cast<std::chrono::seconds>(e.lived).count();
  if (e.asked)
    s.journal.note(i.port(), "stopped", "", fmt::format("pid {}: {}", i.process->pid.n, describe(e.status)));
  else
    s.journal.warn(
        i.port(), "exited", "",
        fmt::format("pid {}: {}, without being asked, after {} s", i.process->pid.n, describe(e.status), lived));
  i.stop_asked = false;
  i.changed();
}

// Takes back the server that an earlier daemon started, or learns that there is none.
asio::awaitable<void> adopt(Instance& i, Services& s) {
  const bool readable = read_server_file(i);
  if (readable && i.server->cluster_enabled) i.nodes_file = observe::nodes_conf(i.server->nodes_path());
  decide::AdoptEvidence e;
  if (auto r = observe::remembered_identity(s.identity_file(i.port()))) e.remembered = *r;
  Result<std::unique_ptr<adapters::ProcessWatch>> watch{Error{}};
  if (e.remembered) {
    watch = adapters::ProcessWatch::open(s.loop, e.remembered->pid);
    if (watch)
      if (auto found = observe::identity_of(e.remembered->pid)) e.found = *found;
  }
  auto look = [port = i.port()] { return observe::listener_on(port); };
  if (const auto listener = co_await on(s.scans, std::move(look)); listener) e.listener = *listener;
  if (i.recorded) e.recorded_node = i.record.node_id;
  if (i.nodes_file.view) e.file_node = i.nodes_file.view->myself()->id;
  const auto verdict = decide::adopt(e);
  if (e.remembered) i.process = e.remembered;
  if (verdict.adoption != decide::Adoption::ours) {
    if (verdict.adoption == decide::Adoption::stranger)
      s.journal.warn(i.port(), "stranger", verdict.verdict,
                     std::string(verdict.verdict.because) +
                         (e.listener && *e.listener ? " (" + observe::command_of(*e.listener) + ")" : ""));
    co_return;
  }
  i.watch = std::move(*watch);
  i.adopted = true;
  i.oom_kills_before = if_known(observe::oom_kills());
  // Who was started by slotwarden inherited the lock; one that was taken over has none.
  if (!i.lock && readable)
    if (auto lock = adapters::DirectoryLock::take(i.directory())) i.lock = std::move(*lock);
  move(i, decide::LifeEvent::adopted);
  s.journal.note(i.port(), "adopted", verdict.verdict, fmt::format("pid {}, it was not touched", i.process->pid.n));
  if (i.probe_now) i.probe_now();
  enter_scope(i, s);
}

}  // namespace

void open_succession(Instance& i, Services& s, bool may_ask, Instant death) {
  if (i.succession && (i.succession->may_ask() || !may_ask)) return;
  close_succession(i);
  i.succession = std::make_shared<SuccessionWatch>(i, s, may_ask, death);
  start(s.loop, fmt::format("the succession of {}", i.port().n), i.succession->run());
}

void close_succession(Instance& i) {
  if (!i.succession) return;
  i.succession->close();
  i.succession.reset();
}

asio::awaitable<void> until_looked_for(std::vector<Instance*> which, Services& s) {
  const auto from = now();
  for (auto* i : which) {
    Watching watching(*i, s.loop);
    while (!i->looked_for && !s.stopping && since(from) < look_patience) co_await watching.wait(100ms);
  }
}

asio::awaitable<void> keep(Instance& i, Services& s) {
  i.kept = true;
  co_await adopt(i, s);
  i.looked_for = true;
  i.changed();
  for (;;) {
    if (!i.watch) {
      const bool runs = co_await down(i, s);
      if (!runs) {
        i.kept = false;
        close_succession(i);
        co_return;
      }
    }
    co_await up(i, s);
    if (s.stopping) co_return;
    if (i.let_go) {
      close_succession(i);
      i.kept = false;
      co_return;
    }
  }
}

}  // namespace slotwarden::run
