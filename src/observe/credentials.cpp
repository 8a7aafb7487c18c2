#include "observe/credentials.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace slotwarden::observe {

namespace {
constexpr std::size_t longest = 4096;

Result<std::string> read_owned(int fd, const std::string& path) {
  struct stat s {};
  if (::fstat(fd, &s) != 0 || !S_ISREG(s.st_mode)) return Error{"credentials file " + path + " is not a regular file"};
  if (s.st_uid != 0 && s.st_uid != ::geteuid())
    return Error{"credentials file " + path + " belongs to another user; run: chown root " + path};
  if ((s.st_mode & 077) != 0)
    return Error{"credentials file " + path + " can be read by others; run: chmod 600 " + path};
  std::array<char, longest> text{};
  const auto length = ::read(fd, text.data(), text.size());
  if (length < 0) return Error{"cannot read credentials file " + path + ": " + std::strerror(errno), errno};
  return Result<std::string>(boost::system::in_place_value, text.data(), static_cast<std::size_t>(length));
}
}  // namespace

Result<std::string> credentials_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return Error{"cannot open credentials file " + path + ": " + std::strerror(errno), errno};
  auto text = read_owned(fd, path);
  ::close(fd);
  return text;
}

}  // namespace slotwarden::observe
