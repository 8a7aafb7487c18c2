// Sends what this host's replicas saved to the hosts of their masters, where it is kept beside the master's data.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/resp.h"
#include "control/explanation.h"
#include "decide/transfer.h"
#include "decide/transfer_speeds.h"
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
  [[nodiscard]] std::vector<control::Fact> facts_of(const Instance& i) const;

 private:
  static constexpr std::string_view history_key = "transfer-history";
  struct Sending;
  asio::awaitable<void> recall();
  asio::awaitable<void> push(Instance& i);
  // What became of it, for the journal; the history learns from it.
  std::string sent(const Sending& what, std::chrono::milliseconds took, const std::string& there);
  asio::awaitable<Result<std::string>> send(Sending& what);
  asio::awaitable<Result<std::string>> offer(adapters::RespConnection& c, const Sending& what);
  asio::awaitable<Result<void>> prepare(Sending& what, std::string base);
  asio::awaitable<Result<void>> pieces(adapters::RespConnection& c, Sending& what, std::uint64_t from);

  Services& services_;
  const PushOptions options_;
  TransferHistory history_;
  std::shared_ptr<observe::Progress> progress_ = std::make_shared<observe::Progress>();
  asio::thread_pool worker_{1};
  struct Known {
    std::string sha256;  // of the generation that the master's host has
    NodeId master;
    int failures = 0;
    Instant not_before = now();
    std::string last;  // how the last one went; empty: none was sent
  };
  std::map<Port, Known> known_;
};

}  // namespace slotwarden::run
