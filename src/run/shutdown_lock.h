// Has systemd-logind hold a shutdown of the host up until its masters have handed over.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>

#include "adapters/login_manager.h"
#include "run/host_shutdown.h"
#include "run/services.h"

namespace slotwarden::run {

// Before anything is stopped, clients of this host's servers and the network among it. It is a delay lock: logind ends
// it by itself after InhibitDelayMaxSec, 5 s where nobody has said otherwise. What is still under way then goes on when
// systemd stops the daemon, which waits as long as it takes (HostShutdown::leave); so nothing depends on the lock, and
// where there is none, by a logind that is missing or refuses, that is told once.
class ShutdownLock {
 public:
  ShutdownLock(Services& s, HostShutdown& shutdown) : services_(s), shutdown_(shutdown) {}

  // Until the daemon stops; at once on a host that systemd has not booted.
  asio::awaitable<void> run();

 private:
  asio::awaitable<void> listen();
  asio::awaitable<void> hand_over();
  void hear(const adapters::LoginManager::Word& word);
  void without(const std::string& why);

  Services& services_;
  HostShutdown& shutdown_;
  std::shared_ptr<adapters::LoginManager> logind_;  // set while it is listened to
  std::string told_;                                // why there is no lock; empty: there is, or it was not told
  int announced_ = 0;                               // shutdowns, so that the end of one's hand-over is not another's
};

}  // namespace slotwarden::run
