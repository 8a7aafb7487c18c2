#include "decide/quarantine.h"

#include <gtest/gtest.h>

#include "evidence.h"

namespace slotwarden::decide {
namespace {

// A master that has loaded what its dump promised.
QuarantineEvidence loaded_master() {
  QuarantineEvidence e;
  e.loading = Tri::no;
  e.role = Role::master;
  e.keys = 1000;
  e.promised = 1000;
  e.recorded_keys = 1000;
  return e;
}

TEST(Quarantine, ReleasesAMasterWhoseCountAgrees) {
  EXPECT_EQ(quarantine(loaded_master()).rule, "quarantine-counted");
  EXPECT_EQ(quarantine(loaded_master()).ruling, Ruling::go);
}

TEST(Quarantine, KnowsNothingFromNoEvidence) {
  EXPECT_EQ(quarantine({}).rule, "quarantine-loading");
}

TEST(Quarantine, KeepsReplicasWaitingWhileItLoadsOrIsUnknown) {
  auto e = loaded_master();
  e.loading = Tri::yes;
  EXPECT_EQ(quarantine(e).rule, "quarantine-loading");
  e = loaded_master();
  e.role = Role::unknown;
  EXPECT_EQ(quarantine(e).rule, "quarantine-loading");
  e = loaded_master();
  e.keys.reset();
  EXPECT_EQ(quarantine(e).rule, "quarantine-loading");
}

TEST(Quarantine, EndsWhenItHasTurnedIntoAReplica) {
  auto e = loaded_master();
  e.role = Role::replica;
  e.keys = 0;
  EXPECT_EQ(quarantine(e).rule, "quarantine-replica");
}

// Persistence off, its replica promoted: it comes back with nothing, and is a master for some milliseconds more.
TEST(Quarantine, DoesNotEndASucceededMasterBeforeItHasTurnedIntoAReplica) {
  auto e = loaded_master();
  e.settled = true;
  e.keys = 0;
  e.promised.reset();
  EXPECT_EQ(quarantine(e).rule, "quarantine-succeeded");
  EXPECT_EQ(quarantine(e).ruling, Ruling::wait);
  e.role = Role::replica;
  EXPECT_EQ(quarantine(e).ruling, Ruling::go);
}

TEST(Quarantine, TakesTheOperatorsWordForTheCount) {
  auto e = loaded_master();
  e.keys = 0;
  e.forced = true;
  EXPECT_EQ(quarantine(e).rule, "quarantine-forced");
}

TEST(Quarantine, DoesNotCountWhereDataMayGo) {
  auto e = loaded_master();
  e.keys = 0;
  e.policy.data_may_go = true;
  EXPECT_EQ(quarantine(e).rule, "quarantine-data-may-go");
}

TEST(Quarantine, StopsAServerThatLoadedLessThanItsDumpPromised) {
  auto e = loaded_master();
  e.keys = 999;
  EXPECT_EQ(quarantine(e).rule, "quarantine-short");
  EXPECT_EQ(quarantine(e).ruling, Ruling::refuse);
}

TEST(Quarantine, AllowsForKeysThatMayHaveExpired) {
  auto e = loaded_master();
  e.promised_with_expiry = 100;
  e.keys = 900;
  EXPECT_EQ(quarantine(e).rule, "quarantine-counted");
  e.keys = 899;
  EXPECT_EQ(quarantine(e).rule, "quarantine-short");
  e.promised_with_expiry = 5000;
  e.keys = 0;
  EXPECT_EQ(quarantine(e).rule, "quarantine-counted") << "more with an expiry than there are keys does not wrap around";
}

TEST(Quarantine, HoldsTheCountAgainstTheRecordWhereNothingWasPromised) {
  auto e = loaded_master();
  e.promised.reset();
  e.keys = 500;
  EXPECT_EQ(quarantine(e).rule, "quarantine-counted");
  e.keys = 499;
  EXPECT_EQ(quarantine(e).rule, "quarantine-short");
}

TEST(Quarantine, NeverReleasesAMasterOfStorageWithFewerKeysThanPromised) {
  Table table(quarantine_rules());
  for (const Tri loading : {Tri::unknown, Tri::no, Tri::yes})
    for (const Role role : {Role::unknown, Role::master, Role::replica})
      for (const auto keys : {std::optional<std::uint64_t>{}, std::optional<std::uint64_t>{0},
                              std::optional<std::uint64_t>{400}, std::optional<std::uint64_t>{1000}})
        for (const auto promised :
             {std::optional<std::uint64_t>{}, std::optional<std::uint64_t>{0}, std::optional<std::uint64_t>{1000}})
          for (const std::uint64_t expiring : {0U, 600U})
            for (const std::uint64_t recorded : {0U, 1000U})
              for (int word = 0; word < 8; ++word) {
                QuarantineEvidence e{loading, role, keys, promised, expiring, recorded, {}, {}, {}};
                e.forced = word & 1;
                e.settled = word & 2;
                e.policy.data_may_go = word & 4;
                const auto v = quarantine(e);
                ASSERT_TRUE(table.has(v));
                if (v.ruling != Ruling::go || role == Role::replica || e.forced || e.policy.data_may_go) continue;
                ASSERT_TRUE(loading == Tri::no && role == Role::master && keys && !e.settled);
                if (promised) {
                  ASSERT_GE(*keys + expiring, *promised);
                } else {
                  ASSERT_GE(*keys * 2, recorded);
                }
              }
}

}  // namespace
}  // namespace slotwarden::decide
