#include "act/kept.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <random>
#include <vector>

#include "adapters/account.h"
#include "formats/kept_copy.h"

namespace slotwarden::act {

namespace {

using adapters::Fd;
using adapters::os_error;

constexpr auto installing = ".slotwarden-installing";
constexpr int most_of_one_name = 1000;
constexpr std::size_t longest_note = 1 << 20;

std::string random_name() {
  std::random_device source;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), ".incoming-%08x%08x", source(), source());
  return text.data();
}

// `name`, then "x.2.rdb", "x.3.rdb", …
std::string numbered(const std::string& name, int n) {
  if (n < 2) return name;
  const auto dot = std::min(name.rfind('.'), name.size());
  return fmt::format("{}.{}{}", name.substr(0, dot), n, name.substr(dot));
}

// Calls `give` with one name after another until it does not fail with EEXIST. The name; empty and errno on failure.
template <class Give>
std::string first_free(const std::string& name, Give give) {
  for (int n = 1; n < most_of_one_name; ++n) {
    const auto candidate = numbered(name, n);
    if (give(candidate.c_str()) == 0) return candidate;
    if (errno != EEXIST) break;
  }
  return {};
}

bool write_whole(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno != EINTR) return false;
    if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

// False and errno; ECANCELED when `copied` said so.
bool copy_bytes(int from, int to, const std::function<bool(std::uint64_t)>& copied) {
  constexpr std::size_t piece = 16 << 20;
  std::vector<char> buffer;
  for (std::uint64_t done = 0;;) {
    auto n = buffer.empty() ? ::copy_file_range(from, nullptr, to, nullptr, piece, 0) : -1;
    if (n < 0 && buffer.empty() && (errno == EXDEV || errno == EINVAL || errno == EOPNOTSUPP || errno == ENOSYS))
      buffer.resize(piece);
    if (!buffer.empty()) {
      n = ::read(from, buffer.data(), buffer.size());
      if (n > 0 && !write_whole(to, {buffer.data(), static_cast<std::size_t>(n)})) return false;
    }
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    if (n == 0) return true;
    done += static_cast<std::uint64_t>(n);
    if (!copied(done)) return errno = ECANCELED, false;
  }
}

// Whether the name is that of the open file, a regular one.
bool is_file(int directory, const char* name, int fd) {
  struct stat named {
  }, open{};
  return ::fstatat(directory, name, &named, AT_SYMLINK_NOFOLLOW) == 0 && ::fstat(fd, &open) == 0 &&
         S_ISREG(named.st_mode) && named.st_dev == open.st_dev && named.st_ino == open.st_ino;
}

Present present_named(int directory, const char* name) {
  struct stat s {};
  return ::fstatat(directory, name, &s, AT_SYMLINK_NOFOLLOW) == 0 ? Present{s.st_dev, s.st_ino} : Present{};
}

}  // namespace

Present present_of(int fd) {
  struct stat s {};
  return ::fstat(fd, &s) == 0 ? Present{s.st_dev, s.st_ino} : Present{};
}

Result<Owner> owner_of(const std::string& directory, const std::string& user) {
  if (::geteuid() != 0) return Owner{};
  if (!user.empty()) {
    const auto who = adapters::account(user);
    if (!who) return who.error();
    return Owner{who->uid, who->gid};
  }
  struct stat s {};
  if (::stat(directory.c_str(), &s) != 0) return os_error("cannot look at " + directory);
  return Owner{s.st_uid, s.st_gid};
}

Incoming::Incoming(Incoming&& other) noexcept
    : file_(std::move(other.file_)), folder_(other.folder_), temporary_(std::exchange(other.temporary_, {})) {}

Incoming::~Incoming() {
  if (file_ && !temporary_.empty()) ::unlinkat(folder_, temporary_.c_str(), 0);
}

Result<KeptFolder> KeptFolder::open(const std::string& directory, Owner owner) {
  Fd home(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!home) return os_error("cannot open the data directory " + directory);
  const auto path = directory + "/" + kept_folder;
  const bool made = ::mkdirat(home.get(), kept_folder, 0700) == 0;
  if (!made && errno != EEXIST) return os_error("cannot make " + path);
  Fd folder(::openat(home.get(), kept_folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder) return os_error("cannot open " + path);
  if (made && owner.uid && ::fchown(folder.get(), *owner.uid, owner.gid.value_or(-1)) != 0)
    return os_error("cannot give " + path + " to the server's user");
  if (made && ::fsync(home.get()) != 0) return os_error("cannot sync " + directory);
  return KeptFolder(directory, std::move(home), std::move(folder), owner);
}

Error KeptFolder::failure(const std::string& doing) const {
  const int number = errno;
  return os_error("cannot " + doing + " in " + path_, number);
}

Result<Incoming> KeptFolder::nameless() {
  std::string temporary;
  Fd to(::openat(folder_.get(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!to && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
    temporary = random_name();
    to.reset(::openat(folder_.get(), temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  }
  if (!to) return failure("make a file");
  return Incoming(std::move(to), folder_.get(), std::move(temporary));
}

Result<Incoming> KeptFolder::make_room(Bytes size) {
  auto incoming = nameless();
  if (!incoming) return incoming.error();
  // Not every file system can reserve; then a full disk shows later.
  if (size.n > 0 && ::fallocate(incoming->fd(), FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(size.n)) != 0 &&
      errno == ENOSPC)
    return failure(fmt::format("make room for {} bytes", size.n));
  return incoming;
}

Result<Incoming> KeptFolder::take_in(const std::string& path, const std::function<bool(std::uint64_t)>& copied) {
  const Fd from(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!from) return os_error("cannot open " + path);
  return take_in(from.get(), path, copied);
}

Result<Incoming> KeptFolder::take_in(int from, const std::string& path,
                                     const std::function<bool(std::uint64_t)>& copied) {
  struct stat s {};
  if (::fstat(from, &s) != 0) return os_error("cannot look at " + path);
  if (!S_ISREG(s.st_mode)) return Error{path + " is not a regular file", EINVAL};
  auto incoming = nameless();
  if (!incoming) return incoming.error();
  const auto whole = static_cast<std::uint64_t>(s.st_size);
  if (::ioctl(incoming->fd(), FICLONE, from) == 0) {
    (void)copied(whole);
  } else {
    // Not every file system can reserve; then a full disk shows later.
    if (whole > 0 && ::fallocate(incoming->fd(), FALLOC_FL_KEEP_SIZE, 0, s.st_size) != 0 && errno == ENOSPC)
      return failure(fmt::format("make room for {} bytes", whole));
    if (::lseek(from, 0, SEEK_SET) != 0 || !copy_bytes(from, incoming->fd(), copied)) return failure("copy " + path);
  }
  if (::fsync(incoming->fd()) != 0) return failure("sync the copy of " + path);
  return incoming;
}

Result<void> KeptFolder::note(const std::string& name, const KeptCopy& k) {
  const auto temporary = random_name();
  const auto target = name + ".json";
  Fd fd(::openat(folder_.get(), temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return failure("make the note of " + name);
  const bool owned = !owner_.uid || ::fchown(fd.get(), *owner_.uid, owner_.gid.value_or(-1)) == 0;
  if (owned && write_whole(fd.get(), formats::kept_note(k)) && ::fsync(fd.get()) == 0 &&
      ::renameat(folder_.get(), temporary.c_str(), folder_.get(), target.c_str()) == 0 && ::fsync(folder_.get()) == 0)
    return {};
  auto error = failure("write the note of " + name);
  ::unlinkat(folder_.get(), temporary.c_str(), 0);
  return error;
}

Result<std::string> KeptFolder::keep(Incoming& file, const KeptCopy& k, const std::string& name) {
  if (owner_.uid && ::fchown(file.fd(), *owner_.uid, owner_.gid.value_or(-1)) != 0)
    return failure("give " + name + " to the server's user");
  if (::fsync(file.fd()) != 0) return failure("sync " + name);
  const auto nameless = fmt::format("/proc/self/fd/{}", file.fd());
  const auto kept = first_free(name, [&](const char* to) {
    if (file.temporary_.empty()) return ::linkat(AT_FDCWD, nameless.c_str(), folder_.get(), to, AT_SYMLINK_FOLLOW);
    return ::renameat2(folder_.get(), file.temporary_.c_str(), folder_.get(), to, RENAME_NOREPLACE);
  });
  if (kept.empty()) return failure("keep " + name);
  file.temporary_.clear();
  return noted(kept, file.fd(), k);
}

Result<std::string> KeptFolder::noted(const std::string& kept, int file, const KeptCopy& k) {
  auto written = note(kept, k);
  if (written) return Result<std::string>(boost::system::in_place_value, kept);
  // Without a note it is nobody's, and the next try would add another one.
  if (is_file(folder_.get(), kept.c_str(), file)) ::unlinkat(folder_.get(), kept.c_str(), 0);
  return written.error();
}

Result<std::string> KeptFolder::keep_linked(int file, const KeptCopy& k, const std::string& name) {
  const auto nameless_path = fmt::format("/proc/self/fd/{}", file);
  const auto kept = first_free(name, [&](const char* to) {
    return ::linkat(AT_FDCWD, nameless_path.c_str(), folder_.get(), to, AT_SYMLINK_FOLLOW);
  });
  if (kept.empty()) {
    auto copied = take_in(file, k.from, [](std::uint64_t) { return true; });
    if (!copied) return copied.error();
    return keep(*copied, k, name);
  }
  if (::fsync(file) != 0 || ::fsync(folder_.get()) != 0) return failure("sync " + kept);
  return noted(kept, file, k);
}

Result<void> KeptFolder::is_generation(const std::string& name) const {
  if (!formats::is_kept_name(name)) return Error{name + " is not the name of a kept copy", EINVAL};
  const auto note_name = name + ".json";
  const Fd note(::openat(folder_.get(), note_name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  std::string text(longest_note, '\0');
  const auto got = note ? ::read(note.get(), text.data(), text.size()) : -1;
  if (got < 0) return failure("read the note of " + name);
  const auto noted = formats::kept_copy(std::string_view(text).substr(0, static_cast<std::size_t>(got)));
  if (!noted || !noted->generation()) return Error{name + " is no generation of a backup; it was left alone", EPERM};
  return {};
}

Result<void> KeptFolder::remove_generation(const std::string& name) {
  if (auto known = is_generation(name); !known) return known;
  if (::unlinkat(folder_.get(), name.c_str(), 0) != 0 && errno != ENOENT) return failure("remove " + name);
  if (::unlinkat(folder_.get(), (name + ".json").c_str(), 0) != 0) return failure("remove the note of " + name);
  return {};
}

Result<void> KeptFolder::remove_lone_note(const std::string& name) {
  if (auto known = is_generation(name); !known) return known;
  if (::faccessat(folder_.get(), name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0)
    return Error{name + " is there; its note was left alone", EEXIST};
  if (::unlinkat(folder_.get(), (name + ".json").c_str(), 0) != 0) return failure("remove the note of " + name);
  return {};
}

Result<std::string> KeptFolder::keep_present(const std::string& present, const KeptCopy& k, const std::string& name) {
  return keep(By::second_name, present, k, name);
}

Result<std::string> KeptFolder::move_in(const std::string& present, const KeptCopy& k, const std::string& name) {
  return keep(By::move, present, k, name);
}

Result<std::string> KeptFolder::keep(By how, const std::string& present, const KeptCopy& k, const std::string& name) {
  struct stat s {};
  if (::fstatat(directory_.get(), present.c_str(), &s, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return Result<std::string>(boost::system::in_place_value, "");
    return failure("look at " + present);
  }
  std::string kept;
  if (how == By::second_name && S_ISREG(s.st_mode))
    kept = first_free(
        name, [&](const char* to) { return ::linkat(directory_.get(), present.c_str(), folder_.get(), to, 0); });
  // Also a file, where the file system has no second names or may not give one.
  if (kept.empty())
    kept = first_free(name, [&](const char* to) {
      return ::renameat2(directory_.get(), present.c_str(), folder_.get(), to, RENAME_NOREPLACE);
    });
  if (kept.empty()) return failure("keep " + present);
  if (::fsync(folder_.get()) != 0 || ::fsync(directory_.get()) != 0) return failure("sync what was kept of " + present);
  if (auto written = note(kept, k); !written) return written.error();
  return Result<std::string>(boost::system::in_place_value, kept);
}

Result<void> KeptFolder::prepare(const std::string& kept, int verified) {
  if (!formats::is_kept_name(kept)) return Error{kept + " is not the name of a kept copy", EINVAL};
  // Of an earlier try that was interrupted: a second name of something that is kept.
  if (::unlinkat(directory_.get(), installing, 0) != 0 && errno != ENOENT)
    return failure(std::string("use ") + installing);
  if (::linkat(folder_.get(), kept.c_str(), directory_.get(), installing, 0) != 0)
    return failure("give " + kept + " a second name");
  const auto give_up = [&](Error e) {
    ::unlinkat(directory_.get(), installing, 0);
    return e;
  };
  if (!is_file(directory_.get(), installing, verified))
    return give_up(Error{kept + " is not the file that was verified", ESTALE});
  const Fd file(::openat(directory_.get(), installing, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  const bool owned = file && (!owner_.uid || ::fchown(file.get(), *owner_.uid, owner_.gid.value_or(-1)) == 0);
  if (!owned || ::fsync(file.get()) != 0) return give_up(failure("prepare " + kept));
  return {};
}

Result<void> KeptFolder::put_in_place(const std::string& kept, int verified, const std::string& target) {
  if (auto ready = prepare(kept, verified); !ready) return ready;
  if (::renameat(directory_.get(), installing, directory_.get(), target.c_str()) != 0) {
    auto error = failure("put " + kept + " in place of " + target);
    ::unlinkat(directory_.get(), installing, 0);
    return error;
  }
  // A rename over another name of the same file does nothing, and leaves both.
  ::unlinkat(directory_.get(), installing, 0);
  if (::fsync(directory_.get()) != 0) return failure("sync");
  return {};
}

Result<void> KeptFolder::put_in_place_of(const Present& expected, const std::string& kept, int verified,
                                         const std::string& target) {
  if (auto ready = prepare(kept, verified); !ready) return ready;
  const int here = directory_.get();
  const auto give_up = [&](Error e) {
    ::unlinkat(here, installing, 0);
    return e;
  };
  const bool nothing = expected.inode == 0;
  const auto how = nothing ? RENAME_NOREPLACE : RENAME_EXCHANGE;
  if (::renameat2(here, installing, here, target.c_str(), how) != 0) {
    const bool changed = errno == EEXIST || errno == ENOENT;
    auto error = failure("put " + kept + " in place of " + target);
    if (changed) error.os_error = ESTALE;
    return give_up(std::move(error));
  }
  // By the exchange the other name is now that of what was there.
  if (!nothing && present_named(here, installing) != expected) {
    if (::renameat2(here, installing, here, target.c_str(), RENAME_EXCHANGE) != 0)
      return failure("put back what was saved meanwhile as " + target);
    return give_up(Error{target + " was saved anew meanwhile", ESTALE});
  }
  if (!nothing) ::unlinkat(here, installing, 0);
  if (::fsync(here) != 0) return failure("sync");
  return {};
}

}  // namespace slotwarden::act
