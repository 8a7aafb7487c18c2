#include "decide/pace.h"

#include <gtest/gtest.h>

#include "evidence.h"

namespace slotwarden::decide {
namespace {

TEST(Pace, IsTheOperatorsWhereNothingElseIsKnown) {
  EXPECT_FALSE(pace({}));
  EXPECT_EQ(pace({.limit = 50_MiB, .others = 900_MiB}), 50_MiB);
  EXPECT_EQ(pace({.limit = 50_MiB, .link = Bytes{0}}), 50_MiB);
}

TEST(Pace, IsWhatTheOthersLeaveOfTheLink) {
  EXPECT_EQ(pace({.link = 100_MiB}), 80_MiB);
  EXPECT_EQ(pace({.link = 100_MiB, .others = 30_MiB}), 50_MiB);
  EXPECT_EQ(pace({.limit = 20_MiB, .link = 100_MiB, .others = 30_MiB}), 20_MiB);
  EXPECT_EQ(pace({.limit = 60_MiB, .link = 100_MiB, .others = 30_MiB}), 50_MiB);
}

TEST(Pace, ComesToAnEndOnALinkThatIsFull) {
  EXPECT_EQ(pace({.link = 100_MiB, .others = 100_MiB}), 1_MiB);
  EXPECT_EQ(pace({.limit = 10_MiB, .link = 100_MiB, .others = 500_MiB}), 1_MiB);
  EXPECT_EQ(pace({.link = Bytes{3}, .others = 1_MiB}), Bytes{1});
}

}  // namespace
}  // namespace slotwarden::decide
