#include "decide/full_sync.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

#include "evidence.h"

namespace slotwarden::decide {
namespace {

SyncCandidate asked_by_one(std::uint16_t port = 7000) {
  return {
      .port = Port{port},
      .may_hold = true,
      .waiting = 1,
      .waited = 1s,
      .predicted = 100_MiB,
      .domains = {0},
  };
}

SyncEvidence two_ask() {
  return {.candidates = {asked_by_one(7000), asked_by_one(7001)},
          .memory = std::vector<MemoryDomain>{{"host", 10_GiB, 1_GiB}},
          .at_once = 1};
}

std::map<std::uint16_t, SyncAnswer> answers(const SyncEvidence& e) {
  std::map<std::uint16_t, SyncAnswer> all;
  for (const auto& a : plan_syncs(e)) EXPECT_TRUE(all.emplace(a.port.n, a).second) << a.port.n << " twice";
  EXPECT_EQ(all.size(), e.candidates.size());
  return all;
}

std::string rule_of(const SyncEvidence& e, std::uint16_t port) {
  return std::string(answers(e)[port].verdict.rule);
}

TEST(FullSync, BeginsForAsManyAsAreAllowed) {
  auto e = two_ask();
  EXPECT_EQ(rule_of(e, 7000), "sync-begins");
  EXPECT_EQ(rule_of(e, 7001), "sync-turn");
  e.at_once = 2;
  EXPECT_EQ(rule_of(e, 7001), "sync-begins");
  e.candidates.push_back(asked_by_one(7002));
  EXPECT_EQ(rule_of(e, 7002), "sync-turn");
  e.at_once = 0;
  EXPECT_EQ(rule_of(e, 7002), "sync-begins");
}

TEST(FullSync, WaitsForOnesThatHaveBegun) {
  auto e = two_ask();
  e.candidates[1].feeding = true;
  e.candidates[1].waiting = 0;
  EXPECT_EQ(rule_of(e, 7000), "sync-turn");
  EXPECT_EQ(rule_of(e, 7001), "sync-begun");
}

TEST(FullSync, OfAShardWithoutAnyReplicaComesFirstThenWhoWaitsLongest) {
  auto e = two_ask();
  e.candidates[1].waited = 2s;
  EXPECT_EQ(rule_of(e, 7001), "sync-begins");
  e.candidates[0].alone = true;
  EXPECT_EQ(rule_of(e, 7000), "sync-begins");
  EXPECT_EQ(rule_of(e, 7001), "sync-turn");
}

TEST(FullSync, WaitsForMemoryAndSaysSo) {
  auto e = two_ask();
  e.at_once = 0;
  e.memory->front().available = 1_GiB + 150_MiB;
  EXPECT_EQ(rule_of(e, 7000), "sync-begins");
  EXPECT_EQ(rule_of(e, 7001), "sync-memory") << "the first one has been promised most of it";
  e.candidates[0].waiting = 0;
  e.forks = {{.port = Port{7005}, .predicted = 100_MiB, .domains = {0}}};
  EXPECT_EQ(rule_of(e, 7001), "sync-memory") << "a save at work has been promised most of it";
}

TEST(FullSync, IsNotPutOffByMemoryThatNobodyKnows) {
  auto e = two_ask();
  e.at_once = 0;
  e.memory.reset();
  EXPECT_EQ(rule_of(e, 7000), "sync-begins");
  EXPECT_EQ(rule_of(e, 7001), "sync-begins");
}

TEST(FullSync, ThatCannotBeHeldCountsAllTheSame) {
  auto e = two_ask();
  e.candidates[0].may_hold = false;
  e.memory->front().available = 0_MiB;
  EXPECT_EQ(rule_of(e, 7000), "sync-own-way");
  EXPECT_EQ(rule_of(e, 7001), "sync-turn");
}

TEST(FullSync, ThatNobodyAsksForLeavesTheServersOwnDelay) {
  auto e = two_ask();
  e.candidates[0].waiting = 0;
  e.candidates[0].delay = 130;
  EXPECT_EQ(rule_of(e, 7000), "sync-none");
  EXPECT_EQ(answers(e)[7000].delay, 5);
}

// Whoever sets the delay may die: then every sync must begin by itself within two minutes.
TEST(FullSync, IsHeldForOneToTwoMinutesBeyondTheWait) {
  auto e = two_ask();
  auto& c = e.candidates[1];
  for (int second = 0; second < 3'600; ++second) {
    c.waited = std::chrono::seconds(second);
    e.candidates[0].waited = c.waited + 1s;
    const auto a = answers(e)[7001];
    ASSERT_EQ(a.verdict.rule, "sync-turn");
    ASSERT_GE(a.delay, second + 60);
    ASSERT_LE(a.delay, second + 120);
    c.delay = a.delay;
  }
}

TEST(FullSync, IsNeverMadeSoonerThanTheServersOwnDelay) {
  auto e = two_ask();
  e.candidates[1].own_delay = e.candidates[1].delay = 3'600;
  EXPECT_EQ(answers(e)[7001].delay, 3'600);
}

TEST(FullSync, OfAServerThatIsLeftToItselfGetsItsOwnDelayBack) {
  auto e = two_ask();
  e.candidates[1].may_hold = false;
  e.candidates[1].delay = 130;
  EXPECT_EQ(answers(e)[7001].delay, 5);
}

// Masters whose replicas ask at any time, syncs of any length: never more at once than allowed, and each has its turn.
TEST(FullSync, ReachesEverybody) {
  std::mt19937 chance(5);  // NOLINT: the same days every time
  for (int day = 0; day < 50; ++day) {
    SyncEvidence e = two_ask();
    e.candidates.clear();
    const auto masters = static_cast<std::uint16_t>(2 + chance() % 12);
    e.at_once = 1 + static_cast<int>(chance() % 3);
    std::map<std::uint16_t, int> asks_at;
    std::map<std::uint16_t, int> ends_at;
    for (std::uint16_t p = 7000; p < 7000 + masters; ++p) {
      auto c = asked_by_one(p);
      c.waiting = 0;
      c.alone = chance() % 2;
      e.candidates.push_back(c);
      asks_at[p] = static_cast<int>(chance() % 60);
    }
    std::size_t served = 0;
    for (int second = 0; second < 4'000 && served < masters; ++second) {
      int feeding = 0;
      for (auto& c : e.candidates) {
        if (c.feeding && second >= ends_at[c.port.n]) {
          c.feeding = false;
          ++served;
        }
        if (asks_at[c.port.n] == second) {
          c.waiting = 1;
          c.waited = 0s;
        } else if (c.waiting) {
          c.waited += 1s;
        }
        // What the server does by itself.
        if (c.waiting && c.waited >= std::chrono::seconds(c.delay)) {
          c.waiting = 0;
          c.feeding = true;
          ends_at[c.port.n] = second + 1 + static_cast<int>(chance() % 100);
        }
        feeding += c.feeding;
      }
      ASSERT_LE(feeding, e.at_once) << "day " << day << ", second " << second;
      for (const auto& [port, a] : answers(e))
        for (auto& c : e.candidates)
          if (c.port.n == port) c.delay = a.delay;
    }
    EXPECT_EQ(served, masters) << "day " << day;
  }
}

}  // namespace
}  // namespace slotwarden::decide
