// Which heir is asked, and when this host's own dataset is the better one.
#include <gtest/gtest.h>

#include "decide/succession.h"
#include "evidence.h"

namespace slotwarden::decide {
namespace {

TEST(SuccessionChoice, WaitsForASilentReplicaThatMayBeTheBest) {
  auto e = master_just_died();
  e.heirs.push_back(silent_replica(second_replica));
  EXPECT_EQ(succession(e).verdict.rule, "silent-replica");
  e.since_death = 1001ms;
  EXPECT_EQ(succession(e).verdict.rule, "best-replica") << "its patience is over";
}

TEST(SuccessionChoice, DoesNotWaitForAReplicaWhoseProcessIsKnownToBeDead) {
  auto e = master_just_died();
  e.heirs.push_back(silent_replica(second_replica));
  e.heirs[1].process_dead = Tri::yes;
  EXPECT_EQ(succession(e).verdict.rule, "best-replica");
}

TEST(SuccessionChoice, WaitsForASilentReplicaOfWhichNothingIsKnown) {
  auto e = master_just_died();
  e.heirs.push_back(silent_replica(second_replica));
  e.heirs[1].online_at_death = Tri::unknown;
  EXPECT_EQ(succession(e).verdict.rule, "silent-replica");
}

TEST(SuccessionChoice, WaitsForASilentDetachedReplicaThatWasAheadOfTheOthers) {
  auto e = master_just_died();
  e.heirs = {late_replica(), silent_replica(second_replica)};
  e.heirs[1].online_at_death = Tri::no;
  e.heirs[1].last_seen_offset = Offset{4500};
  EXPECT_EQ(succession(e).verdict.rule, "silent-replica");
  e.heirs[1].last_seen_offset = Offset{3500};
  EXPECT_EQ(succession(e).verdict.rule, "late-replica");
}

TEST(SuccessionChoice, PrefersTheHighestOffsetThenTheSmallestId) {
  auto e = master_just_died();
  e.heirs = {synced_replica(first_replica, 4000), synced_replica(second_replica, 4500)};
  EXPECT_EQ(succession(e).whom, second_replica);
  EXPECT_EQ(succession(e).lost_bytes, 500U);
  e.heirs[0].offset = Offset{4500};
  EXPECT_EQ(succession(e).whom, first_replica);
}

TEST(SuccessionChoice, PrefersAnAttachedReplicaToADetachedOneAhead) {
  auto e = master_just_died();
  e.heirs = {late_replica(first_replica, 6000), synced_replica(second_replica, 4500)};
  EXPECT_EQ(succession(e).whom, second_replica);
}

TEST(SuccessionChoice, NeverAsksAReplicaThatIsStillLoading_ReplicaLagsOrLoads) {
  auto e = master_just_died();
  e.heirs[0].loading = Tri::yes;
  EXPECT_EQ(succession(e).verdict.rule, "replicas-loading");
}

TEST(SuccessionChoice, JudgesAReplicaThatLagsFarBehindLikeOneThatLostItsLink_ReplicaLagsOrLoads) {
  auto e = master_just_died();
  e.offset_at_death = Offset{50'000'000};
  EXPECT_EQ(succession(e).verdict.rule, "late-replica") << "nothing better is left, so it is asked";
  has_dataset(e, std::nullopt);
  e.local_complete = Tri::yes;
  EXPECT_EQ(succession(e).verdict.rule, "all-staler");
}

TEST(SuccessionChoice, NeverAsksAnEmptyReplicaOfAMasterThatHadKeys) {
  auto e = master_just_died();
  e.heirs = {synced_replica(), replica_with_its_own_disk(second_replica)};
  e.heirs[0].keys = 0;
  EXPECT_EQ(succession(e).verdict.rule, "replicas-unheard");
}

TEST(SuccessionChoice, AsksAnEmptyReplicaOfAMasterThatNeverHadKeys) {
  auto e = master_just_died();
  e.keys_at_death = 0;
  e.heirs[0].keys = 0;
  EXPECT_EQ(succession(e).verdict.rule, "best-replica");
}

TEST(SuccessionChoice, ReadsTheDiskBeforeItAsksALateReplica) {
  auto e = master_just_died();
  e.heirs = {late_replica()};
  e.local = DatasetState::unknown;
  EXPECT_EQ(succession(e).verdict.rule, "local-unread");
}

// An append-only file tells no offset; asking the replica could throw away the only copy of what it lacks.
TEST(SuccessionChoice, DoesNotAskALateReplicaOverAWholeDatasetOfUnknownAge) {
  auto e = master_just_died();
  e.heirs = {late_replica()};
  has_dataset(e, std::nullopt);
  EXPECT_EQ(succession(e).verdict.rule, "local-unplaced");
  e.start.data_may_go = true;
  EXPECT_EQ(succession(e).verdict.rule, "late-replica") << "a cache does not hold a start for that";
}

TEST(SuccessionChoice, DoesNotAskALateReplicaThatTheDiskIsAheadOf) {
  auto e = master_just_died();
  e.heirs = {late_replica(), replica_with_its_own_disk(second_replica)};
  has_dataset(e, 4500);
  EXPECT_EQ(succession(e).verdict.rule, "replicas-unheard");
}

TEST(SuccessionChoice, AsksALateReplicaThatIsAheadOfTheDisk) {
  auto e = master_just_died();
  e.heirs = {late_replica()};
  has_dataset(e, 3000);
  const auto v = succession(e);
  EXPECT_EQ(v.verdict.rule, "late-replica");
  EXPECT_EQ(v.whom, first_replica);
  EXPECT_EQ(v.lost_bytes, 1000U);
}

TEST(SuccessionChoice, AsksALateReplicaWhenThereIsNothingOnTheDisk) {
  auto e = master_just_died();
  e.heirs = {late_replica()};
  for (const auto state : {DatasetState::absent, DatasetState::empty, DatasetState::corrupt, DatasetState::truncated}) {
    e.local = state;
    EXPECT_EQ(succession(e).verdict.rule, "late-replica") << name(state);
  }
}

TEST(SuccessionChoice, WaitsWhileNoReplicaAnswers) {
  auto e = master_just_died();
  e.heirs = {silent_replica()};
  e.since_death = 10s;
  EXPECT_EQ(succession(e).verdict.rule, "replicas-unheard");
}

}  // namespace
}  // namespace slotwarden::decide
