// What the wardens of other hosts send: generations of this host's masters, received beside their data. Nothing is
// believed: the sender must be a replica of the instance, by the cluster's own word; what came is summed and read
// through as any dump is; and until then it has no name.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "control/peer.h"
#include "run/services.h"

namespace slotwarden::run {

// One file on its way. It outlives the connection, so that a cut one can go on; nameless, so that nothing is left of it
// when this process dies.
struct Transfer;

// What one connection has said so far.
struct PeerSession {
  std::string address;  // that it comes from, a literal one
  std::string host;     // by its certificate
  bool greeted = false;
  std::optional<control::PeerOffer> offer;  // accepted
  std::shared_ptr<Transfer> transfer;
};

class Receiver {
 public:
  explicit Receiver(Services& s);
  ~Receiver();
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  // The reply, encoded. One request of a connection at a time.
  asio::awaitable<std::string> answer(PeerSession& p, control::PeerRequest r);

  // Told once for a while of one address and rule, counted always.
  void refused(const std::string& address, Port port, std::string_view rule, std::string_view detail);

 private:
  struct Seen;
  asio::awaitable<std::string> offered(PeerSession& p, control::PeerOffer o);
  asio::awaitable<std::string> begun(PeerSession& p, control::PeerBegin b);
  asio::awaitable<std::string> received(PeerSession& p, control::PeerData d);
  asio::awaitable<std::string> committed(PeerSession& p);
  void drop_old();
  void drop(Port p);

  Services& services_;
  std::shared_ptr<observe::Progress> progress_ = std::make_shared<observe::Progress>();  // of the worker
  asio::thread_pool worker_{1};
  std::map<Port, std::shared_ptr<Transfer>> transfers_;  // one for each instance
  struct Refusals {
    std::uint64_t count = 0;
    std::optional<Instant> told;
  };
  std::map<std::string, Refusals> refusals_;  // by address and rule
};

}  // namespace slotwarden::run
