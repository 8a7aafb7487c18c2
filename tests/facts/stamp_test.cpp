#include "facts/stamp.h"

#include <gtest/gtest.h>

namespace slotwarden {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t hour = 3'600'000;

TEST(Stamp, IsExactWithinOneBootWhateverTheWallClockSays) {
  const Stamp then{"this", 10'000, 1'000'000};
  for (const auto set_by : {std::int64_t{0}, hour, -hour}) {
    const Stamp now{"this", 12'500, 1'002'500 + set_by};
    EXPECT_EQ(surely_since(then, now), 2500ms);
    EXPECT_EQ(likely_since(then, now), 2500ms);
  }
}

TEST(Stamp, OfAnEarlierBootIsAtLeastAsOldAsThisBoot) {
  const Stamp then{"earlier", 900'000'000, 1'000'000};
  EXPECT_EQ(surely_since(then, {"this", 3000, 1'000'000 + hour}), 3000ms);
  EXPECT_EQ(likely_since(then, {"this", 3000, 1'000'000 + hour}), std::chrono::hours(1));
  EXPECT_EQ(likely_since(then, {"this", 3000, 1'000'000 - hour}), 3000ms) << "the clock went back";
}

TEST(Stamp, OfTheFutureIsNow) {
  EXPECT_EQ(surely_since({"this", 5000, 0}, {"this", 4000, 0}), 0ms);
}

}  // namespace
}  // namespace slotwarden
