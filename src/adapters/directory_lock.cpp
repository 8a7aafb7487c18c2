#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/fd.h"
#include "adapters/process.h"

namespace slotwarden::adapters {

namespace {

constexpr auto lock_name = ".slotwarden.lock";

// Links are refused: the directory belongs to the server's user, and we may be root.
Result<Fd> open_lock(int directory, const std::string& path) {
  struct stat home {
  }, file{};
  if (::fstat(directory, &home) != 0) return os_error("cannot look at " + path);
  constexpr int flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  Fd fd(::openat(directory, lock_name, flags | O_CREAT, 0600));
  if (!fd) return os_error("cannot open " + path);
  if (::fstat(fd.get(), &file) != 0) return os_error("cannot look at " + path);
  if (!S_ISREG(file.st_mode)) return Error{"cannot lock " + path + ": it is not a regular file", EINVAL};
  const bool ours_to_give = ::geteuid() == 0 && file.st_uid == 0 && file.st_nlink == 1;
  if (ours_to_give && home.st_uid != 0 && ::fchown(fd.get(), home.st_uid, home.st_gid) != 0)
    return os_error("cannot give " + path + " to the owner of its directory");
  return fd;
}

}  // namespace

Result<DirectoryLock> DirectoryLock::take(const std::string& directory) {
  const auto path = directory + "/" + lock_name;
  const Fd home(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!home) return os_error("cannot open the data directory " + directory);
  auto fd = open_lock(home.get(), path);
  if (!fd) return fd.error();
  if (::flock(fd->get(), LOCK_EX | LOCK_NB) == 0) return DirectoryLock(fd->release());
  if (errno == EWOULDBLOCK)
    return Error{"the data directory " + directory + " is in use: another process holds " + path, EWOULDBLOCK};
  return os_error("cannot lock " + path);
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

DirectoryLock& DirectoryLock::operator=(DirectoryLock&& other) noexcept {
  if (this == &other) return *this;
  if (fd_ >= 0) ::close(fd_);
  fd_ = std::exchange(other.fd_, -1);
  return *this;
}

DirectoryLock::~DirectoryLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace slotwarden::adapters
