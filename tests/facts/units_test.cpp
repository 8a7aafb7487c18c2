#include "facts/units.h"

#include <gtest/gtest.h>

#include "facts/verdict.h"

namespace slotwarden {
namespace {

TEST(Bytes, NeverFallBelowZero) {
  EXPECT_EQ(Bytes{3} - Bytes{5}, Bytes{0});
  EXPECT_EQ(Bytes{5} - Bytes{3}, Bytes{2});
  EXPECT_EQ(1_GiB, 1024_MiB);
}

TEST(NodeId, IsKnownByItsDigitsAndQuotedByTheFirstEight) {
  EXPECT_FALSE(NodeId{}.known());
  const NodeId id{"adcf0123456789adcf0123456789adcf01234567"};
  EXPECT_TRUE(id.known());
  EXPECT_EQ(id.brief(), "adcf0123");
}

TEST(Pid, IsNoProcessWhenItIsZeroOrLess) {
  EXPECT_FALSE(Pid{0});
  EXPECT_FALSE(Pid{-1});
  EXPECT_TRUE(Pid{1});
}

TEST(Tri, IsUnknownUnlessSomethingWasLearned) {
  EXPECT_EQ(Tri{}, Tri::unknown);
}

}  // namespace
}  // namespace slotwarden
