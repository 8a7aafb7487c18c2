#include "act/leftovers.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <vector>

#include "adapters/fd.h"

namespace slotwarden::act {

namespace {

using adapters::Fd;
using adapters::os_error;

bool copy_bytes(int from, int to) {
  std::vector<char> buffer(1 << 20);
  for (;;) {
    const auto n = ::read(from, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n == 0;
    for (ssize_t done = 0; done < n;) {
      const auto wrote = ::write(to, buffer.data() + done, static_cast<std::size_t>(n - done));
      if (wrote < 0 && errno != EINTR) return false;
      done += std::max<ssize_t>(wrote, 0);
    }
  }
}

Result<void> check_room(const struct stat& file, const std::string& folder) {
  struct stat s {};
  struct statvfs fs {};
  if (::stat(folder.c_str(), &s) != 0 || ::statvfs(folder.c_str(), &fs) != 0)
    return os_error("cannot look at " + folder);
  if (s.st_dev == file.st_dev) return Error{folder + " is on the same disk", EPERM};
  const auto free = std::uint64_t{fs.f_bavail} * fs.f_frsize;
  const auto spare = std::uint64_t{fs.f_blocks} * fs.f_frsize / 10;
  if (free < static_cast<std::uint64_t>(file.st_size) + spare)
    return Error{fmt::format("{} has {} bytes free, too few for it and a tenth to spare", folder, free), ENOSPC};
  return {};
}

}  // namespace

Result<std::string> carry_to_another_disk(const std::string& path, const std::string& folder) {
  const Fd from(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat s {};
  if (!from || ::fstat(from.get(), &s) != 0) return os_error("cannot open " + path);
  if (!S_ISREG(s.st_mode)) return Error{path + " is not a regular file", EINVAL};
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) return os_error("cannot make " + folder, failure.value());
  ::chmod(folder.c_str(), 0700);
  if (auto room = check_room(s, folder); !room) return room.error();
  const auto target = folder + "/" + std::filesystem::path(path).filename().string();
  const Fd home(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const Fd to(::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!home || !to) return os_error("cannot write " + target);
  struct stat written {};
  const bool whole = copy_bytes(from.get(), to.get()) && ::fsync(to.get()) == 0 && ::fsync(home.get()) == 0 &&
                     ::fstat(to.get(), &written) == 0 && written.st_size == s.st_size;
  if (!whole) {
    auto error = os_error("cannot carry " + path + " to " + folder);
    ::unlink(target.c_str());
    return error;
  }
  struct stat now {};
  if (::lstat(path.c_str(), &now) != 0 || now.st_dev != s.st_dev || now.st_ino != s.st_ino ||
      now.st_size != s.st_size || now.st_mtim.tv_sec != s.st_mtim.tv_sec || now.st_mtim.tv_nsec != s.st_mtim.tv_nsec)
    return Error{path + " has changed meanwhile, and stays; a copy of it is " + target, ESTALE};
  if (::unlink(path.c_str()) != 0) return os_error("cannot take " + path + " away, it is also " + target + " now");
  return Result<std::string>(boost::system::in_place_value, target);
}

}  // namespace slotwarden::act
