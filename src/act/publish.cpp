#include "act/publish.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "adapters/fd.h"

namespace slotwarden::act {

namespace {

using adapters::Fd;
using adapters::os_error;

// Errno is set where it fails.
bool write_whole(const std::string& path, std::string_view text, mode_t mode) {
  Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!fd || ::fchmod(fd.get(), mode) != 0) return false;
  while (!text.empty()) {
    const auto n = ::write(fd.get(), text.data(), text.size());
    if (n < 0 && errno != EINTR) return false;
    if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
  }
  return ::close(fd.release()) == 0;
}

}  // namespace

Result<void> publish(const std::string& path, std::string_view text, mode_t mode) {
  const auto temporary = path + ".new";
  if (write_whole(temporary, text, mode) && ::rename(temporary.c_str(), path.c_str()) == 0) return {};
  auto error = os_error("cannot write " + path);
  ::unlink(temporary.c_str());
  return error;
}

}  // namespace slotwarden::act
