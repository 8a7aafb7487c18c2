#include "observe/tail.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace slotwarden::observe {

Result<Tail> tail(const std::string& path, std::size_t bytes) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return Error{"cannot open " + path + ": " + std::strerror(errno), errno};
  struct stat s {};
  Tail t;
  if (::fstat(fd, &s) != 0 || !S_ISREG(s.st_mode)) {
    ::close(fd);
    return Error{path + " is not a regular file"};
  }
  const auto size = static_cast<std::size_t>(s.st_size);
  const auto from = size > bytes ? size - bytes : 0;
  t.truncated = from > 0;
  t.text.resize(std::min(bytes, size));
  const auto got = ::pread(fd, t.text.data(), t.text.size(), static_cast<off_t>(from));
  const int problem = errno;
  ::close(fd);
  if (got < 0) return Error{"cannot read " + path + ": " + std::strerror(problem), problem};
  t.text.resize(static_cast<std::size_t>(got));
  t.ends_at = static_cast<std::int64_t>(from) + got;
  if (t.truncated)
    if (const auto line = t.text.find('\n'); line != t.text.npos) t.text.erase(0, line + 1);
  return t;
}

}  // namespace slotwarden::observe
