#include "formats/fingerprints.h"

#include <algorithm>
#include <bit>

#include "formats/crc64.h"

namespace slotwarden::formats {

std::uint64_t fingerprint(std::uint64_t print, std::span<const std::byte> bytes) {
  return crc64(print, bytes);
}

void Fingerprints::begin(std::uint64_t expected) {
  constexpr std::uint64_t fewest = 16;
  const auto slots = std::bit_ceil(2 * std::clamp<std::uint64_t>(expected, fewest, most));
  if (slots_.size() < slots) slots_.resize(slots);
  std::fill_n(slots_.begin(), slots, 0);
  mask_ = slots - 1;
  size_ = 0;
}

bool Fingerprints::add(std::uint64_t print) {
  if (size_ >= most) return true;
  if (2 * (size_ + 1) > mask_ + 1) grow();
  if (!put(print == 0 ? 1 : print)) return false;
  ++size_;
  return true;
}

bool Fingerprints::put(std::uint64_t print) {
  constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;
  for (auto at = print * golden >> 32 & mask_;; at = (at + 1) & mask_) {
    if (slots_[at] == print) return false;
    if (slots_[at] == 0) {
      slots_[at] = print;
      return true;
    }
  }
}

void Fingerprints::grow() {
  const std::vector<std::uint64_t> old(slots_.begin(), slots_.begin() + static_cast<std::ptrdiff_t>(mask_ + 1));
  const auto size = size_;
  begin(mask_ + 1);
  for (const auto print : old)
    if (print != 0) put(print);
  size_ = size;
}

}  // namespace slotwarden::formats
