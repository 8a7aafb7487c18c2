#include "observe/pieces.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "adapters/fd.h"
#include "observe/read_ahead.h"

namespace slotwarden::observe {

namespace {

// Stays in the processor's cache while it is summed and walked.
constexpr std::size_t piece = 128 << 10;
// From here on a thread that reads ahead is worth what starting it costs.
constexpr std::uint64_t long_file = 8 << 20;

using Take = std::function<bool(std::span<const std::byte>)>;

template <class Next>
Result<Pieces> hand_over(Next next, const std::string& path, Progress* progress, const Take& take) {
  for (;;) {
    if (progress && progress->give_up) return Pieces::given_up;
    const Piece got = next();
    if (got.error) return adapters::os_error("cannot read " + path, got.error);
    if (got.bytes.empty()) return Pieces::ended;
    if (progress) progress->read += got.bytes.size();
    if (!take(got.bytes)) return Pieces::enough;
  }
}

}  // namespace

Result<Pieces> each_piece(int fd, const std::string& path, Progress* progress, const Take& take) {
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  if (size_of(fd).n >= long_file)
    if (const auto ahead = ReadAhead::begin(fd)) return hand_over([&] { return ahead->next(); }, path, progress, take);
  const Room room(piece);
  std::uint64_t at = 0;
  const auto next = [&] {
    const auto got = read_piece(fd, room.bytes(), at);
    at += got.bytes.size();
    return got;
  };
  return hand_over(next, path, progress, take);
}

Bytes size_of(int fd) {
  struct stat s {};
  return ::fstat(fd, &s) == 0 ? Bytes{static_cast<std::uint64_t>(s.st_size)} : Bytes{};
}

}  // namespace slotwarden::observe
