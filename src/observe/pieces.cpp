#include "observe/pieces.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <new>

#include "adapters/fd.h"

namespace slotwarden::observe {

namespace {

// Stays in the processor's cache while it is summed and walked.
constexpr std::size_t piece = 128 << 10;

struct Free {
  void operator()(std::byte* p) const { std::free(p); }
};

// -1 and errno on failure, as pread(2), but whole unless the file ends.
ssize_t read_piece(int fd, std::span<std::byte> into, std::uint64_t at) {
  std::size_t have = 0;
  while (have < into.size()) {
    const auto got = ::pread(fd, into.data() + have, into.size() - have, static_cast<off_t>(at + have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  return static_cast<ssize_t>(have);
}

}  // namespace

Result<Pieces> each_piece(int fd, const std::string& path, Progress* progress,
                          const std::function<bool(std::span<const std::byte>)>& take) {
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  constexpr std::size_t page = 4096;
  const std::unique_ptr<std::byte[], Free> room(static_cast<std::byte*>(std::aligned_alloc(page, piece)));
  if (!room) throw std::bad_alloc();
  const std::span buffer(room.get(), piece);
  for (std::uint64_t at = 0;;) {
    if (progress && progress->give_up) return Pieces::given_up;
    const auto n = read_piece(fd, buffer, at);
    if (n < 0) return adapters::os_error("cannot read " + path);
    if (n == 0) return Pieces::ended;
    at += static_cast<std::uint64_t>(n);
    if (progress) progress->read += static_cast<std::uint64_t>(n);
    if (!take(buffer.first(static_cast<std::size_t>(n)))) return Pieces::enough;
  }
}

Bytes size_of(int fd) {
  struct stat s {};
  return ::fstat(fd, &s) == 0 ? Bytes{static_cast<std::uint64_t>(s.st_size)} : Bytes{};
}

}  // namespace slotwarden::observe
