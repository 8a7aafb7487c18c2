#include "observe/tail.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace slotwarden::observe {

namespace {

// Where the last `lines` of the text begin; a text that does not end a line counts as ended.
std::size_t beginning_of_last(std::size_t lines, std::string_view text) {
  if (lines == 0 || text.empty()) return 0;
  std::size_t at = text.size() - (text.back() == '\n' ? 1 : 0);
  while (lines-- > 0) {
    if (at == 0) return 0;
    const auto end_of_previous = text.rfind('\n', at - 1);
    if (end_of_previous == text.npos) return 0;
    at = end_of_previous;
  }
  return at + 1;
}

}  // namespace

Result<Tail> tail(const std::string& path, std::size_t bytes, std::size_t lines) {
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
    if (const auto line = t.text.find('\n'); line < t.text.size() - 1) t.text.erase(0, line + 1);
  const auto begin = beginning_of_last(lines, t.text);
  t.truncated = t.truncated || begin > 0;
  t.text.erase(0, begin);
  return t;
}

}  // namespace slotwarden::observe
