// LZF, in which RDB files keep longer strings (lzf_d.c), unpacked as it comes in.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace slotwarden::formats {

class LzfStream {
 public:
  // A new stream that stands for `length` bytes.
  void begin(std::uint64_t length);

  // Walks over the next packed bytes without unpacking them. False when they cannot stand for `length` bytes.
  bool check(std::span<const std::byte> packed);
  // The same, and gives what they stand for to plain(bytes), piece by piece in order. Not to be mixed with check().
  template <class Plain>
  bool unpack(std::span<const std::byte> packed, Plain&& plain) {
    for (;;) {
      packed = packed.subspan(step(packed));
      if (made_ > 0) hand_over(plain);
      if (wrong_ || packed.empty()) return !wrong_;
    }
  }

  // Whether exactly `length` bytes came out and no token is unfinished.
  [[nodiscard]] bool whole() const { return !wrong_ && expect_ == Expect::control && produced_ == length_; }

 private:
  enum class Expect : std::uint8_t { control, literal, longer, distance };
  static constexpr std::size_t farthest = 8192;    // how far back a token may point
  static constexpr std::size_t longest_run = 264;  // that one token stands for
  static constexpr std::size_t room = 4 * farthest;

  std::size_t skip_tokens(std::span<const std::byte> packed);
  template <bool keeps>
  std::size_t walk(std::span<const std::byte> packed);
  template <bool keeps>
  bool copy_back();
  std::size_t step(std::span<const std::byte> packed);
  [[nodiscard]] bool full() const { return size_ + longest_run > room; }

  template <class Plain>
  void hand_over(Plain&& plain) {
    plain(std::span<const std::byte>(history_).subspan(size_ - made_, made_));
    made_ = 0;
    if (full()) slide();
  }
  void slide();

  std::uint64_t length_ = 0;
  std::uint64_t produced_ = 0;
  Expect expect_ = Expect::control;
  bool wrong_ = false;
  unsigned run_ = 0;       // bytes that the token at hand still stands for
  unsigned distance_ = 0;  // how far back they are to be found, less one
  std::array<std::byte, room> history_;
  std::size_t size_ = 0;  // of the history
  std::size_t made_ = 0;  // its last bytes, not yet handed over
};

}  // namespace slotwarden::formats
