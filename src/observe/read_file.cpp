#include "observe/read_file.h"

#include <sys/stat.h>

#include <algorithm>

namespace slotwarden::observe {

using adapters::Fd;
using adapters::os_error;

namespace {

const char* kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISLNK(mode)) return "a symbolic link";
  return "a device";
}

Error not_regular(const std::string& path, mode_t mode) {
  return Error{path + " is " + kind_of(mode) + ", not a regular file", EINVAL};
}

// Says what is there rather than what the kernel calls it: ELOOP for a link, ENXIO for a socket.
Error open_failure(const std::string& path, int number) {
  struct stat s {};
  if ((number == ELOOP || number == ENXIO) && ::lstat(path.c_str(), &s) == 0 && !S_ISREG(s.st_mode))
    return not_regular(path, s.st_mode);
  return os_error("cannot open " + path, number);
}

Result<std::string> read_all(int fd, const std::string& path, std::size_t limit) {
  std::string text;
  for (std::size_t have = 0;;) {
    if (have > limit) return Error{path + " is larger than " + std::to_string(limit) + " bytes", EFBIG};
    text.resize(have + std::max<std::size_t>(have, 4096));
    const auto got = ::read(fd, text.data() + have, text.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return os_error("cannot read " + path);
    have += static_cast<std::size_t>(got);
    if (got > 0) continue;
    text.resize(have);
    return Result<std::string>(boost::system::in_place_value, std::move(text));
  }
}

}  // namespace

Result<Fd> open_regular(const std::string& path, Links links) {
  const int no_links = links == Links::refuse ? O_NOFOLLOW : 0;
  Fd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | no_links));
  if (!fd) return open_failure(path, errno);
  struct stat s {};
  if (::fstat(fd.get(), &s) != 0) return os_error("cannot look at " + path);
  if (!S_ISREG(s.st_mode)) return not_regular(path, s.st_mode);
  return fd;
}

Result<std::string> read_regular(const std::string& path, std::size_t limit, Links links) {
  const auto fd = open_regular(path, links);
  if (!fd) return fd.error();
  return read_all(fd->get(), path, limit);
}

Result<std::string> read_kernel_file(const std::string& path) {
  constexpr std::size_t limit = 256 << 20;
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return os_error("cannot open " + path);
  return read_all(fd.get(), path, limit);
}

}  // namespace slotwarden::observe
