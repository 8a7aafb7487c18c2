// Arithmetic modulo the polynomial of CRC64, and how a message is folded by carry-less multiplication.
//
// A message is a polynomial over GF(2) whose first bit has the highest degree; its sum is message * x^64 mod P. All
// values are reflected, as the sum itself is: in a word of n bits, bit i stands for x^(n-1-i).
//
// Folding: 16 bytes A*x^64 + B (A read first) that stand n bits before other bytes may be added to those as
// A*x^(n+64) + B*x^n, since only the remainder counts; and x^(n+64) and x^n may be reduced to 64 bits before. A
// carry-less product of two reflected words comes out one bit too low in the 128-bit register, which multiplies it by
// x; so the factors are one power lower.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace slotwarden::formats {

inline constexpr std::uint64_t crc64_polynomial = 0x95ac9329ac4bc9b5;  // 0xad93d23594c935a9, reflected; x^64 is implied

// x^n mod P.
[[nodiscard]] constexpr std::uint64_t crc64_power(unsigned n) {
  std::uint64_t power = std::uint64_t{1} << 63;  // x^0
  for (; n > 0; --n) power = power >> 1 ^ (power & 1 ? crc64_polynomial : 0);
  return power;
}

// The factors that carry 16 bytes over the following ones.
struct Crc64Fold {
  std::uint64_t first;   // for the eight bytes that were read first
  std::uint64_t second;  // for the other eight
};

// To `bytes` further on.
[[nodiscard]] constexpr Crc64Fold crc64_fold(unsigned bytes) {
  return {crc64_power(8 * bytes + 64 - 1), crc64_power(8 * bytes - 1)};
}

// How many blocks of 16 bytes are folded side by side: the result of a multiplication comes some cycles later.
inline constexpr std::size_t crc64_lanes = 8;
inline constexpr std::size_t crc64_block = 16;
inline constexpr std::size_t crc64_stride = crc64_lanes * crc64_block;

// By index: how to carry a lane over the lanes behind it, onto the last one.
[[nodiscard]] constexpr std::array<Crc64Fold, crc64_lanes - 1> crc64_gather() {
  std::array<Crc64Fold, crc64_lanes - 1> folds{};
  for (unsigned i = 0; i < folds.size(); ++i) folds[i] = crc64_fold((crc64_lanes - 1 - i) * crc64_block);
  return folds;
}

}  // namespace slotwarden::formats
