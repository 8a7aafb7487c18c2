#include "formats/carry.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "formats/rdb_sample.h"

namespace slotwarden::formats {
namespace {

using test::bytes_of;

// Items of a length byte and so many bytes; takes whole ones only.
struct Items {
  std::string taken;
  std::size_t operator()(std::span<const std::byte> bytes) {
    std::size_t at = 0;
    while (at < bytes.size() && at + std::to_integer<std::size_t>(bytes[at]) < bytes.size())
      at += 1 + std::to_integer<std::size_t>(bytes[at]);
    taken.append(reinterpret_cast<const char*>(bytes.data()), at);
    return at;
  }
};

TEST(Carry, HandsOverEveryByteOnceAndInOrderHoweverTheyCome) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 200; ++round) {
    std::string all;
    for (int i = 0; i < 100; ++i) {
      const auto length = random() % 20;
      all += static_cast<char>(length);
      all += std::string(length, static_cast<char>('a' + i % 26));
    }
    Carry<20> carry;
    Items items;
    for (std::size_t at = 0; at < all.size();) {
      const auto n = std::min<std::size_t>(1 + random() % (round % 2 == 0 ? 5 : 60), all.size() - at);
      carry.feed(bytes_of(all).subspan(at, n), items);
      at += n;
      ASSERT_EQ(items.taken.size() + carry.kept(), at);
    }
    ASSERT_EQ(items.taken, all);
    ASSERT_EQ(carry.kept(), 0u);
  }
}

TEST(Carry, KeepsTheBeginningOfAnItem) {
  Carry<20> carry;
  Items items;
  carry.feed(bytes_of("\x03"
                      "ab"),
             items);
  EXPECT_EQ(carry.kept(), 3u);
  EXPECT_EQ(items.taken, "");
  carry.feed(bytes_of("c\x01"), items);
  EXPECT_EQ(items.taken,
            "\x03"
            "abc");
  EXPECT_EQ(carry.kept(), 1u);
}

}  // namespace
}  // namespace slotwarden::formats
