#include "run/lasting.h"

#include <csignal>

#include "act/files.h"
#include "observe/proc.h"

namespace slotwarden::run {

Lasting::Lasting(Services& s, std::unique_ptr<adapters::ProcessWatch> watch)
    : services_(s), shared_(std::make_shared<Shared>(s.loop)) {
  shared_->watch = std::move(watch);
  start(s.loop, "the end of a process", await_end(shared_));
}

asio::awaitable<void> Lasting::await_end(std::shared_ptr<Shared> shared) {
  shared->status = co_await shared->watch->wait();
  shared->bell.ring();
}

asio::awaitable<std::optional<ExitStatus>> Lasting::ended_within(std::chrono::milliseconds limit) {
  const auto from = now();
  while (!shared_->status && since(from) < limit) co_await shared_->bell.wait(limit - since(from));
  co_return shared_->status;
}

asio::awaitable<void> Lasting::end() {
  const auto pid = shared_->watch->pid();
  const auto table = observe::process_table();
  if (!shared_->status) (void)shared_->watch->signal(SIGKILL);
  if (table) {
    auto members = observe::session_members(pid, *table);
    if (auto ended = co_await act::end_processes(std::move(members), pid); !ended)
      services_.journal.warn(Port{}, "error", "", ended.error().what);
  }
  while (!shared_->status) co_await shared_->bell.wait(std::chrono::seconds(1));
}

}  // namespace slotwarden::run
