#include "act/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <boost/asio/this_coro.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>

#include "adapters/process.h"

namespace slotwarden::act {

namespace {

std::string utc_stamp() {
  const std::time_t t = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&t, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts);
  return text;
}

Result<void> sync_directory(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return Error{"cannot open " + path + ": " + std::strerror(errno), errno};
  const bool synced = ::fsync(fd) == 0;
  const int problem = errno;
  ::close(fd);
  if (!synced) return Error{"cannot sync " + path + ": " + std::strerror(problem), problem};
  return {};
}

}  // namespace

Result<std::string> set_aside(const std::string& path) {
  const auto base = path + ".set-aside-" + utc_stamp();
  for (int n = 0; n < 100; ++n) {
    const auto target = n == 0 ? base : base + "." + std::to_string(n);
    if (::renameat2(AT_FDCWD, path.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0) {
      if (auto synced = sync_directory(std::filesystem::path(path).parent_path().string()); !synced)
        return synced.error();
      return Result<std::string>(boost::system::in_place_value, target);
    }
    if (errno != EEXIST) break;
  }
  return Error{"cannot set " + path + " aside: " + std::strerror(errno), errno};
}

asio::awaitable<Result<void>> end_processes(std::vector<Pid> children, Pid session) {
  const auto loop = co_await asio::this_coro::executor;
  for (const auto pid : children) {
    auto watch = adapters::ProcessWatch::open(loop, pid);
    if (!watch) {
      if (watch.error().os_error == ESRCH) continue;
      co_return watch.error();
    }
    // The pidfd names whoever has the pid now: only a member of the dead server's session may be ended.
    if (::getsid(pid.n) != session.n) continue;
    if (auto sent = (*watch)->signal(SIGKILL); !sent && sent.error().os_error != ESRCH) co_return sent.error();
    (void)co_await (*watch)->wait();
  }
  co_return Result<void>{};
}

}  // namespace slotwarden::act
