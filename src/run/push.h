// Sends what this host's replicas saved to the hosts of their masters, where it is kept beside the master's data.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "adapters/resp.h"
#include "decide/transfer.h"
#include "facts/kept_copy.h"
#include "observe/progress.h"
#include "run/services.h"

namespace slotwarden::run {

struct PushOptions {
  adapters::TlsFiles tls;
  Port port;                       // of the wardens of the other hosts
  std::optional<Bytes> bandwidth;  // a second
};

// One generation at a time, of one instance after another. Used on the event loop.
class Pusher {
 public:
  Pusher(Services& s, PushOptions options);
  ~Pusher();
  Pusher(const Pusher&) = delete;
  Pusher& operator=(const Pusher&) = delete;

  // Until the daemon stops.
  asio::awaitable<void> run();

 private:
  struct Sending;
  asio::awaitable<void> push(Instance& i);
  asio::awaitable<Result<std::string>> send(Sending& what);
  asio::awaitable<Result<std::string>> offer(adapters::RespConnection& c, const Sending& what);
  asio::awaitable<Result<void>> prepare(Sending& what, std::string base);
  asio::awaitable<Result<void>> pieces(adapters::RespConnection& c, const Sending& what, std::uint64_t from);

  Services& services_;
  const PushOptions options_;
  decide::TransferSpeeds speeds_;
  std::shared_ptr<observe::Progress> progress_ = std::make_shared<observe::Progress>();
  asio::thread_pool worker_{1};
  struct Known {
    std::string sha256;  // of the generation that the master's host has
    NodeId master;
    int failures = 0;
    Instant not_before = now();
  };
  std::map<Port, Known> known_;
};

}  // namespace slotwarden::run
