#include "formats/crc64.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "formats/rdb_sample.h"

namespace slotwarden::formats {
namespace {

using test::bytes_of;

// Bit by bit, from the definition.
std::uint64_t slowly(std::string_view data) {
  std::uint64_t crc = 0;
  for (const unsigned char c : data) {
    crc ^= c;
    for (int i = 0; i < 8; ++i) crc = crc & 1 ? crc >> 1 ^ 0x95ac9329ac4bc9b5 : crc >> 1;
  }
  return crc;
}

TEST(Crc64, MatchesTheCheckValueOfRedis) {
  EXPECT_EQ(crc64(0, bytes_of("123456789")), 0xe9c6d914c4b8d9caU);
}

TEST(Crc64, MatchesTheDefinitionAtEveryLengthAndContinues) {
  std::mt19937_64 random(1);
  std::string data;
  for (int length = 0; length < 200; ++length) {
    const auto whole = crc64(0, bytes_of(data));
    ASSERT_EQ(whole, slowly(data)) << length;
    const auto cut = data.empty() ? 0 : random() % data.size();
    ASSERT_EQ(crc64(crc64(0, bytes_of(data).first(cut)), bytes_of(data).subspan(cut)), whole)
        << length << " at " << cut;
    data += static_cast<char>(random());
  }
}

}  // namespace
}  // namespace slotwarden::formats
