#include "decide/retention.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>

#include "facts/units.h"

namespace slotwarden::decide {
namespace {

constexpr std::int64_t hour = 3600;
constexpr std::int64_t day = 24 * hour;

Generation at(std::int64_t unix_seconds, std::string shard = "a") {
  return {std::move(shard), unix_seconds, 1_MiB, true, false};
}

// One an hour for three weeks, newest last.
RetentionEvidence three_weeks() {
  RetentionEvidence e;
  for (std::int64_t n = 0; n < 21 * 24; ++n) e.generations.push_back(at(20'000 * day + n * hour));
  return e;
}

std::size_t kept(const std::vector<Verdict>& all) {
  return static_cast<std::size_t>(std::ranges::count(all, Ruling::go, &Verdict::ruling));
}

TEST(Retention, KeepsTheNewestAndOneOfEachHourDayAndWeek) {
  const auto e = three_weeks();
  const auto all = retention(e);
  std::map<std::string_view, int> of_rule;
  for (const auto& v : all) ++of_rule[v.rule];
  EXPECT_EQ(all.back().rule, "last-good");
  EXPECT_EQ(of_rule["newest"], 2);  // the third is the last good one
  EXPECT_EQ(of_rule["hourly"], 3);  // of six hours, three are the newest three
  EXPECT_EQ(of_rule["daily"], 6);
  EXPECT_EQ(kept(all), 1u + 2 + 3 + 6 + static_cast<std::size_t>(of_rule["weekly"]));
  EXPECT_GE(of_rule["weekly"], 1);
}

TEST(Retention, NeverRemovesTheLastGoodOneThoughItIsOldAndTheBudgetIsSpent) {
  RetentionEvidence e;
  e.generations = {at(day), at(1000 * day), at(1001 * day), at(1002 * day), at(1003 * day), at(1004 * day)};
  for (std::size_t n = 1; n < e.generations.size(); ++n) e.generations[n].good = false;
  e.policy.keep_last = 1;
  e.policy.hourly = e.policy.daily = e.policy.weekly = 0;
  e.policy.disk_budget = 1;
  e.free = Bytes{0};
  e.total = 100_MiB;
  const auto all = retention(e);
  EXPECT_EQ(all.front().rule, "last-good");
  EXPECT_EQ(kept(all), 1u);
}

TEST(Retention, KeepsWhatTheServerWouldLoadNow) {
  auto e = three_weeks();
  e.generations[5].in_place = true;
  EXPECT_EQ(retention(e)[5].rule, "in-place");
}

TEST(Retention, RemovesTheOldestFirstForTheBudget) {
  RetentionEvidence e;
  for (std::int64_t n = 0; n < 3; ++n) e.generations.push_back(at(n * hour));
  e.policy.disk_budget = (2_MiB).n;
  const auto all = retention(e);
  EXPECT_EQ(all[0].rule, "over-budget");
  EXPECT_EQ(kept(all), 2u);
}

TEST(Retention, MakesRoomOnAShortDisk) {
  RetentionEvidence e;
  for (std::int64_t n = 0; n < 3; ++n) e.generations.push_back(at(n * hour));
  e.total = 100_MiB;
  e.free = 19_MiB;
  EXPECT_EQ(retention(e)[0].rule, "disk-short");
  EXPECT_EQ(kept(retention(e)), 2u);
  e.total = Bytes{};
  EXPECT_EQ(kept(retention(e)), 3u) << "what is not known removes nothing";
}

TEST(Retention, JudgesEachShardByItself) {
  RetentionEvidence e;
  e.policy.keep_last = 1;
  e.policy.hourly = e.policy.daily = e.policy.weekly = 0;
  e.generations = {at(0, "a"), at(hour, "b"), at(2 * hour, "b")};
  const auto all = retention(e);
  EXPECT_EQ(all[0].rule, "last-good");
  EXPECT_EQ(all[1].rule, "outdated");
  EXPECT_EQ(all[2].rule, "last-good");
}

// Whatever there is: the last good one of each shard stays, what stays fits the budget where it can, and once the rest
// is removed nothing more goes.
TEST(Retention, HoldsItsLawsOverAnything) {
  std::mt19937 chance(20261121);
  const auto upto = [&](int n) { return std::uniform_int_distribution<int>(0, n)(chance); };
  for (int round = 0; round < 2000; ++round) {
    RetentionEvidence e;
    e.policy.keep_last = 1 + upto(3);
    e.policy.hourly = upto(3);
    e.policy.daily = upto(3);
    e.policy.weekly = upto(2);
    e.policy.disk_budget = upto(1) ? 0 : (8_MiB).n;
    for (int n = upto(12); n > 0; --n) {
      Generation g{upto(3) ? "a" : "b", upto(200) * hour, Bytes{(1_MiB).n * (1 + upto(3))}, upto(4) > 0, upto(9) == 0};
      e.generations.push_back(g);
    }
    const auto all = retention(e);
    ASSERT_EQ(all.size(), e.generations.size());
    std::set<std::string> had, has;
    RetentionEvidence left = e;
    left.generations.clear();
    std::uint64_t size = 0;
    bool only_those_that_never_go = true;
    for (std::size_t n = 0; n < all.size(); ++n) {
      const auto& g = e.generations[n];
      if (g.good) had.insert(g.shard);
      if (g.in_place) {
        EXPECT_EQ(all[n].ruling, Ruling::go);
      }
      if (all[n].ruling != Ruling::go) continue;
      if (g.good) has.insert(g.shard);
      if (all[n].rule != "last-good" && all[n].rule != "in-place") only_those_that_never_go = false;
      size += g.size.n;
      left.generations.push_back(g);
    }
    EXPECT_EQ(had, has);
    if (e.policy.disk_budget && !only_those_that_never_go) {
      EXPECT_LE(size, e.policy.disk_budget);
    }
    if (e.policy.disk_budget == 0) {
      EXPECT_EQ(kept(retention(left)), left.generations.size());
    }
  }
}

TEST(Retention, UsesEachOfItsRules) {
  std::set<std::string_view> names;
  for (const auto& r : retention_rules()) names.insert(r.rule);
  EXPECT_EQ(names.size(), 9u);
}

}  // namespace
}  // namespace slotwarden::decide
