#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio.hpp>

#include "adapters/fd.h"
#include "adapters/process.h"

namespace slotwarden::adapters {

struct ProcessWatch::Impl {
  Impl(const asio::any_io_executor& on, Pid p, int fd) : pid(p), pidfd(on, fd) {}

  const Pid pid;
  asio::posix::stream_descriptor pidfd;
  std::optional<ExitStatus> ended;  // set once somebody waited to the end: a status can be collected only once

  [[nodiscard]] std::optional<ExitStatus> collect();
};

// Nothing when the process still lives.
std::optional<ExitStatus> ProcessWatch::Impl::collect() {
  constexpr auto by_pidfd = static_cast<idtype_t>(3);  // P_PIDFD, which older C libraries do not name
  siginfo_t how{};
  const auto id = static_cast<id_t>(pidfd.native_handle());
  if (::waitid(by_pidfd, id, &how, WEXITED | WNOHANG) != 0) return ExitStatus{};  // ECHILD: not ours to reap
  if (how.si_pid == 0) return std::nullopt;
  ExitStatus status;
  (how.si_code == CLD_EXITED ? status.code : status.signal) = how.si_status;
  return status;
}

ProcessWatch::ProcessWatch(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

ProcessWatch::~ProcessWatch() {
  boost::system::error_code ignored;
  impl_->pidfd.close(ignored);
}

Result<std::unique_ptr<ProcessWatch>> ProcessWatch::open(asio::any_io_executor on, Pid pid) {
  Fd fd(static_cast<int>(::syscall(SYS_pidfd_open, pid.n, 0)));
  if (!fd) return os_error("cannot watch process " + std::to_string(pid.n));
  auto impl = std::make_shared<Impl>(on, pid, fd.release());
  return std::unique_ptr<ProcessWatch>(new ProcessWatch(std::move(impl)));
}

Pid ProcessWatch::pid() const {
  return impl_->pid;
}

asio::awaitable<ExitStatus> ProcessWatch::wait() {
  const auto impl = impl_;
  while (!impl->ended) {
    co_await impl->pidfd.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
    if (!impl->ended) impl->ended = impl->collect();
  }
  co_return *impl->ended;
}

Result<void> ProcessWatch::signal(int number) {
  if (::syscall(SYS_pidfd_send_signal, impl_->pidfd.native_handle(), number, nullptr, 0) == 0) return {};
  return os_error("cannot signal process " + std::to_string(impl_->pid.n));
}

}  // namespace slotwarden::adapters
