#include "decide/cow.h"

#include <gtest/gtest.h>

namespace slotwarden::decide {
namespace {

using namespace std::chrono_literals;

CowEvidence known_server() {
  return {.memory = 1_GiB,
          .last = ForkSample{100_MiB, 1_GiB, 5s, 15'000, 1},
          .rate = WriteRate{3000, 0},
          .margin_percent = 0};
}

double mib(Bytes b) {
  return static_cast<double>(b.n) / (1 << 20);
}

TEST(Cow, IsThatOfTheLastTimeWhenNothingHasChanged) {
  EXPECT_NEAR(mib(predicted_cow(known_server())), 100 + 10.24, 1);
}

TEST(Cow, GrowsWithTheWritesButLessThanInStep) {
  auto e = known_server();
  e.rate->changes_per_second = 6000;
  const double twice = mib(predicted_cow(e)) - 10.24;
  EXPECT_GT(twice, 180);
  EXPECT_LT(twice, 200);
  e.rate->changes_per_second = 3'000'000;
  EXPECT_NEAR(mib(predicted_cow(e)), 1024 + 10.24, 1);
}

TEST(Cow, IsNeverLessThanAHundredth) {
  auto e = known_server();
  e.rate->changes_per_second = 0;
  EXPECT_NEAR(mib(predicted_cow(e)), 10.24, 0.1);
}

TEST(Cow, IsEverythingWhileNothingIsKnown) {
  CowEvidence e{.memory = 1_GiB};
  EXPECT_GE(predicted_cow(e), 1_GiB);
}

TEST(Cow, ChargesWritesWithPagesBeforeTheFirstSave) {
  CowEvidence e{.memory = 1_GiB, .rate = WriteRate{100, 0}};
  EXPECT_LT(predicted_cow(e), 40_MiB);
  EXPECT_GT(predicted_cow(e), 20_MiB);
}

TEST(Cow, LearnsFromOneThatWasEnded) {
  auto e = known_server();
  e.last = ForkSample{100_MiB, 1_GiB, 2s, 6'000, 0.4};
  EXPECT_GT(mib(predicted_cow(e)), 220);
  EXPECT_EQ(predicted_time(e), 5s);
}

TEST(Cow, TakesLongerForMoreMemory) {
  auto e = known_server();
  EXPECT_EQ(predicted_time(e), 5s);
  e.memory = 2_GiB;
  EXPECT_EQ(predicted_time(e), 10s);
}

TEST(Cow, NeverFallsWhenWritesMemoryOrMarginGrow) {
  for (const double rate : {0.0, 10.0, 1000.0, 100'000.0})
    for (const std::uint64_t megabytes : {1, 64, 1024, 65'536}) {
      auto e = known_server();
      e.rate->changes_per_second = rate;
      e.memory = Bytes{megabytes << 20};
      const auto base = predicted_cow(e);
      auto more = e;
      more.rate->changes_per_second = rate * 1.5;
      EXPECT_GE(predicted_cow(more), base);
      more = e;
      more.memory = Bytes{e.memory.n * 2};
      EXPECT_GE(predicted_cow(more), base);
      more = e;
      more.margin_percent = 50;
      EXPECT_GE(predicted_cow(more), base);
      EXPECT_LE(base, e.memory + Bytes{e.memory.n / 99 + 1});
    }
}

}  // namespace
}  // namespace slotwarden::decide
