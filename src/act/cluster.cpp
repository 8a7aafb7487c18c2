#include "act/cluster.h"

#include <chrono>

using namespace std::chrono_literals;

namespace slotwarden::act {

namespace {

using adapters::Command;
using adapters::RespConnection;

constexpr auto patience = 2s;
constexpr auto shutdown_patience = 24h;  // a last save takes as long as it takes; the caller keeps the deadline

// Commands are put together by functions that are no coroutines: GCC 12 cannot compile braced lists inside one.
std::vector<Command> failover() {
  return {{"CLUSTER", "FAILOVER"}};
}
std::vector<Command> forced_failover() {
  return {{"CLUSTER", "FAILOVER", "FORCE"}};
}
std::vector<Command> setting(std::string name, std::string value) {
  return {{"CONFIG", "SET", std::move(name), std::move(value)}};
}
std::vector<Command> goodbye(bool save) {
  return {{"SHUTDOWN", save ? "SAVE" : "NOSAVE"}};
}
std::vector<Command> migrating(const std::vector<OpenSlot>& slots) {
  std::vector<Command> all;
  for (const auto& s : slots) all.push_back({"CLUSTER", "SETSLOT", std::to_string(s.slot), "MIGRATING", s.peer.hex});
  return all;
}

Error answered(const Command& command, const adapters::Reply& reply) {
  const auto words = command.size() > 1 ? command[0] + " " + command[1] : command[0];
  return {words + " was answered: " + reply.text};
}

asio::awaitable<Result<void>> carry_out(RespConnection& server, std::vector<Command> commands) {
  auto replies = co_await server.ask(commands, patience);
  if (!replies) co_return replies.error();
  for (std::size_t i = 0; i < replies->size(); ++i)
    if ((*replies)[i].is_error()) co_return answered(commands[i], (*replies)[i]);
  co_return Result<void>{};
}

}  // namespace

asio::awaitable<Result<void>> force_failover(RespConnection& replica) {
  co_return co_await carry_out(replica, forced_failover());
}

asio::awaitable<Result<void>> coordinated_failover(RespConnection& replica) {
  co_return co_await carry_out(replica, failover());
}

asio::awaitable<Result<void>> set_config(RespConnection& server, std::string name, std::string value) {
  co_return co_await carry_out(server, setting(std::move(name), std::move(value)));
}

asio::awaitable<Result<void>> shutdown(RespConnection& server, bool save) {
  const auto command = goodbye(save);
  const auto replies = co_await server.ask(command, shutdown_patience);
  if (replies && replies->front().is_error()) co_return answered(command.front(), replies->front());
  co_return Result<void>{};
}

asio::awaitable<Result<void>> open_migrating(RespConnection& master, std::vector<OpenSlot> slots) {
  if (slots.empty()) co_return Result<void>{};
  co_return co_await carry_out(master, migrating(slots));
}

}  // namespace slotwarden::act
