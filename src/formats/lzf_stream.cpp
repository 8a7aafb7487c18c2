#include "formats/lzf_stream.h"

#include <algorithm>
#include <cstring>

namespace slotwarden::formats {

void LzfStream::begin(std::uint64_t length) {
  length_ = length;
  produced_ = 0;
  expect_ = Expect::control;
  wrong_ = false;
  size_ = made_ = 0;
}

bool LzfStream::check(std::span<const std::byte> packed) {
  if (!wrong_ && expect_ == Expect::control) packed = packed.subspan(skip_tokens(packed));
  if (!wrong_) walk<false>(packed);
  return !wrong_;
}

// Whole tokens, as long as the longest one would be at hand: the same as walk(), without a look at each byte's place.
std::size_t LzfStream::skip_tokens(std::span<const std::byte> packed) {
  constexpr std::size_t longest_token = 33;
  std::size_t at = 0;
  auto produced = produced_;
  const auto byte = [&](std::size_t i) { return std::to_integer<unsigned>(packed[i]); };
  while (packed.size() - at >= longest_token && produced <= length_) {
    const auto control = byte(at++);
    if (control < 32) {
      at += control + 1;
      produced += control + 1;
      continue;
    }
    auto run = control >> 5;
    if (run == 7) run += byte(at++);
    const auto distance = (control & 0x1f) << 8 | byte(at++);
    wrong_ |= distance >= produced;
    produced += run + 2;
  }
  wrong_ |= produced > length_;
  produced_ = produced;
  return at;
}

std::size_t LzfStream::step(std::span<const std::byte> packed) {
  return walk<true>(packed);
}

// How many of the packed bytes were used: all, unless something is wrong or the history is full.
template <bool keeps>
std::size_t LzfStream::walk(std::span<const std::byte> packed) {
  const auto* p = packed.data();
  const auto* const end = p + packed.size();
  const auto used = [&] { return static_cast<std::size_t>(p - packed.data()); };
  while (p < end) {
    if (keeps && full()) return used();
    switch (expect_) {
      case Expect::control: {
        const auto control = std::to_integer<unsigned>(*p++);
        if (control < 32) {  // so many literal bytes, and one
          run_ = control + 1;
          expect_ = Expect::literal;
          if (length_ - produced_ < run_) return wrong_ = true, used();
          break;
        }
        run_ = control >> 5;  // a copy of earlier bytes
        distance_ = (control & 0x1f) << 8;
        expect_ = run_ == 7 ? Expect::longer : Expect::distance;
        break;
      }
      case Expect::literal: {
        const auto n = std::min<std::size_t>(run_, static_cast<std::size_t>(end - p));
        if (keeps) std::memcpy(history_.data() + size_, p, n), size_ += n, made_ += n;
        p += n;
        produced_ += n;
        run_ -= static_cast<unsigned>(n);
        if (run_ == 0) expect_ = Expect::control;
        break;
      }
      case Expect::longer:
        run_ += std::to_integer<unsigned>(*p++);
        expect_ = Expect::distance;
        break;
      case Expect::distance:
        distance_ |= std::to_integer<unsigned>(*p++);
        run_ += 2;
        if (!copy_back<keeps>()) return wrong_ = true, used();
        expect_ = Expect::control;
        break;
    }
  }
  return used();
}

template <bool keeps>
bool LzfStream::copy_back() {
  if (distance_ >= produced_ || length_ - produced_ < run_) return false;
  produced_ += run_;
  if (!keeps) return true;
  const auto* from = history_.data() + size_ - distance_ - 1;
  auto* to = history_.data() + size_;
  if (distance_ >= run_)
    std::memcpy(to, from, run_);
  else
    for (unsigned i = 0; i < run_; ++i) to[i] = from[i];  // it overlaps itself
  size_ += run_;
  made_ += run_;
  return true;
}

void LzfStream::slide() {
  std::memmove(history_.data(), history_.data() + size_ - farthest, farthest);
  size_ = farthest;
}

}  // namespace slotwarden::formats
