// What the kernel says about memory kills and file systems.
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "adapters/account.h"
#include "adapters/fd.h"
#include "formats/proc.h"
#include "observe/proc.h"
#include "observe/read_file.h"

namespace slotwarden::observe {

using adapters::os_error;

namespace {

// POSIX's three classes, of which exactly one applies.
bool allows(const struct stat& s, const adapters::Account& who, mode_t bits) {
  if (who.uid == 0) return true;
  if (s.st_uid == who.uid) return (s.st_mode >> 6 & bits) == bits;
  if (std::ranges::find(who.groups, s.st_gid) != who.groups.end()) return (s.st_mode >> 3 & bits) == bits;
  return (s.st_mode & bits) == bits;
}

// Search permission on the way down, and writing in the directory itself.
Result<bool> reaches(const std::string& directory, const adapters::Account& who) {
  constexpr mode_t search = 1;
  constexpr mode_t write_and_search = 3;
  std::error_code failure;
  const auto path = std::filesystem::canonical(directory, failure);
  if (failure) return os_error("cannot resolve " + directory, failure.value());
  std::filesystem::path prefix;
  for (const auto& part : path) {
    prefix /= part;
    struct stat s {};
    if (::stat(prefix.c_str(), &s) != 0) return os_error("cannot look at " + prefix.string());
    if (!allows(s, who, prefix == path ? write_and_search : search)) return false;
  }
  return true;
}

}  // namespace

Result<std::uint64_t> oom_kills() {
  const std::string path = "/proc/vmstat";
  const auto text = read_kernel_file(path);
  if (!text) return text.error();
  auto n = formats::vmstat_field(*text, "oom_kill");
  if (!n) return while_doing(path, n.error());
  return n;
}

Tri oom_killed(Pid pid) {
  constexpr int most_records = 1'000'000;
  const adapters::Fd log(::open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!log) return Tri::unknown;
  std::array<char, 16384> record;
  for (int i = 0; i < most_records; ++i) {
    const auto n = ::read(log.get(), record.data(), record.size());
    if (n > 0 && formats::oom_victim({record.data(), static_cast<std::size_t>(n)}) == pid) return Tri::yes;
    if (n > 0 || (n < 0 && (errno == EPIPE || errno == EINTR))) continue;  // EPIPE: that record was overwritten
    return n < 0 && errno == EAGAIN ? Tri::no : Tri::unknown;
  }
  return Tri::unknown;
}

Result<DiskSpace> disk_space(const std::string& path) {
  struct statvfs s {};
  if (::statvfs(path.c_str(), &s) != 0) return os_error("cannot look at the file system of " + path);
  return DiskSpace{std::uint64_t{s.f_bavail} * s.f_frsize, std::uint64_t{s.f_blocks} * s.f_frsize};
}

Result<bool> writable_by(const std::string& directory, const std::optional<std::string>& user) {
  struct stat s {};
  struct statvfs fs {};
  if (::stat(directory.c_str(), &s) != 0) return os_error("cannot look at the data directory " + directory);
  if (!S_ISDIR(s.st_mode)) return Error{directory + " is not a directory", ENOTDIR};
  if (::statvfs(directory.c_str(), &fs) != 0) return os_error("cannot look at the file system of " + directory);
  if (fs.f_flag & ST_RDONLY) return false;
  if (!user) return ::faccessat(AT_FDCWD, directory.c_str(), W_OK | X_OK, AT_EACCESS) == 0;
  const auto who = adapters::account(*user);
  if (!who) return who.error();
  return reaches(directory, *who);
}

}  // namespace slotwarden::observe
