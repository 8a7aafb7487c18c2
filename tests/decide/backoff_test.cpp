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
  std::vector<Attempt> attempts;
  for (const auto life : lives) attempts.push_back({life, 1s, false});
  return restart(attempts, chance, p);
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
  std::vector<Attempt> attempts(12, Attempt{1s, 60s, false});
  EXPECT_TRUE(restart(attempts, middle, {}).spent);
  attempts.front().ended_ago = 601s;
  EXPECT_FALSE(restart(attempts, middle, {}).spent) << "one of them is out of the window";
}

TEST(Backoff, WaitsForAHostThatRefusesWithoutSpendingTheBudget_RefusedFork) {
  const std::vector<Attempt> refused(64, Attempt{0ms, 1s, true});
  EXPECT_FALSE(restart(refused, middle, {}).spent);
  EXPECT_EQ(restart(refused, middle, {}).delay, 30s);
  std::vector<Attempt> mixed(12, Attempt{1s, 60s, false});
  mixed.back().host_refused = true;
  EXPECT_FALSE(restart(mixed, middle, {}).spent) << "eleven of its own";
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
