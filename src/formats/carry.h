// Reads a stream that comes in pieces of any size with code that wants whole items before it: what is left of an item
// at the end of a piece is kept and put before the next one.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace slotwarden::formats {

// `longest`: given so many bytes, the reader always takes some.
template <std::size_t longest>
class Carry {
 public:
  // Calls take(bytes), which returns how many of them it took, until all of the piece was taken or kept.
  // take() may end the reading by taking nothing more; then the rest is kept or dropped, whichever is simpler.
  template <class Take>
  void feed(std::span<const std::byte> piece, Take&& take) {
    while (size_ > 0 && !piece.empty()) {
      const auto more = std::min(piece.size(), kept_.size() - size_);
      if (more == 0) return;
      std::ranges::copy(piece.first(more), kept_.begin() + static_cast<std::ptrdiff_t>(size_));
      const std::size_t taken = take(std::span(kept_).first(size_ + more));
      if (taken < size_) {
        std::copy(kept_.begin() + static_cast<std::ptrdiff_t>(taken),
                  kept_.begin() + static_cast<std::ptrdiff_t>(size_ + more), kept_.begin());
        size_ += more - taken;
        piece = piece.subspan(more);
      } else {
        piece = piece.subspan(taken - size_);
        size_ = 0;
      }
    }
    if (piece.empty()) return;
    const std::size_t taken = take(piece);
    piece = piece.subspan(taken);
    size_ = std::min(piece.size(), kept_.size());
    std::ranges::copy(piece.first(size_), kept_.begin());
  }

  // How many bytes were fed and not taken.
  [[nodiscard]] std::size_t kept() const { return size_; }
  void clear() { size_ = 0; }

 private:
  std::array<std::byte, 2 * longest> kept_;
  std::size_t size_ = 0;
};

}  // namespace slotwarden::formats
