#include "decide/yield.h"

#include <gtest/gtest.h>

namespace slotwarden::decide {
namespace {

Yielding cache(std::uint16_t port = 7000) {
  return {.port = Port{port}, .percent = 30, .evicts = true, .used = 100_MiB, .maxmemory = 100_MiB};
}

// What the daemon does with a step: it remembers, and then it sets.
void carry_out(Yielding& y, const YieldStep& s, bool set = true) {
  LentMemory lent = y.lent.value_or(LentMemory{y.maxmemory, {}, {}, whole_of(y), ""});
  lent.from = s.from;
  lent.to = s.to;
  y.lent = lent;
  if (!set) return;
  y.maxmemory = s.to;
  if (y.maxmemory.n) y.used = std::min(y.used, y.maxmemory);
  if (s.gives_back) y.lent.reset();
}

TEST(Yield, GivesInStepsAndNeverMoreThanItsShare) {
  auto y = cache();
  EXPECT_EQ(yieldable({y}).n / 1000, (30_MiB).n / 1000);
  int steps = 0;
  for (auto next = yield_steps({y}, 1_GiB); !next.empty(); next = yield_steps({y}, 1_GiB), ++steps) {
    ASSERT_LT(steps, 10);
    EXPECT_LE((y.maxmemory - next[0].to).n, (100_MiB).n / 10 + 100);
    carry_out(y, next[0]);
  }
  EXPECT_EQ(steps, 3);
  EXPECT_GE(y.maxmemory, 70_MiB);
  EXPECT_LT(y.maxmemory, 71_MiB);
  ASSERT_EQ(give_back({y}).size(), 1u);
  EXPECT_EQ(give_back({y})[0].to, 100_MiB);
}

TEST(Yield, OfOneWithoutALimitIsMeasuredByWhatItUsed) {
  auto y = cache();
  y.maxmemory = {};
  for (int n = 0; n < 10; ++n)
    for (const auto& s : yield_steps({y}, 1_GiB)) carry_out(y, s);
  EXPECT_GE(y.used, 70_MiB);
  EXPECT_LT(y.used, 71_MiB);
  EXPECT_EQ(give_back({y})[0].to, Bytes{});
}

TEST(Yield, LowersToWhatFreesSomething) {
  auto y = cache();
  y.used = 90_MiB;
  EXPECT_LT(yield_steps({y}, 1_MiB)[0].to, 90_MiB);
  EXPECT_EQ(yieldable({y}).n >> 20, 20u);
}

TEST(Yield, AsksNobodyWhoWouldRefuseWritesInstead) {
  auto y = cache();
  y.evicts = false;
  EXPECT_TRUE(yield_steps({y}, 1_GiB).empty());
  y = cache();
  y.percent = 0;
  EXPECT_TRUE(yield_steps({y}, 1_GiB).empty());
}

TEST(Yield, GivesBackWhereverItWasInterrupted) {
  for (const bool set : {false, true}) {
    auto y = cache();
    carry_out(y, yield_steps({y}, 1_GiB)[0]);
    carry_out(y, yield_steps({y}, 1_GiB)[0], set);
    ASSERT_EQ(give_back({y}).size(), 1u);
    EXPECT_EQ(give_back({y})[0].to, 100_MiB);
  }
  auto y = cache();
  carry_out(y, yield_steps({y}, 1_GiB)[0], false);
  EXPECT_TRUE(give_back({y}).empty());
}

TEST(Yield, LeavesAloneWhatSomebodyElseHasSetMeanwhile) {
  auto y = cache();
  carry_out(y, yield_steps({y}, 1_GiB)[0]);
  y.maxmemory = 500_MiB;
  EXPECT_TRUE(give_back({y}).empty());
}

}  // namespace
}  // namespace slotwarden::decide
