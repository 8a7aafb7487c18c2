#include "decide/save_watch.h"

#include <gtest/gtest.h>

#include <string>

#include "evidence.h"

namespace slotwarden::decide {
namespace {

WatchedFork half_done(std::uint16_t port = 7000) {
  return {.port = Port{port},
          .kind = ForkKind::rdb_save,
          .may_end = true,
          .predicted = 200_MiB,
          .cow = 80_MiB,
          .share = 0.5,
          .running = 5s,
          .expected = 10s,
          .domains = {0}};
}

WatchEvidence with_room() {
  return {.forks = {half_done()}, .memory = {{"host", 1_GiB, 100_MiB}}};
}

std::string rule_of(const WatchEvidence& e) {
  return std::string(watch_forks(e).verdict.rule);
}

TEST(SaveWatch, GoesOnWhileTheRestFits) {
  auto e = with_room();
  EXPECT_EQ(rule_of(e), "fits");
  e.forks.clear();
  EXPECT_EQ(rule_of(e), "quiet");
}

TEST(SaveWatch, MakesRoomBeforeItIsNeeded) {
  auto e = with_room();
  e.memory[0].available = 170_MiB;  // of which 100 stay, and 80 will be copied
  EXPECT_EQ(rule_of(e), "tight");
  e.yieldable = 5_MiB;
  const auto answer = watch_forks(e);
  EXPECT_EQ(answer.verdict.rule, "make-room");
  EXPECT_EQ(answer.missing, 10_MiB);
}

TEST(SaveWatch, EndsWhatNobodyWaitsForAnyMore) {
  auto e = with_room();
  e.forks[0].for_nobody = true;
  const auto answer = watch_forks(e);
  EXPECT_EQ(answer.verdict.rule, "for-nobody");
  EXPECT_EQ(answer.whom, Port{7000});
  auto told = e;
  told.forks[0].ended_since = 100ms;
  EXPECT_EQ(rule_of(told), "fits");
  e.forks[0].may_end = false;  // it is not ours to end
  EXPECT_EQ(rule_of(e), "fits");
}

TEST(SaveWatch, BelievesThePaceOfTheChildOnceItIsFarEnough) {
  auto f = half_done();
  EXPECT_EQ(still_to_copy(f), 80_MiB);
  f.share = 0.05;
  EXPECT_EQ(still_to_copy(f), 120_MiB);
  f.share = 0;
  EXPECT_EQ(still_to_copy(f), 120_MiB);
}

TEST(SaveWatch, BelievesNoPredictionThatIsExceeded) {
  auto f = half_done();
  f.share = 0;
  f.cow = 200_MiB;
  EXPECT_EQ(still_to_copy(f), 0_MiB);
  f.cow = 201_MiB;
  EXPECT_EQ(still_to_copy(f), 201_MiB);
}

TEST(SaveWatch, EndsASaveBeforeTheReserveIsUsedUp) {
  auto e = with_room();
  e.memory[0].available = 51_MiB;
  EXPECT_EQ(rule_of(e), "tight");
  e.memory[0].available = 50_MiB;
  EXPECT_EQ(rule_of(e), "out-of-memory");
  EXPECT_EQ(watch_forks(e).whom, Port{7000});
}

TEST(SaveWatch, EndsItSoonerWhenMemoryShrinksFast) {
  auto e = with_room();
  e.memory[0].available = 90_MiB;
  e.shrinking_per_second = 100_MiB;
  EXPECT_EQ(rule_of(e), "out-of-memory");
}

TEST(SaveWatch, EndsTheOneWithTheMostToCopy) {
  auto e = with_room();
  e.memory[0].available = 10_MiB;
  e.forks.push_back(half_done(7001));
  e.forks[1].share = 0.2;
  EXPECT_EQ(watch_forks(e).whom, Port{7001});
  e.forks[1].may_end = false;
  EXPECT_EQ(watch_forks(e).whom, Port{7000});
}

TEST(SaveWatch, EndsOneAtATime) {
  auto e = with_room();
  e.memory[0].available = 10_MiB;
  e.forks.push_back(half_done(7001));
  e.forks[1].ended_since = 100ms;
  EXPECT_NE(rule_of(e), "out-of-memory");
}

TEST(SaveWatch, EndsNothingThatIsNotItsOwn) {
  auto e = with_room();
  e.memory[0].available = 10_MiB;
  e.forks[0].may_end = false;
  e.forks[0].kind = ForkKind::full_sync;
  EXPECT_EQ(rule_of(e), "helpless");
}

TEST(SaveWatch, EndsNothingForAGroupThatItIsNotIn) {
  auto e = with_room();
  e.memory.push_back({"/full", 1_MiB, 10_MiB});
  EXPECT_EQ(rule_of(e), "fits");
  e.forks[0].domains = {0, 1};
  EXPECT_EQ(rule_of(e), "out-of-memory");
}

TEST(SaveWatch, EndsOneThatHangs) {
  auto e = with_room();
  e.forks[0].running = 10min;
  EXPECT_EQ(rule_of(e), "fits");
  e.forks[0].running = 10min + 1s;
  EXPECT_EQ(rule_of(e), "hangs");
  e.forks[0].expected = 10min;
  EXPECT_EQ(rule_of(e), "fits");
}

}  // namespace
}  // namespace slotwarden::decide
