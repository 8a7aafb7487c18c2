// The checksum at the end of an RDB file (crc64.c in Redis): Jones polynomial 0xad93d23594c935a9, reflected, initial
// value 0, no final xor. crc64 of "123456789" is 0xe9c6d914c4b8d9ca.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace slotwarden::formats {

// Continues `crc` (0 at the beginning) over `data`, so that a file can be summed in pieces of any size.
[[nodiscard]] std::uint64_t crc64(std::uint64_t crc, std::span<const std::byte> data);

}  // namespace slotwarden::formats
