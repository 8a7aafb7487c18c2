#include "formats/crc64.h"

#include <array>

namespace slotwarden::formats {

namespace {

constexpr std::uint64_t reflected_polynomial = 0x95ac9329ac4bc9b5;

using Table = std::array<std::uint64_t, 256>;

// tables[k][b]: the checksum of the byte b followed by k zero bytes.
consteval std::array<Table, 8> make_tables() {
  std::array<Table, 8> tables{};
  for (std::uint64_t b = 0; b < 256; ++b) {
    std::uint64_t crc = b;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) ? (crc >> 1) ^ reflected_polynomial : crc >> 1;
    tables[0][b] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k)
    for (std::size_t b = 0; b < 256; ++b) tables[k][b] = tables[0][tables[k - 1][b] & 0xff] ^ (tables[k - 1][b] >> 8);
  return tables;
}

constexpr std::array<Table, 8> tables = make_tables();

std::uint64_t little_endian(const std::byte* p) {
  std::uint64_t n = 0;
  for (int i = 7; i >= 0; --i) n = n << 8 | std::to_integer<std::uint64_t>(p[i]);
  return n;
}

}  // namespace

std::uint64_t crc64(std::uint64_t crc, std::span<const std::byte> data) {
  while (data.size() >= 8) {
    crc ^= little_endian(data.data());
    crc = tables[7][crc & 0xff] ^ tables[6][crc >> 8 & 0xff] ^ tables[5][crc >> 16 & 0xff] ^
          tables[4][crc >> 24 & 0xff] ^ tables[3][crc >> 32 & 0xff] ^ tables[2][crc >> 40 & 0xff] ^
          tables[1][crc >> 48 & 0xff] ^ tables[0][crc >> 56];
    data = data.subspan(8);
  }
  for (const auto b : data) crc = tables[0][(crc ^ std::to_integer<std::uint64_t>(b)) & 0xff] ^ (crc >> 8);
  return crc;
}

}  // namespace slotwarden::formats
