#include "act/host.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "adapters/fd.h"

namespace slotwarden::act {

namespace {

std::uint64_t value_of(rlim_t n) {
  return n == RLIM_INFINITY ? Limit::unlimited : static_cast<std::uint64_t>(n);
}

rlim_t rlim_of(std::uint64_t n) {
  return n == Limit::unlimited ? RLIM_INFINITY : static_cast<rlim_t>(n);
}

}  // namespace

Result<void> write_setting(const std::string& file, const std::string& value) {
  if (!file.starts_with("/proc/sys/") && !file.starts_with("/sys/"))
    return Error{file + " is no setting of the kernel", EINVAL};
  const adapters::Fd fd(::open(file.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return adapters::os_error("cannot open " + file + " for writing");
  const auto line = value + "\n";
  const auto n = ::write(fd.get(), line.data(), line.size());
  if (n < 0) return adapters::os_error("cannot write " + value + " into " + file);
  if (static_cast<std::size_t>(n) != line.size()) return Error{file + " took only a part of " + value, EIO};
  return {};
}

Result<Limit> raise_nofile(Pid pid, std::uint64_t wanted) {
  const auto target = "the descriptor limit of process " + std::to_string(pid.n);
  rlimit now{};
  if (::prlimit(pid.n, RLIMIT_NOFILE, nullptr, &now) != 0) {
    if (errno == EPERM)
      return Error{"may not touch " + target + ": it is another user's, and that takes CAP_SYS_RESOURCE", EPERM};
    return adapters::os_error("cannot read " + target);
  }
  rlimit raised{std::max(now.rlim_cur, rlim_of(wanted)), std::max(now.rlim_max, rlim_of(wanted))};
  if (::prlimit(pid.n, RLIMIT_NOFILE, &raised, nullptr) == 0)
    return Limit{value_of(raised.rlim_cur), value_of(raised.rlim_max)};
  if (errno != EPERM) return adapters::os_error("cannot raise " + target);
  raised = {std::max(now.rlim_cur, std::min(now.rlim_max, rlim_of(wanted))), now.rlim_max};
  if (::prlimit(pid.n, RLIMIT_NOFILE, &raised, nullptr) != 0) return adapters::os_error("cannot raise " + target);
  return Limit{value_of(raised.rlim_cur), value_of(raised.rlim_max)};
}

}  // namespace slotwarden::act
