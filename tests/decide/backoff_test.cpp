#include "decide/backoff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "evidence.h"

namespace slotwarden::decide {
namespace {

using std::chrono::milliseconds;

// The middle of the jitter: no jitter at all.
constexpr double middle = 0.5;

Restart after(const std::vector<milliseconds>& lives, double chance = middle, const BackoffPolicy& p = {}) {
  return restart(lives, std::vector<milliseconds>(lives.size(), 1s), chance, p);
}

TEST(Backoff, RestartsAtOnceAfterAStableLife) {
  EXPECT_EQ(after({3600s}).delay, 0ms);
  EXPECT_EQ(after({10s}).delay, 0ms);
  EXPECT_EQ(after({100ms, 100ms, 3600s}).delay, 0ms) << "the row of early exits ended";
}

TEST(Backoff, RestartsAtOnceWhenNothingEndedYet) {
  EXPECT_EQ(after({}).delay, 0ms);
  EXPECT_FALSE(after({}).spent);
}

TEST(Backoff, DoublesWithEachEarlyExitUpToTheLongestDelay_CrashLoop) {
  std::vector<milliseconds> lives;
  milliseconds expected = 200ms;
  for (int i = 0; i < 1000; ++i) {
    lives.push_back(50ms);
    ASSERT_EQ(after(lives).delay, expected) << i;
    expected = std::min<milliseconds>(expected * 2, 30s);
  }
}

TEST(Backoff, CountsOnlyTheLastEarlyExitsInARow) {
  EXPECT_EQ(after({50ms, 50ms, 20s, 50ms, 50ms}).delay, 400ms);
}

TEST(Backoff, DrawsTheJitterFromTheWholeRange) {
  EXPECT_EQ(after({1s}, 0.0).delay, 160ms);
  EXPECT_EQ(after({1s}, 0.25).delay, 180ms);
  EXPECT_EQ(after({1s}, 0.999999).delay, 240ms);
  BackoffPolicy p;
  p.jitter_percent = 0;
  EXPECT_EQ(after({1s}, 0.0, p).delay, 200ms);
}

TEST(Backoff, IsSpentWhenTheBudgetOfTheWindowIsUsedUp) {
  const std::vector<milliseconds> lives(12, 1s);
  std::vector<milliseconds> ago(12, 60s);
  EXPECT_TRUE(restart(lives, ago, middle, {}).spent);
  ago.front() = 601s;
  EXPECT_FALSE(restart(lives, ago, middle, {}).spent) << "one of them is out of the window";
}

TEST(Backoff, SpendsTheBudgetOnStableLivesToo) {
  BackoffPolicy p;
  p.budget = 2;
  const auto r = after({20s, 20s}, middle, p);
  EXPECT_TRUE(r.spent);
  EXPECT_EQ(r.delay, 0ms);
}

}  // namespace
}  // namespace slotwarden::decide
