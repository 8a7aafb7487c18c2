// Opening and asking in one line each, for the tests of the RESP client.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "adapters/loop.h"
#include "adapters/resp.h"

namespace slotwarden::tests {

struct RespWorld {
  boost::asio::io_context loop{1};

  using Opened = Result<std::unique_ptr<adapters::RespConnection>>;
  Opened open(adapters::Address where, adapters::Credentials who = {},
              std::chrono::milliseconds patience = std::chrono::seconds(20)) {
    return run(loop, adapters::RespConnection::open(std::move(where), std::move(who), patience));
  }
  Result<std::vector<adapters::Reply>> ask(adapters::RespConnection& c, std::vector<adapters::Command> commands,
                                           std::chrono::milliseconds patience = std::chrono::seconds(20)) {
    return run(loop, c.ask(std::move(commands), patience));
  }
};

}  // namespace slotwarden::tests
