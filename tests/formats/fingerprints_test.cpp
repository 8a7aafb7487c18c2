#include "formats/fingerprints.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "formats/rdb_sample.h"

namespace slotwarden::formats {
namespace {

using test::bytes_of;

TEST(Fingerprints, TellARepeatedMemberAmongAsManyAsTheyHold) {
  std::mt19937_64 random(6);
  for (const std::uint64_t expected : {std::uint64_t{0}, std::uint64_t{100'000}, std::uint64_t{1} << 60}) {
    Fingerprints f;
    f.begin(expected);
    std::set<std::uint64_t> added;
    for (int i = 0; i < 100'000; ++i) {
      const auto print = i % 1000 == 7 ? 0 : random() % 300'000;
      ASSERT_EQ(f.add(print == 0 ? 0 : print + 1), added.insert(print).second) << "number " << i;
    }
  }
}

TEST(Fingerprints, BeginAnewForEachValue) {
  Fingerprints f;
  for (int i = 0; i < 3; ++i) {
    f.begin(2);
    EXPECT_TRUE(f.add(7));
    EXPECT_FALSE(f.add(7));
    EXPECT_TRUE(f.add(8));
  }
}

TEST(Fingerprints, SayNothingOfWhatTheyHaveNoRoomFor) {
  Fingerprints f;
  f.begin(0);
  for (std::uint64_t i = 1; i <= Fingerprints::most; ++i) ASSERT_TRUE(f.add(i));
  EXPECT_TRUE(f.add(5)) << "a false alarm would hold a sound dump, a missed one is caught by the checksum";
}

TEST(Fingerprints, AreOfTheBytesAndNotOfHowTheyWereCut) {
  const auto whole = fingerprint(first_print, bytes_of("a member of a set"));
  EXPECT_EQ(fingerprint(fingerprint(first_print, bytes_of("a memb")), bytes_of("er of a set")), whole);
  EXPECT_NE(fingerprint(first_print, bytes_of(std::string_view("\0", 1))), fingerprint(first_print, bytes_of("")));
}

}  // namespace
}  // namespace slotwarden::formats
