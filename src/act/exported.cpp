#include "act/exported.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <random>
#include <utility>

#include "formats/kept_copy.h"

namespace slotwarden::act {

namespace {

using adapters::Fd;

constexpr std::size_t piece = 1 << 20;
constexpr std::string_view hidden = ".slotwarden-export-";
constexpr std::size_t hidden_digits = 16;
constexpr int most_tries = 10;

std::string hidden_name() {
  std::random_device source;
  return fmt::format("{}{:08x}{:08x}", hidden, source(), source());
}

bool is_hidden_name(std::string_view name) {
  if (!name.starts_with(hidden) || name.size() != hidden.size() + hidden_digits) return false;
  return name.find_first_not_of("0123456789abcdef", hidden.size()) == name.npos;
}

bool is_of_an_export(std::string_view name) {
  return name == "topology.json" || name == "SHA256SUMS" || (formats::is_kept_name(name) && name.ends_with(".rdb"));
}

// The names in an open directory, without the two that are in each.
std::vector<std::string> names_in(int directory) {
  std::vector<std::string> names;
  const int again = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(again < 0 ? nullptr : ::fdopendir(again), &::closedir);
  if (!dir && again >= 0) ::close(again);
  if (!dir) return names;
  while (const auto* e = ::readdir(dir.get()))
    if (std::strcmp(e->d_name, ".") != 0 && std::strcmp(e->d_name, "..") != 0) names.emplace_back(e->d_name);
  return names;
}

// Whether the name is still that of the open folder.
bool is_named(int home, const std::string& name, int folder) {
  struct stat named {
  }, open{};
  return ::fstatat(home, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 && ::fstat(folder, &open) == 0 &&
         named.st_dev == open.st_dev && named.st_ino == open.st_ino;
}

// Removes it where its maker is gone: nobody holds the lock on it.
bool clear_one(int home, const std::string& name) {
  const Fd folder(::openat(home, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat s {};
  if (!folder || ::fstat(folder.get(), &s) != 0 || s.st_uid != ::geteuid()) return false;
  if (::flock(folder.get(), LOCK_EX | LOCK_NB) != 0 || !is_named(home, name, folder.get())) return false;
  const auto files = names_in(folder.get());
  if (!std::ranges::all_of(files, is_of_an_export)) return false;
  for (const auto& f : files) ::unlinkat(folder.get(), f.c_str(), 0);
  return ::unlinkat(home, name.c_str(), AT_REMOVEDIR) == 0;
}

int clear_left(int home) {
  int cleared = 0;
  for (const auto& name : names_in(home))
    if (is_hidden_name(name) && clear_one(home, name)) ++cleared;
  return cleared;
}

// A new folder that others see a maker at; they may have cleared it away before it was locked. Unset and errno: none.
Fd make_locked(int home, std::string& name) {
  for (int n = 0; n < most_tries; ++n) {
    name = hidden_name();
    if (::mkdirat(home, name.c_str(), 0700) != 0) return Fd();
    Fd folder(::openat(home, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder && errno == ENOENT) continue;
    if (!folder) {
      const int number = errno;
      ::unlinkat(home, name.c_str(), AT_REMOVEDIR);
      errno = number;
      return Fd();
    }
    (void)::flock(folder.get(), LOCK_EX);  // where there are no locks nobody clears either
    if (is_named(home, name, folder.get())) return folder;
  }
  errno = EAGAIN;
  return Fd();
}

bool write_whole(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno != EINTR) return false;
    if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

// What helps against a failure of this kind.
std::string_view remedy(int number) {
  switch (number) {
    case ENOENT: return "make it, or mount what belongs there";
    case ENOTDIR: return "name a directory";
    case EACCES:
    case EPERM: return "name one that you may write into, or run it as root";
    case EROFS: return "it is mounted read-only: mount it for writing, or name another one";
    case ENOSPC: return "make room there, or name another one";
    case EDQUOT: return "the quota there is used up: raise it, or name another one";
    case EFBIG: return "the file system there, or a limit (ulimit -f), allows no file of this size: name another one";
    case EIO: return "the disk fails: dmesg tells more; name another one";
    default: return "name another one";
  }
}

Error told(const std::string& doing, const std::string& where, int number) {
  auto e = adapters::os_error(fmt::format("cannot {} in {}", doing, where), number);
  e.what += fmt::format("; {}. Nothing was left there", remedy(number));
  return e;
}

}  // namespace

ExportFolder::ExportFolder(std::string directory, std::string name, std::string temporary, Fd home, Fd folder)
    : directory_(std::move(directory)),
      name_(std::move(name)),
      temporary_(std::move(temporary)),
      home_(std::move(home)),
      folder_(std::move(folder)) {}

ExportFolder::ExportFolder(ExportFolder&& other) noexcept
    : directory_(std::move(other.directory_)),
      name_(std::move(other.name_)),
      temporary_(std::exchange(other.temporary_, {})),
      home_(std::move(other.home_)),
      folder_(std::move(other.folder_)),
      files_(std::move(other.files_)),
      cleared_(other.cleared_) {}

ExportFolder::~ExportFolder() {
  if (temporary_.empty()) return;
  for (const auto& f : files_) ::unlinkat(folder_.get(), f.c_str(), 0);
  ::unlinkat(home_.get(), temporary_.c_str(), AT_REMOVEDIR);
}

Result<ExportFolder> ExportFolder::begin(const std::string& directory, const std::string& name) {
  Fd home(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!home) {
    auto e = adapters::os_error("cannot open the directory " + directory);
    e.what += fmt::format("; {}", remedy(e.os_error));
    return e;
  }
  struct stat s {};
  if (::fstatat(home.get(), name.c_str(), &s, AT_SYMLINK_NOFOLLOW) == 0)
    return Error{fmt::format("{}/{} is there already, and nothing is replaced: it was exported before; to have it anew "
                             "name another directory, or move that one away",
                             directory, name),
                 EEXIST};
  const int cleared = clear_left(home.get());
  std::string temporary;
  Fd folder = make_locked(home.get(), temporary);
  if (!folder) return told("make a folder", directory, errno);
  ExportFolder made(directory, name, temporary, std::move(home), std::move(folder));
  made.cleared_ = cleared;
  return made;
}

Error ExportFolder::failure(const std::string& doing) const {
  return told(doing, directory_, errno);
}

std::string ExportFolder::path_of(const std::string& name) const {
  return fmt::format("{}/{}/{}", directory_, temporary_.empty() ? name_ : temporary_, name);
}

Result<Fd> ExportFolder::make(const std::string& name) {
  Fd to(::openat(folder_.get(), name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!to) return failure("make " + name);
  files_.push_back(name);
  return to;
}

Result<void> ExportFolder::copy(int from, Bytes size, const std::string& name,
                                const std::function<void(std::uint64_t)>& copied) {
  auto to = make(name);
  if (!to) return to.error();
  // Not every file system can reserve; then a full disk shows later.
  if (size.n > 0 && ::fallocate(to->get(), FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(size.n)) != 0 &&
      (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)) {
    const int number = errno;
    struct statvfs fs {};
    const bool known = ::fstatvfs(home_.get(), &fs) == 0;
    return told(fmt::format("make room for {} bytes{}", size.n,
                            known ? fmt::format(" ({} are free)", fs.f_bavail * fs.f_frsize) : std::string()),
                directory_, number);
  }
  std::vector<char> buffer(piece);
  std::uint64_t done = 0;
  for (;;) {
    const auto n = ::pread(from, buffer.data(), buffer.size(), static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      auto e = adapters::os_error("cannot read the generation");
      e.what += "; look at its disk: dmesg. Nothing was left in " + directory_;
      return e;
    }
    if (n == 0) break;
    if (!write_whole(to->get(), {buffer.data(), static_cast<std::size_t>(n)})) return failure("write " + name);
    done += static_cast<std::uint64_t>(n);
    copied(done);
  }
  if (::fsync(to->get()) != 0) return failure("sync " + name);
  // What is read back is to come from the disk.
  (void)::posix_fadvise(to->get(), 0, 0, POSIX_FADV_DONTNEED);
  return {};
}

Result<void> ExportFolder::write(const std::string& name, std::string_view text) {
  auto to = make(name);
  if (!to) return to.error();
  if (!write_whole(to->get(), text) || ::fsync(to->get()) != 0) return failure("write " + name);
  return {};
}

Result<std::string> ExportFolder::finish() {
  if (::fsync(folder_.get()) != 0) return failure("sync the new folder");
  // Replaces nothing: a folder takes the place of an empty one only, and of nothing else.
  if (::renameat(home_.get(), temporary_.c_str(), home_.get(), name_.c_str()) != 0)
    return failure("give the new folder its name");
  temporary_.clear();
  if (::fsync(home_.get()) != 0) return adapters::os_error("cannot sync " + directory_);
  return Result<std::string>(boost::system::in_place_value, directory_ + "/" + name_);
}

}  // namespace slotwarden::act
