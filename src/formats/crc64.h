// The checksum at the end of an RDB file (crc64.c in Redis): Jones polynomial 0xad93d23594c935a9, reflected, initial
// value 0, no final xor. crc64 of "123456789" is 0xe9c6d914c4b8d9ca.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace slotwarden::formats {

// Continues `crc` (0 at the beginning) over `data`, so that a file can be summed in pieces of any size.
// By the fastest way that this processor has; every way gives the same sum.
[[nodiscard]] std::uint64_t crc64(std::uint64_t crc, std::span<const std::byte> data);

struct Crc64Way {
  std::string_view name;
  std::uint64_t (*sum)(std::uint64_t crc, std::span<const std::byte> data);
};

// The ways that work on this processor, fastest first; the last works on every one.
[[nodiscard]] std::span<const Crc64Way> crc64_ways();

}  // namespace slotwarden::formats
