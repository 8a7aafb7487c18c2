#include "observe/read_ahead.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <new>
#include <system_error>

namespace slotwarden::observe {

Room::Room(std::size_t size) : size_(size) {
  constexpr std::size_t page = 4096;
  start_.reset(static_cast<std::byte*>(std::aligned_alloc(page, size)));
  if (!start_) throw std::bad_alloc();
}

void Room::Free::operator()(std::byte* p) const {
  std::free(p);
}

Piece read_piece(int fd, std::span<std::byte> into, std::uint64_t at) {
  std::size_t have = 0;
  while (have < into.size()) {
    const auto got = ::pread(fd, into.data() + have, into.size() - have, static_cast<off_t>(at + have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return {{}, errno};
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  return {into.first(have), 0};
}

std::unique_ptr<ReadAhead> ReadAhead::begin(int fd) {
  std::unique_ptr<ReadAhead> it(new ReadAhead(fd));
  try {
    it->reader_ = std::thread([&ahead = *it] { ahead.read(); });
  } catch (const std::system_error&) {
    return nullptr;
  }
  return it;
}

ReadAhead::~ReadAhead() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (reader_.joinable()) reader_.join();
}

void ReadAhead::read() {
  std::uint64_t at = 0;
  for (std::uint64_t n = 0;; ++n) {
    {
      std::unique_lock lock(mutex_);
      // One less than there are: the piece that was handed out last is still being worked on.
      changed_.wait(lock, [&] { return stop_ || n - taken_ < pieces - 1; });
      if (stop_) return;
    }
    const auto got = read_piece(fd_, room_.bytes().subspan(n % pieces * piece, piece), at);
    at += got.bytes.size();
    {
      const std::lock_guard lock(mutex_);
      ring_[n % pieces] = got;
      filled_ = n + 1;
    }
    changed_.notify_all();
    if (got.error || got.bytes.empty()) return;
  }
}

Piece ReadAhead::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return filled_ > taken_; });
  const auto got = ring_[taken_ % pieces];
  ++taken_;
  lock.unlock();
  changed_.notify_all();
  return got;
}

}  // namespace slotwarden::observe
