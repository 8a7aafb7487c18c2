// The host goes down, and its servers with it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "run/services.h"

namespace slotwarden::run {

// Whether systemd is taking this host down; false where there is no systemd to ask.
asio::awaitable<bool> host_goes_down(Services& s);

// Every master whose best replica is on another host hands over; then every server is stopped, one that is still master
// after a save, each within the deadline of its size. Intents stay as they are: at the next boot the start gate
// decides.
asio::awaitable<void> leave_host(Services& s);

}  // namespace slotwarden::run
