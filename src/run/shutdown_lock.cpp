#include "run/shutdown_lock.h"

#include <fmt/format.h>

#include "adapters/scope.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

constexpr auto connect_again = 30s;
constexpr auto purpose = "the masters of this host hand over first";

std::string seconds(std::chrono::milliseconds n) {
  return n % 1s == 0ms ? fmt::format("{} s", n / 1s) : fmt::format("{} ms", n.count());
}

}  // namespace

void ShutdownLock::without(const std::string& why) {
  services_.host_shutdown = "does not wait for its masters: " + why;
  if (why == std::exchange(told_, why)) return;
  services_.journal.note(Port{}, "shutdown-not-held-up", "",
                         why + ": masters hand over only when systemd stops the daemon");
}

asio::awaitable<void> ShutdownLock::hand_over() {
  const int mine = announced_;
  const auto logind = logind_;
  const auto began = now();
  const auto done = co_await shutdown_.hand_over();
  if (mine != announced_) co_return;
  services_.host_shutdown = "under way";
  services_.journal.note(Port{}, "shutdown-goes-on", "",
                         fmt::format("{} of {} masters with a replica elsewhere have handed over, {} ms", done.done,
                                     done.masters, since(began).count()));
  logind->release();
}

void ShutdownLock::hear(const adapters::LoginManager::Word& word) {
  using News = adapters::LoginManager::News;
  auto& s = services_;
  switch (word.news) {
    case News::lock:
      s.host_shutdown =
          fmt::format("waits until its masters have handed over, {} at most", seconds(logind_->longest_delay()));
      if (!told_.empty()) s.journal.note(Port{}, "shutdown-held-up", "", "logind has given its delay lock now");
      told_.clear();
      return;
    case News::no_lock: without("logind has given no delay lock: " + word.why); return;
    case News::appeared: logind_->ask_for_lock(purpose); return;
    case News::going_down:
      ++announced_;
      s.host_shutdown =
          fmt::format("is held up until the masters have handed over, {} at most", seconds(logind_->longest_delay()));
      s.journal.note(Port{}, "shutdown-announced", "",
                     fmt::format("logind waits {} at most; the masters hand over", seconds(logind_->longest_delay())));
      start(s.loop, "the hand-over before the shutdown", hand_over());
      return;
    case News::called_off:
      ++announced_;
      shutdown_.called_off();
      s.journal.note(Port{}, "shutdown-called-off", "",
                     "the host stays up; masters that have handed over are replicas now, and remain so");
      logind_->ask_for_lock(purpose);
      return;
  }
}

asio::awaitable<void> ShutdownLock::listen() {
  auto connected = adapters::LoginManager::connect(services_.loop);
  if (!connected) {
    without(connected.error().what);
    co_return;
  }
  logind_ = std::move(*connected);
  logind_->ask_for_lock(purpose);
  for (;;) {
    const auto word = co_await logind_->next();
    if (!word) {
      if (!services_.stopping) without(word.error().what);
      break;
    }
    hear(*word);
  }
  logind_.reset();
}

asio::awaitable<void> ShutdownLock::run() {
  if (!adapters::booted_by_systemd()) co_return;
  asio::steady_timer pause(services_.loop);
  while (!services_.stopping) {
    co_await listen();
    pause.expires_after(connect_again);
    co_await pause.async_wait(asio::use_awaitable);
  }
}

}  // namespace slotwarden::run
