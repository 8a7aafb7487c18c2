#include "cli/follow_log.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace slotwarden::cli {
namespace {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_ = -1;
};

Error cannot(const std::string& what, int why) {
  return Error{what + ": " + std::strerror(why), why};
}

Error cannot_read(const std::string& path, int why) {
  Error e = cannot("cannot read " + path, why);
  if (why == EACCES) e.what += "; -f reads the file itself: run it as root or as the server's user";
  return e;
}

// The file that bears the name now, and how far of it was printed.
class Log {
 public:
  Log(const Console& c, std::string path) : console_(c), path_(std::move(path)) {}

  Result<void> open(std::optional<std::int64_t> from) {
    Descriptor d{::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (d.get() < 0) return cannot_read(path_, errno);
    struct stat st {};
    if (::fstat(d.get(), &st) != 0) return cannot_read(path_, errno);
    if (!S_ISREG(st.st_mode)) return Error{path_ + " is not a regular file: it cannot be followed"};
    file_ = std::move(d);
    position_ = from && *from <= st.st_size ? *from : st.st_size;
    return {};
  }

  // Prints what is new, in the file that is open and then in the one that replaced it.
  Result<void> catch_up() {
    if (const auto read = print_rest(); !read) return read;
    struct stat ours {
    }, named{};
    if (::fstat(file_.get(), &ours) != 0) return cannot_read(path_, errno);
    if (::stat(path_.c_str(), &named) != 0) return {};  // renamed away; its successor will be noticed
    if (ours.st_ino == named.st_ino && ours.st_dev == named.st_dev) return {};
    console_.err << "slotwardenctl: " << path_ << " was replaced; following the new file\n";
    if (const auto opened = open(0); !opened) return opened;
    return print_rest();
  }

 private:
  Result<void> print_rest() {
    struct stat st {};
    if (::fstat(file_.get(), &st) == 0 && st.st_size < position_) {
      console_.err << "slotwardenctl: " << path_ << " was truncated\n";
      position_ = 0;
    }
    std::array<char, 16'384> chunk;
    for (;;) {
      const ssize_t n = ::pread(file_.get(), chunk.data(), chunk.size(), position_);
      if (n < 0) return cannot_read(path_, errno);
      if (n == 0) break;
      const std::string_view text{chunk.data(), static_cast<std::size_t>(n)};
      console_.out << (console_.out_is_terminal ? printable(text, true) : std::string(text));
      position_ += n;
    }
    console_.out << std::flush;
    return {};
  }

  const Console& console_;
  const std::string path_;
  Descriptor file_;
  std::int64_t position_ = 0;
};

// Reports every change of the directory's entries and of the files in it: the name is enough, files come and go.
Result<Descriptor> watch(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  Descriptor d{::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
  if (d.get() < 0) return cannot("cannot use inotify", errno);
  constexpr std::uint32_t changes = IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE;
  if (::inotify_add_watch(d.get(), directory.c_str(), changes) < 0) return cannot_read(directory, errno);
  return d;
}

}  // namespace

Result<void> follow_log(const Console& c, const std::string& path, std::optional<std::int64_t> from, int stop_fd) {
  const Result<Descriptor> changes = watch(path);
  if (!changes) return changes.error();
  Log log(c, path);
  if (const auto opened = log.open(from); !opened) return opened;
  for (;;) {
    if (const auto printed = log.catch_up(); !printed) return printed;
    std::array<pollfd, 2> watched{pollfd{changes->get(), POLLIN, 0}, pollfd{stop_fd, POLLIN, 0}};
    if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) return cannot("poll failed", errno);
    if (watched[1].revents != 0) return {};
    std::array<char, 4096> ignored;
    while (::read(changes->get(), ignored.data(), ignored.size()) > 0) {
    }
  }
}

}  // namespace slotwarden::cli
