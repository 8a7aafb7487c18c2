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
constexpr auto told_every = 5s;  // systemd is told that we are at work
constexpr auto told_for = 30s;   // and that it is to wait this much longer

struct Leaving {
  Instance* instance = nullptr;
  bool over = false;
};

asio::awaitable<void> hand_over_elsewhere(Instance& i, Services& s) {
  const auto v = co_await judge_handover(i, s, false);
  if (v.answer != decide::Handover::to_deputy || s.local(v.whom)) co_return;
  if (auto done = co_await hand_over(i, s, v.whom); !done)
    s.journal.warn(i.port(), "error", v.verdict, "hand-over: " + done.error().what);
  else
    s.journal.note(i.port(), "handover", v.verdict, v.whom.brief() + " is master now; the host goes down");
}

bool is_master(const Instance& i) {
  return i.info && i.info->role == Role::master && i.cluster_node() && i.record.slots.any();
}

// A master takes its data with it, so it saves whatever its save points say.
asio::awaitable<Result<void>> ask_to_stop(Instance& i) {
  const bool save = is_master(i) && !i.policy.start.data_may_go && !i.info->aof_enabled;
  if (!save) co_return i.watch->signal(SIGTERM);
  auto c = co_await adapters::RespConnection::open(i.address(), i.access.who, connect_patience);
  if (!c) co_return i.watch->signal(SIGTERM);
  co_return co_await act::shutdown(**c, true);
}

asio::awaitable<void> leave(std::shared_ptr<Leaving> l, Services& s) {
  auto& i = *l->instance;
  co_await hand_over_elsewhere(i, s);
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

}  // namespace

asio::awaitable<bool> host_goes_down(Services& s) {
  if (!adapters::scopes_available()) co_return false;
  auto work = [] { return adapters::host_is_stopping(); };
  co_return co_await on(s.systemd, std::move(work));
}

asio::awaitable<void> leave_host(Services& s) {
  std::vector<std::shared_ptr<Leaving>> all;
  for (const auto& i : s.instances) {
    if (!i->watch || i->removed) continue;
    all.push_back(std::make_shared<Leaving>(Leaving{i.get()}));
    start(s.loop, fmt::format("the last stop of {}", i->port().n), leave(all.back(), s));
  }
  s.journal.note(Port{}, "host-goes-down", "", fmt::format("{} servers are handed over and stopped", all.size()));
  asio::steady_timer timer(s.loop);
  auto told = now() - told_every;
  const auto over = [](const auto& l) { return l->over; };
  while (!std::ranges::all_of(all, over)) {
    if (since(told) >= told_every) {
      adapters::service_manager::extend(told_for);
      told = now();
    }
    timer.expires_after(50ms);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

}  // namespace slotwarden::run
