#include "formats/crc64.h"

#include <array>
#include <bit>
#include <cstring>

#include "formats/crc64_folding.h"

namespace slotwarden::formats {

namespace {

using Table = std::array<std::uint64_t, 256>;

// tables[k][b]: the sum of the byte b followed by k zero bytes.
consteval std::array<Table, 8> make_tables() {
  std::array<Table, 8> tables{};
  for (std::uint64_t b = 0; b < 256; ++b) {
    std::uint64_t crc = b;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) ? (crc >> 1) ^ crc64_polynomial : crc >> 1;
    tables[0][b] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k)
    for (std::size_t b = 0; b < 256; ++b) tables[k][b] = tables[0][tables[k - 1][b] & 0xff] ^ (tables[k - 1][b] >> 8);
  return tables;
}

constexpr std::array<Table, 8> tables = make_tables();

std::uint64_t little_endian(const std::byte* p) {
  if constexpr (std::endian::native == std::endian::little) {
    std::uint64_t n = 0;
    std::memcpy(&n, p, sizeof n);
    return n;
  }
  std::uint64_t n = 0;
  for (int i = 7; i >= 0; --i) n = n << 8 | std::to_integer<std::uint64_t>(p[i]);
  return n;
}

}  // namespace

std::uint64_t crc64_slicing(std::uint64_t crc, std::span<const std::byte> data) {
  for (; data.size() >= 8; data = data.subspan(8)) {
    crc ^= little_endian(data.data());
    crc = tables[7][crc & 0xff] ^ tables[6][crc >> 8 & 0xff] ^ tables[5][crc >> 16 & 0xff] ^
          tables[4][crc >> 24 & 0xff] ^ tables[3][crc >> 32 & 0xff] ^ tables[2][crc >> 40 & 0xff] ^
          tables[1][crc >> 48 & 0xff] ^ tables[0][crc >> 56];
  }
  for (const auto b : data) crc = tables[0][(crc ^ std::to_integer<std::uint64_t>(b)) & 0xff] ^ (crc >> 8);
  return crc;
}

#if !defined(__x86_64__) && !defined(__aarch64__)
std::vector<Crc64Way> crc64_folding_ways() {
  return {};
}
#endif

std::span<const Crc64Way> crc64_ways() {
  static const auto ways = [] {
    auto all = crc64_folding_ways();
    all.push_back({"slicing by eight", crc64_slicing});
    return all;
  }();
  return ways;
}

std::uint64_t crc64(std::uint64_t crc, std::span<const std::byte> data) {
  static const auto sum = crc64_ways().front().sum;
  return sum(crc, data);
}

}  // namespace slotwarden::formats
