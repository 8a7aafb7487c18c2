// The ways of summing by carry-less multiplication: a kernel for each kind of processor, and what they share.
#pragma once

#include <array>
#include <vector>

#include "formats/crc64.h"
#include "formats/crc64_polynomial.h"

namespace slotwarden::formats {

// Those of this processor, fastest first; none when it lacks the instruction.
[[nodiscard]] std::vector<Crc64Way> crc64_folding_ways();

// Byte by byte and eight at a time, from tables.
[[nodiscard]] std::uint64_t crc64_slicing(std::uint64_t crc, std::span<const std::byte> data);

// What a kernel makes of `crc` continued over a whole number of its strides, at least one: a message of 16 bytes that
// has the same sum.
using Crc64Remainder = std::array<std::byte, crc64_block>;

template <Crc64Remainder (*kernel)(std::uint64_t crc, const std::byte* data, std::size_t size), std::size_t stride>
std::uint64_t crc64_by_folding(std::uint64_t crc, std::span<const std::byte> data) {
  const auto folded = data.size() - data.size() % stride;
  if (folded == 0) return crc64_slicing(crc, data);
  const auto remainder = kernel(crc, data.data(), folded);
  return crc64_slicing(crc64_slicing(0, remainder), data.subspan(folded));
}

}  // namespace slotwarden::formats
