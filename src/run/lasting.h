// A process that this daemon has started for a while, and ends with everything that it started.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <csignal>
#include <memory>
#include <optional>

#include "adapters/process.h"
#include "run/bell.h"
#include "run/services.h"

namespace slotwarden::run {

class Lasting {
 public:
  Lasting(Services& s, std::unique_ptr<adapters::ProcessWatch> watch);

  // Its end, or nullopt when `limit` passed first.
  asio::awaitable<std::optional<ExitStatus>> ended_within(std::chrono::milliseconds limit);
  [[nodiscard]] bool has_ended() const { return shared_->status.has_value(); }
  [[nodiscard]] bool was_killed() const { return shared_->status && shared_->status->signal == SIGKILL; }
  // SIGKILL to it and to every process of its session; returns when they are gone.
  asio::awaitable<void> end();

 private:
  struct Shared {
    explicit Shared(const asio::any_io_executor& on) : bell(on) {}
    std::unique_ptr<adapters::ProcessWatch> watch;
    std::optional<ExitStatus> status;
    Bell bell;
  };
  static asio::awaitable<void> await_end(std::shared_ptr<Shared> shared);

  Services& services_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace slotwarden::run
