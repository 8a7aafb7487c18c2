// What systemd is told of the daemon. Started by anything else, all of this says nothing.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <string>

namespace slotwarden::adapters::service_manager {

// Started, or done with a reload.
void ready();
void reloading();
void stopping();
// The line that `systemctl status` shows.
void status(const std::string& text);
// The start or stop under way needs so much longer from now, whatever the unit's timeout says.
void extend(std::chrono::seconds more);

// Pings twice within each WatchdogSec of the unit, from the executor itself: when that hangs the pings end, and systemd
// ends the daemon. Returns at once where no watchdog is wanted; otherwise never.
[[nodiscard]] boost::asio::awaitable<void> keep_alive(boost::asio::any_io_executor on);

}  // namespace slotwarden::adapters::service_manager
