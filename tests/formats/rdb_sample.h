// RDB files made by hand, one record at a time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "formats/crc64.h"

namespace slotwarden::test {

inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

inline std::string little_endian(std::uint64_t n, int width) {
  std::string text;
  for (int i = 0; i < width; ++i) text += static_cast<char>(n >> 8 * i & 0xff);
  return text;
}

inline std::string rdb_length(std::uint32_t n) {
  if (n < 64) return std::string(1, static_cast<char>(n));
  if (n < 16384) return {static_cast<char>(0x40 | n >> 8), static_cast<char>(n & 0xff)};
  std::string text("\x80");
  for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(n >> shift & 0xff);
  return text;
}

inline std::string rdb_string(std::string_view text) {
  return rdb_length(static_cast<std::uint32_t>(text.size())) + std::string(text);
}

// Adds records in the order in which they are called; `whole` closes the file with its EOF mark and checksum.
class RdbSample {
 public:
  explicit RdbSample(std::string magic = "REDIS0010") : bytes_(std::move(magic)) {}

  RdbSample& raw(std::string_view bytes) { return bytes_ += bytes, *this; }
  RdbSample& aux(std::string_view key, std::string_view value) {
    return raw("\xfa").raw(rdb_string(key)).raw(rdb_string(value));
  }
  // As the server writes small numbers: in 1, 2 or 4 bytes.
  RdbSample& aux_integer(std::string_view key, std::int32_t value, int width) {
    const std::string_view encoding = width == 1 ? "\xc0" : width == 2 ? "\xc1" : "\xc2";
    const auto number = little_endian(static_cast<std::uint32_t>(value), width);
    return raw("\xfa").raw(rdb_string(key)).raw(encoding).raw(number);
  }
  RdbSample& function(std::string_view code) { return raw("\xf5").raw(rdb_string(code)); }
  RdbSample& database(std::uint32_t keys, std::uint32_t with_expiry) {
    return raw("\xfe").raw(rdb_length(0)).raw("\xfb").raw(rdb_length(keys)).raw(rdb_length(with_expiry));
  }
  RdbSample& key(std::string_view name, std::string_view value) {
    return raw(std::string_view("\0", 1)).raw(rdb_string(name)).raw(rdb_string(value));
  }

  [[nodiscard]] std::string whole() const {
    const auto body = bytes_ + "\xff";
    return body + little_endian(formats::crc64(0, bytes_of(body)), 8);
  }
  [[nodiscard]] std::string without_checksum() const { return bytes_ + "\xff" + std::string(8, '\0'); }

 private:
  std::string bytes_;
};

inline constexpr std::string_view sample_replid = "ebc4a3ab5eb427e054ccdedbe15605af57e56b10";

// A small dump as Redis 7.0 writes it on a master with a replica: three keys, one of them with a time to live.
inline RdbSample small_dump() {
  RdbSample s;
  s.aux("redis-ver", "7.0.15").aux_integer("redis-bits", 64, 1).aux_integer("ctime", 1'795'248'106, 4);
  s.aux("repl-id", sample_replid).aux_integer("repl-offset", 757, 2).aux_integer("aof-base", 0, 1);
  s.database(3, 1).key("a", "1").key("b", "2");
  return s.raw("\xfc").raw(little_endian(1'895'248'106'000, 8)).key("c", "3");
}

}  // namespace slotwarden::test
