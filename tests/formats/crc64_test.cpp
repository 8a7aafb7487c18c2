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
  for (const auto& way : crc64_ways()) EXPECT_EQ(way.sum(0, bytes_of("123456789")), 0xe9c6d914c4b8d9caU) << way.name;
}

TEST(Crc64, IsSummedByTheFirstOfItsWaysAndAlwaysHasTheLast) {
  ASSERT_FALSE(crc64_ways().empty());
  EXPECT_EQ(crc64_ways().back().name, "slicing by eight");
}

// Long enough that every way leaves its loop in each of its places.
TEST(Crc64, GivesTheSameSumByEveryWayAtEveryLength) {
  std::mt19937_64 random(1);
  std::string data;
  for (int length = 0; length < 1200; ++length) {
    const auto crc = random();
    const auto sum = crc64_ways().back().sum(crc, bytes_of(data));
    if (length < 200) {
      ASSERT_EQ(crc64_ways().back().sum(0, bytes_of(data)), slowly(data)) << length;
    }
    for (const auto& way : crc64_ways()) ASSERT_EQ(way.sum(crc, bytes_of(data)), sum) << way.name << ", " << length;
    data += static_cast<char>(random());
  }
}

TEST(Crc64, GivesTheSameSumHoweverTheDataLiesAndIsCut) {
  std::mt19937_64 random(2);
  std::string data(100'000, '\0');
  for (auto& c : data) c = static_cast<char>(random());
  for (int i = 0; i < 300; ++i) {
    const auto begin = random() % 64;
    const auto bytes = bytes_of(data).subspan(begin, random() % (data.size() - begin));
    const auto cut = random() % (bytes.size() + 1);
    const auto sum = crc64_ways().back().sum(0, bytes);
    for (const auto& way : crc64_ways()) {
      ASSERT_EQ(way.sum(0, bytes), sum) << way.name << ", " << bytes.size() << " from " << begin;
      ASSERT_EQ(way.sum(way.sum(0, bytes.first(cut)), bytes.subspan(cut)), sum) << way.name << ", cut at " << cut;
    }
  }
}

}  // namespace
}  // namespace slotwarden::formats
