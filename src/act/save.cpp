#include "act/save.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>

#include "adapters/fd.h"
#include "formats/proc.h"

namespace slotwarden::act {

namespace {

using namespace std::chrono_literals;

// fork itself takes up to a second with a hundred gigabytes.
constexpr auto patience = 20s;

std::vector<adapters::Command> only(adapters::Command c) {
  return {std::move(c)};
}
adapters::Command save_command(ForkKind kind) {
  return {kind == ForkKind::aof_rewrite ? "BGREWRITEAOF" : "BGSAVE"};
}
adapters::Command purge_command() {
  return {"MEMORY", "PURGE"};
}

asio::awaitable<Result<void>> carry_out(adapters::RespConnection& server, adapters::Command command) {
  auto commands = only(std::move(command));
  const auto word = commands.front().front();
  auto replies = co_await server.ask(std::move(commands), patience);
  if (!replies) co_return replies.error();
  if (const auto& reply = replies->front(); reply.is_error()) {
    const bool forbidden = reply.error_code() == "NOPERM" || reply.text.starts_with("ERR unknown command");
    co_return Error{word + " was answered: " + reply.text, forbidden ? EACCES : 0};
  }
  // "Background append only file rewriting scheduled": it will fork later, on its own.
  if (replies->front().text.find("scheduled") != std::string::npos)
    co_return Error{word + " was answered: " + replies->front().text};
  co_return Result<void>{};
}

bool is_still(const ForkedChild& child) {
  std::ifstream file("/proc/" + std::to_string(child.pid.n) + "/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto stat = formats::proc_stat(text);
  return stat && stat->parent == child.server && stat->start_ticks == child.start_ticks && stat->state != 'Z';
}

}  // namespace

asio::awaitable<Result<void>> begin_save(adapters::RespConnection& server, ForkKind kind) {
  auto command = save_command(kind);
  co_return co_await carry_out(server, std::move(command));
}

asio::awaitable<Result<void>> purge_memory(adapters::RespConnection& server) {
  auto command = purge_command();
  co_return co_await carry_out(server, std::move(command));
}

Result<void> end_save(const ForkedChild& child) {
  const auto what = "the child " + std::to_string(child.pid.n) + " of pid " + std::to_string(child.server.n);
  const adapters::Fd process(static_cast<int>(::syscall(SYS_pidfd_open, child.pid.n, 0)));
  if (!process) return adapters::os_error("cannot open " + what);
  // Checked after it was opened: the descriptor names the process that was looked at. The same signal would end a
  // server at once.
  if (!is_still(child)) return Error{what + " has ended", ESRCH};
  for (const int number : {SIGUSR1, SIGCONT})
    if (::syscall(SYS_pidfd_send_signal, process.get(), number, nullptr, 0) != 0)
      return adapters::os_error("cannot signal " + what);
  return {};
}

}  // namespace slotwarden::act
