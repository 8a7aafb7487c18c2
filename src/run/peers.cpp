#include "run/peers.h"

#include <spdlog/spdlog.h>

using namespace std::chrono_literals;

namespace slotwarden::run {

using adapters::RespConnection;

namespace {
constexpr std::size_t kept_per_endpoint = 2;
constexpr auto check_patience = 2s;
}  // namespace

std::unique_ptr<RespConnection> Peers::warm_one(const Endpoint& at) {
  auto& idle = idle_[at];
  while (!idle.empty()) {
    auto c = std::move(idle.back());
    idle.pop_back();
    if (c->open()) return c;
  }
  return nullptr;
}

asio::awaitable<Result<std::unique_ptr<RespConnection>>> Peers::borrow(Endpoint at, Access how,
                                                                       std::chrono::milliseconds patience) {
  // A warm connection may have died unnoticed with the process behind it; what is asked over a borrowed one is asked
  // once, so it is tried first.
  while (auto c = warm_one(at)) {
    std::vector<adapters::Command> ping{{"PING"}};
    const auto answered = co_await c->ask(std::move(ping), patience);
    if (answered) co_return c;
  }
  adapters::Address address{at, how.tls};
  auto fresh = co_await RespConnection::open(std::move(address), how.who, patience);
  co_return fresh;
}

void Peers::give_back(const Endpoint& at, std::unique_ptr<RespConnection> c) {
  auto& idle = idle_[at];
  if (c && c->idle() && idle.size() < kept_per_endpoint) idle.push_back(std::move(c));
}

asio::awaitable<Result<std::vector<adapters::Reply>>> Peers::ask(Endpoint at, Access how,
                                                                 std::vector<adapters::Command> what,
                                                                 std::chrono::milliseconds patience) {
  for (;;) {
    auto c = warm_one(at);
    const bool warm = c != nullptr;
    if (!warm) {
      auto fresh = co_await borrow(at, how, patience);
      if (!fresh) co_return fresh.error();
      c = std::move(*fresh);
    }
    auto replies = co_await c->ask(what, patience);
    if (replies) {
      give_back(at, std::move(c));
      co_return replies;
    }
    // A warm connection may have died unnoticed with the process behind it; a fresh one tells the truth.
    if (!warm) co_return replies;
  }
}

void Peers::want(Port owner, std::map<Endpoint, Access> endpoints) {
  if (endpoints.empty()) {
    wanted_.erase(owner);
  } else {
    wanted_[owner] = std::move(endpoints);
  }
}

asio::awaitable<void> Peers::tend_one(Endpoint at, Access how) {
  // The reply is of no interest: the connection is, and asking gives it back to the idle ones.
  std::vector<adapters::Command> ping{{"PING"}};
  if (auto answered = co_await ask(at, how, std::move(ping), check_patience); !answered)
    spdlog::debug("peer {}: {}", describe(adapters::Address{at, {}}), answered.error().what);
}

asio::awaitable<void> Peers::tend() {
  std::map<Endpoint, Access> all;
  for (const auto& [owner, endpoints] : wanted_) all.insert(endpoints.begin(), endpoints.end());
  std::erase_if(idle_, [&](const auto& entry) { return !all.contains(entry.first); });
  for (const auto& [at, how] : all) co_await tend_one(at, how);
}

std::size_t Peers::warm() const {
  std::size_t n = 0;
  for (const auto& [at, idle] : idle_) n += idle.size();
  return n;
}

}  // namespace slotwarden::run
