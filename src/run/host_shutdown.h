// The host goes down, and its servers with it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <set>

#include "run/services.h"

namespace slotwarden::run {

struct HandedOver {
  int masters = 0;  // that had a replica on another host to hand over to
  int done = 0;     // it has their slots now, as a majority sees it
};

class HostShutdown {
 public:
  explicit HostShutdown(Services& s) : services_(s) {}

  // Every master hands over to its best replica on another host. One after the other, since two elections in one epoch
  // split the votes; but one that is not over within a second does not keep the next from its turn. Returns when all
  // are over. What an earlier call has begun is waited for, and not begun again.
  asio::awaitable<HandedOver> hand_over();
  // The host stays up after all. Who handed over remains a replica.
  void called_off();

  // Whether systemd is taking this host down; false where there is no systemd to ask.
  asio::awaitable<bool> under_way();

  // Hands over what is still master; then every server is stopped, one that is still master after a save, each within
  // the deadline of its size. Intents stay as they are: at the next boot the start gate decides.
  asio::awaitable<void> leave();

 private:
  asio::awaitable<void> hand_over_one(Instance& i);

  Services& services_;
  std::set<Port> asked_;  // whose hand-over is under way
  HandedOver last_;
};

}  // namespace slotwarden::run
