#include "run/host_shutdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

#include "act/cluster.h"
#include "adapters/scope.h"
#include "adapters/service_manager.h"
#include "decide/deadline.h"
#include "run/handover.h"
#include "run/workers.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

constexpr auto connect_patience = 1s;
constexpr auto own_turn = 1s;
constexpr auto look_again = 20ms;
constexpr auto told_every = 5s;  // systemd is told that we are at work
constexpr auto told_for = 30s;   // and that it is to wait this much longer

struct Leaving {
  Instance* instance = nullptr;
  bool over = false;
};

bool is_master(const Instance& i) {
  return i.info && i.info->role == Role::master && i.cluster_node() && i.record.slots.any();
}

// A master takes its data with it, so it saves whatever its save points say.
asio::awaitable<Result<void>> ask_to_stop(Instance& i) {
  const bool save = is_master(i) && !i.policy.start.data_may_go && !i.info->aof_enabled;
  if (!save) co_return i.watch->signal(SIGTERM);
  auto c = co_await adapters::RespConnection::open(i.address(), i.access.who, connect_patience);
  if (!i.watch) co_return Result<void>{};  // it has ended meanwhile
  if (!c) co_return i.watch->signal(SIGTERM);
  co_return co_await act::shutdown(**c, true);
}

asio::awaitable<void> stop(std::shared_ptr<Leaving> l, Services& s) {
  auto& i = *l->instance;
  if (i.watch) {
    i.intent.up = false;  // in memory only: after the boot what was stored holds
    i.stop_asked = true;
    move(i, decide::LifeEvent::stop_asked);
    const auto deadline = now() + decide::stop_deadline(i.info ? i.info->used_memory : Bytes{}, i.policy.stop);
    s.journal.note(i.port(), "stop", "", "the host goes down");
    auto asked = co_await ask_to_stop(i);
    if (!asked && i.watch) s.journal.warn(i.port(), "stop-refused", "", asked.error().what);
    Watching watching(i, s.loop);
    while (i.watch && now() < deadline) co_await watching.wait(1s);
    if (i.watch) s.journal.warn(i.port(), "stop-overdue", "", "it still runs, and is left to systemd");
  }
  l->over = true;
}

// systemd waits for a stop that tells of itself.
class StillAtWork {
 public:
  void tell() {
    if (since(told_) < told_every) return;
    adapters::service_manager::extend(told_for);
    told_ = now();
  }

 private:
  Instant told_ = now() - told_every;
};

// Takes the mark away however the work ends.
class Mark {
 public:
  Mark(std::set<Port>& all, Port p) : all_(all), port_(p) {}
  ~Mark() { all_.erase(port_); }
  Mark(const Mark&) = delete;
  Mark& operator=(const Mark&) = delete;

 private:
  std::set<Port>& all_;
  Port port_;
};

asio::awaitable<void> pause(Services& s) {
  asio::steady_timer timer(s.loop, look_again);
  co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace

asio::awaitable<void> HostShutdown::hand_over_one(Instance& i) {
  auto& s = services_;
  const Mark mark(asked_, i.port());
  const auto v = co_await judge_handover(i, s, false, Deputies::on_other_hosts);
  if (v.answer == decide::Handover::refused && i.watch) {
    i.leaving = "the host goes down, and no replica elsewhere takes over";
    s.journal.warn(i.port(), "not-handed-over", v.verdict, std::string(v.verdict.because) + " The host goes down.");
  }
  if (v.answer == decide::Handover::to_deputy) {
    ++last_.masters;
    const auto began = now();
    if (auto done = co_await run::hand_over(i, s, v.whom); !done) {
      i.leaving = "the host goes down, and the hand-over failed";
      s.journal.warn(i.port(), "error", v.verdict, "hand-over: " + done.error().what);
    } else {
      ++last_.done;
      i.leaving = "the host goes down: handed over to " + v.whom.brief();
      s.journal.note(i.port(), "handover", v.verdict,
                     fmt::format("{} is master now, a majority agrees, {} ms; the host goes down", v.whom.brief(),
                                 since(began).count()));
    }
  }
}

asio::awaitable<HandedOver> HostShutdown::hand_over() {
  auto& s = services_;
  if (asked_.empty()) last_ = {};
  StillAtWork at_work;
  for (std::size_t n = 0; n < s.instances.size(); ++n) {
    auto& i = *s.instances[n];
    const bool replica = i.info && i.info->role == Role::replica;
    if (!i.watch || i.removed || replica || asked_.contains(i.port())) continue;
    asked_.insert(i.port());
    start(s.loop, fmt::format("the last hand-over of {}", i.port().n), hand_over_one(i));
    const auto until = now() + own_turn;
    while (asked_.contains(i.port()) && now() < until) co_await pause(s);
    at_work.tell();
  }
  while (!asked_.empty()) {
    co_await pause(s);
    at_work.tell();
  }
  co_return last_;
}

void HostShutdown::called_off() {
  for (const auto& i : services_.instances) i->leaving.clear();
}

asio::awaitable<bool> HostShutdown::under_way() {
  if (!adapters::started_by_systemd()) co_return false;
  auto work = [] { return adapters::host_is_stopping(); };
  co_return co_await on(services_.systemd, std::move(work));
}

asio::awaitable<void> HostShutdown::leave() {
  auto& s = services_;
  (void)co_await hand_over();
  std::vector<std::shared_ptr<Leaving>> all;
  for (const auto& i : s.instances) {
    if (!i->watch || i->removed) continue;
    all.push_back(std::make_shared<Leaving>(Leaving{i.get()}));
    start(s.loop, fmt::format("the last stop of {}", i->port().n), stop(all.back(), s));
  }
  s.journal.note(Port{}, "host-goes-down", "", fmt::format("{} servers are stopped", all.size()));
  StillAtWork at_work;
  const auto over = [](const auto& l) { return l->over; };
  while (!std::ranges::all_of(all, over)) {
    at_work.tell();
    co_await pause(s);
  }
}

}  // namespace slotwarden::run
