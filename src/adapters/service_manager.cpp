#include "adapters/service_manager.h"

#include <systemd/sd-daemon.h>
#include <time.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace slotwarden::adapters::service_manager {

namespace asio = boost::asio;

void ready() {
  ::sd_notify(0, "READY=1");
}

// With the time, by which later versions of systemd tell this reload from an earlier one.
void reloading() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  ::sd_notifyf(
      0, "RELOADING=1\nMONOTONIC_USEC=%llu",
      static_cast<unsigned long long>(now.tv_sec) * 1'000'000 + static_cast<unsigned long long>(now.tv_nsec) / 1'000);
}

void stopping() {
  ::sd_notify(0, "STOPPING=1");
}

void status(const std::string& text) {
  ::sd_notifyf(0, "STATUS=%s", text.c_str());
}

void extend(std::chrono::seconds more) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(more).count();
  ::sd_notifyf(0, "EXTEND_TIMEOUT_USEC=%lld", static_cast<long long>(us));
}

asio::awaitable<void> keep_alive(asio::any_io_executor on) {
  std::uint64_t within_us = 0;
  if (::sd_watchdog_enabled(0, &within_us) <= 0) co_return;
  asio::steady_timer timer(on);
  for (;;) {
    ::sd_notify(0, "WATCHDOG=1");
    timer.expires_after(std::chrono::microseconds(within_us / 2));
    co_await timer.async_wait(asio::use_awaitable);
  }
}

}  // namespace slotwarden::adapters::service_manager
