#include "config/windows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slotwarden::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr int day = minutes_per_day;

std::vector<MinuteRange> ranges(std::string_view text) {
  const auto w = parse_windows(text);
  EXPECT_TRUE(w) << w.error().what;
  return w ? w->ranges : std::vector<MinuteRange>{};
}

TEST(SaveWindows, AreDaysAndHours) {
  EXPECT_THAT(ranges("mon 01:00-05:30"), ElementsAre(MinuteRange{60, 330}));
  EXPECT_THAT(ranges("sat-sun"), ElementsAre(MinuteRange{5 * day, 6 * day}, MinuteRange{6 * day, 7 * day}));
  EXPECT_THAT(ranges("01:00-02:00"), SizeIs(7));
  EXPECT_THAT(ranges("tue 00:00-24:00"), ElementsAre(MinuteRange{day, 2 * day}));
  EXPECT_THAT(ranges("mon 01:00-02:00, wed 03:00-04:00"),
              ElementsAre(MinuteRange{60, 120}, MinuteRange{2 * day + 180, 2 * day + 240}));
}

TEST(SaveWindows, GoOnBehindMidnightAndBehindTheWeek) {
  EXPECT_THAT(ranges("mon 22:00-04:00"), ElementsAre(MinuteRange{22 * 60, 28 * 60}));
  EXPECT_THAT(ranges("sun 22:00-04:00"), ElementsAre(MinuteRange{6 * day + 22 * 60, 7 * day}, MinuteRange{0, 240}));
  EXPECT_THAT(ranges("sun-mon 12:00-13:00"),
              ElementsAre(MinuteRange{6 * day + 720, 6 * day + 780}, MinuteRange{720, 780}));
}

TEST(SaveWindows, WithoutATextAreAlways) {
  const auto w = parse_windows("");
  ASSERT_TRUE(w);
  EXPECT_TRUE(w->open_at(0));
  EXPECT_EQ(w->opens_in(4711), 0);
}

TEST(SaveWindows, SayWhenTheyOpen) {
  const auto w = *parse_windows("mon 01:00-05:00");
  EXPECT_FALSE(w.open_at(59));
  EXPECT_TRUE(w.open_at(60));
  EXPECT_FALSE(w.open_at(300));
  EXPECT_EQ(w.opens_in(59), 1);
  EXPECT_EQ(w.opens_in(300), minutes_per_week - 240);
}

TEST(SaveWindows, ThatCannotBeReadAreNamed) {
  for (const auto* text :
       {"monday 01:00-02:00", "mon 1:00-2:00", "mon 01:00", "mon 01:00-01:00", "mon 25:00-26:00", "mon 01:60-02:00",
        "mon 24:00-02:00", "mon-", "-fri", "mon 01:00-02:00 x", ",", "mon,,tue", "mon -1:00-02:00"}) {
    const auto w = parse_windows(text);
    ASSERT_FALSE(w) << text;
    EXPECT_THAT(w.error().what, HasSubstr("is not a window; write"));
  }
}

}  // namespace
}  // namespace slotwarden::config
