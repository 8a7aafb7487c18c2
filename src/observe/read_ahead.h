// A file read by a thread of its own, a few pieces ahead of whoever works on them, so that a long file is summed at the
// speed of the disk or of the page cache, whichever it comes from.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <thread>

namespace slotwarden::observe {

// Page aligned, of the pages that are touched.
class Room {
 public:
  explicit Room(std::size_t size);
  [[nodiscard]] std::span<std::byte> bytes() const { return {start_.get(), size_}; }

 private:
  struct Free {
    void operator()(std::byte* p) const;
  };
  std::unique_ptr<std::byte[], Free> start_;
  std::size_t size_;
};

// What one read brought: bytes, none at the end of the file, or the errno of a failure.
struct Piece {
  std::span<const std::byte> bytes;
  int error = 0;
};

// Fills `into` from offset `at` on, wholly unless the file ends first.
[[nodiscard]] Piece read_piece(int fd, std::span<std::byte> into, std::uint64_t at);

class ReadAhead {
 public:
  // Begins to read at the file's beginning. The descriptor stays the caller's and must outlive this. Null where the
  // host has no thread to give.
  [[nodiscard]] static std::unique_ptr<ReadAhead> begin(int fd);
  // Waits for the read that is under way, no longer.
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  // Waits for the next piece. Valid until the next call; after an empty or failed one there is none.
  [[nodiscard]] Piece next();

 private:
  explicit ReadAhead(int fd) : fd_(fd) {}
  void read();

  // Large enough that waking the other thread costs nothing beside reading a piece: in a virtual machine that takes
  // some 50 us, and reading 1 MiB out of the page cache 100.
  static constexpr std::size_t piece = 1 << 20;
  static constexpr std::size_t pieces = 4;

  int fd_;
  Room room_{piece * pieces};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::array<Piece, pieces> ring_{};
  std::uint64_t filled_ = 0;  // pieces ever read
  std::uint64_t taken_ = 0;   // pieces ever handed out; the newest of them is still in use
  bool stop_ = false;
  std::thread reader_;
};

}  // namespace slotwarden::observe
