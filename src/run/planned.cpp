#include "run/planned.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

#include "act/cluster.h"
#include "decide/deadline.h"
#include "decide/rolling.h"
#include "run/explain.h"
#include "run/handover.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

using control::Done;
using control::Outcome;

constexpr auto connect_patience = 1s;
constexpr auto look_again = 200ms;  // the longest wait for a watched instance before its state is looked at again
// How long a master that has handed over stays up. A client learns where the slots are when it next asks for one, by a
// redirection; if nobody answers by then, it meets an error.
constexpr auto redirects_for = 1s;

// Marks an instance as being worked on, for as long as it lives.
class Planned {
 public:
  explicit Planned(Instance& i) : instance_(i) { instance_.planned = true; }
  ~Planned() {
    instance_.planned = false;
    instance_.changed();
  }
  Planned(const Planned&) = delete;
  Planned& operator=(const Planned&) = delete;

 private:
  Instance& instance_;
};

Outcome outcome(const Instance& i, Done d, std::string text, std::string_view rule = {}) {
  return Outcome{i.port(), d, std::string(rule), std::move(text)};
}

asio::awaitable<Result<void>> store_intent(Instance& i, Services& s, bool up, const PlannedOptions& o) {
  i.intent.up = up;
  i.intent.in_place = o.in_place || o.together;
  i.intent.who = o.who;
  i.intent.reason = o.reason;
  i.intent.at_unix_ms = unix_ms();
  co_return co_await s.memory.write(i.port(), i.intent);
}

// A master that stops without a hand-over takes its data with it: it must save, whatever its save points say. Anybody
// else follows its own configuration.
bool must_save(const Instance& i) {
  const bool master = i.info && i.info->role == Role::master;
  return master && !i.policy.start.data_may_go && !i.info->aof_enabled;
}

// Whether this very process does: it may end by itself, and another be started, while anything is waited for.
bool runs(const Instance& i, Pid pid) {
  return i.watch && i.process->pid == pid;
}

asio::awaitable<Result<void>> ask_to_stop(Instance& i, bool save) {
  if (!save) co_return i.watch->signal(SIGTERM);
  auto c = co_await adapters::RespConnection::open(i.address(), i.access.who, connect_patience);
  if (!c) co_return while_doing("asking it to save and stop", c.error());
  co_return co_await act::shutdown(**c, true);
}

// Waits for the process to end; another may run by then. An error: it goes on serving, or is overdue.
asio::awaitable<Result<void>> stopped(Instance& i, Services& s, Pid pid, std::chrono::milliseconds deadline) {
  Watching watching(i, s.loop);
  const auto from = now();
  bool killed = false;
  while (runs(i, pid)) {
    co_await watching.wait(look_again);
    if (since(from) < deadline || !runs(i, pid)) continue;
    const bool saving = i.info && i.info->bgsave_in_progress;
    if (i.policy.stop.kill_overdue && !saving && !killed) {
      killed = true;
      s.journal.warn(i.port(), "killed", "stop-overdue", fmt::format("it did not stop within {} ms", deadline.count()));
      if (auto sent = i.watch->signal(SIGKILL); !sent) co_return sent.error();
    } else if (!killed) {
      co_return Error{
          fmt::format("it was asked to stop {} s ago and still runs (a failing last save keeps a server up; see: "
                      "slotwardenctl tail {})",
                      since(from).count() / 1000, i.port().n)};
    }
  }
  co_return Result<void>{};
}

asio::awaitable<Result<void>> stop_process(Instance& i, Services& s, Pid pid, bool save) {
  if (!runs(i, pid)) {
    i.changed();  // its keeper has the new intent to look at
    co_return Result<void>{};
  }
  i.stop_asked = true;
  move(i, decide::LifeEvent::stop_asked);
  const auto size = i.info ? i.info->used_memory : Bytes{};
  const auto deadline = decide::stop_deadline(size, i.policy.stop);
  s.journal.note(i.port(), "stop", "",
                 fmt::format("asked to stop{}, deadline {} s", save ? " after a save" : "", deadline.count() / 1000));
  auto done = co_await ask_to_stop(i, save);
  if (done) done = co_await stopped(i, s, pid, deadline);
  if (!runs(i, pid)) co_return Result<void>{};
  if (!done) {
    i.stop_asked = false;
    move(i, decide::LifeEvent::stop_refused);
    s.journal.warn(i.port(), "stop-refused", "", done.error().what);
  }
  co_return done;
}

asio::awaitable<void> redirect_clients(Instance& i, Services& s) {
  Watching watching(i, s.loop);
  for (const auto from = now(); i.watch && since(from) < redirects_for;) co_await watching.wait(look_again);
}

// Everything before the process is touched: the verdict, and the hand-over where there is one to make.
asio::awaitable<std::optional<Outcome>> prepare(Instance& i, Services& s, const PlannedOptions& o) {
  if (o.together) co_return std::nullopt;
  const auto v = co_await judge_handover(i, s, o.in_place);
  if (v.answer == decide::Handover::refused) {
    s.journal.note(i.port(), "refused", v.verdict, std::string(v.verdict.because));
    co_return outcome(i, Done::refused, told(v.verdict, i.port()), v.verdict.rule);
  }
  if (v.answer == decide::Handover::not_needed) co_return std::nullopt;
  const auto began = now();
  if (auto done = co_await hand_over(i, s, v.whom); !done) {
    s.journal.warn(i.port(), "error", v.verdict, "hand-over: " + done.error().what);
    co_return outcome(i, Done::failed,
                      "the hand-over was not completed: " + done.error().what + "; nothing was stopped");
  }
  s.journal.note(i.port(), "handover", v.verdict,
                 fmt::format("{} is master now, a majority agrees, {} ms", v.whom.brief(), since(began).count()));
  co_await redirect_clients(i, s);
  co_return std::nullopt;
}

[[nodiscard]] bool serves(const Instance& i) {
  if (i.state != ProcessState::running || !i.info || !i.answered || i.record.quarantined) return false;
  if (!i.cluster_node()) return true;
  // Nobody asks anything of a master without slots, and alone it never says that the cluster is well.
  if (i.info->role == Role::master && i.record.slots.none()) return true;
  // For two seconds after its start a node refuses every key, and its links to the others are not all up yet.
  return i.cluster && i.cluster->state_ok && (i.info->role == Role::master || i.info->master_link_up);
}

// Until it serves again, or is held or given up by a rule.
asio::awaitable<std::optional<Outcome>> served(Instance& i, Services& s) {
  Watching watching(i, s.loop);
  while (!serves(i)) {
    if (i.state == ProcessState::fatal || (i.state == ProcessState::held && i.gate.verdict.ruling == Ruling::refuse))
      co_return outcome(i, Done::refused, std::string(i.gate.verdict.because), i.gate.verdict.rule);
    if (!i.intent.up) co_return outcome(i, Done::failed, "it was stopped meanwhile");
    co_await watching.wait(look_again);
  }
  co_return std::nullopt;
}

Outcome busy(const Instance& i) {
  return outcome(i, Done::failed, "another planned stop or restart of it is under way");
}

}  // namespace

asio::awaitable<Outcome> planned_stop(Instance& i, Services& s, PlannedOptions o) {
  if (i.planned) co_return busy(i);
  Planned mark(i);
  if (!i.watch) {
    const bool was_down = !i.intent.up;
    PlannedOptions same{.in_place = i.intent.in_place, .who = o.who, .reason = o.reason};
    if (auto kept = co_await store_intent(i, s, false, same); !kept)
      co_return outcome(i, Done::failed, kept.error().what);
    i.changed();
    co_return outcome(i, was_down ? Done::already : Done::done, "it is down and stays down");
  }
  const bool was_master = i.info && i.info->role == Role::master && i.cluster_node() && i.record.slots.any();
  if (auto ended = co_await prepare(i, s, o)) co_return *ended;
  auto remembered = o;
  remembered.in_place = o.in_place && was_master;
  remembered.together = o.together && was_master;
  if (auto kept = co_await store_intent(i, s, false, remembered); !kept)
    co_return outcome(i, Done::failed, kept.error().what + "; nothing was stopped");
  s.journal.note(i.port(), "intent", "", "down, by " + o.who + (o.reason.empty() ? "" : ": " + o.reason));
  const bool save = was_master && (o.in_place || o.together) && must_save(i);
  if (auto done = co_await stop_process(i, s, i.process->pid, save); !done) {
    i.intent.up = true;
    (void)co_await s.memory.write(i.port(), i.intent);
    co_return outcome(i, Done::failed, done.error().what);
  }
  co_return outcome(i, Done::done, "stopped");
}

asio::awaitable<Outcome> planned_restart(Instance& i, Services& s, PlannedOptions o) {
  if (i.planned) co_return busy(i);
  Planned mark(i);
  const bool was_master = i.info && i.info->role == Role::master && i.cluster_node() && i.record.slots.any();
  const bool ran = i.watch != nullptr;
  const auto pid = ran ? i.process->pid : Pid{};
  if (ran)
    if (auto ended = co_await prepare(i, s, o)) co_return *ended;
  auto remembered = o;
  remembered.in_place = o.in_place && was_master;
  if (auto kept = co_await store_intent(i, s, true, remembered); !kept)
    co_return outcome(i, Done::failed, kept.error().what + "; nothing was restarted");
  s.journal.note(i.port(), "intent", "", "restart, by " + o.who + (o.reason.empty() ? "" : ": " + o.reason));
  i.unasked_ends.clear();
  i.backoff = {};
  if (ran) {
    if (auto done = co_await stop_process(i, s, pid, remembered.in_place && must_save(i)); !done)
      co_return outcome(i, Done::failed, done.error().what);
  } else {
    i.gate = {};  // what kept it down may have been mended: it is judged anew
    i.cannot_execute.clear();
    move(i, decide::LifeEvent::gate_wait);
  }
  i.changed();
  if (auto ended = co_await served(i, s)) co_return *ended;
  std::string text = fmt::format("running as {}", name(i.info->role));
  if (o.take_back && was_master && i.info->role == Role::replica) {
    if (auto done = co_await take_back(i, s); !done)
      co_return outcome(i, Done::failed, text + ", but it did not take its role back: " + done.error().what);
    s.journal.note(i.port(), "handover", "take-back", "it is master again, a majority agrees");
    text = "running, and master again";
  }
  co_return outcome(i, Done::done, text);
}

asio::awaitable<std::vector<Outcome>> rolling_restart(std::vector<Instance*> which, Services& s, PlannedOptions o) {
  std::vector<decide::Member> members;
  for (const auto* i : which) {
    const auto& r = i->record;
    members.push_back({i->port(), r.role, (r.role == Role::replica ? r.master : r.node_id).hex});
  }
  auto order = decide::rolling_order(std::move(members));
  std::vector<Outcome> outcomes;
  while (!order.empty()) {
    std::string left;
    for (const auto p : order) left += std::to_string(p.n) + " ";
    s.memory.put("rolling", left);
    const auto at = std::ranges::find_if(which, [&](const Instance* i) { return i->port() == order.front(); });
    auto one = co_await planned_restart(**at, s, o);
    outcomes.push_back(std::move(one));
    const auto& last = outcomes.back();
    if (last.outcome != Done::done) {
      s.journal.warn(
          last.port, "rolling-stopped", last.rule,
          fmt::format("{}; still to do: {}; go on with: slotwardenctl rolling-restart all --resume", last.text, left));
      co_return outcomes;
    }
    order.erase(order.begin());
  }
  s.memory.put("rolling", "");
  co_return outcomes;
}

}  // namespace slotwarden::run
