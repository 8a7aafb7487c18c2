#include "formats/lzf.h"

#include <gtest/gtest.h>

namespace slotwarden::formats {
namespace {

TEST(Lzf, UnpacksWhatARealServerWrote) {
  // "ab" two hundred times, from a dump of Redis 7.0.15.
  const std::string_view packed("\x02\x61\x62\x61\xe0\xff\x01\xe0\x7a\x01\x01\x61\x62", 13);
  std::string expected;
  for (int i = 0; i < 200; ++i) expected += "ab";
  EXPECT_EQ(lzf_unpack(packed, 400), expected);
}

TEST(Lzf, RefusesAnyOtherLength) {
  const std::string_view packed("\x02\x61\x62\x61\xe0\xff\x01\xe0\x7a\x01\x01\x61\x62", 13);
  EXPECT_FALSE(lzf_unpack(packed, 399));
  EXPECT_FALSE(lzf_unpack(packed, 401));
  for (std::size_t n = 0; n < packed.size(); ++n) EXPECT_FALSE(lzf_unpack(packed.substr(0, n), 400)) << n;
}

TEST(Lzf, RefusesACopyFromBeforeTheBeginning) {
  EXPECT_FALSE(lzf_unpack("\x20\x07", 3));
}

}  // namespace
}  // namespace slotwarden::formats
