#include "decide/succession.h"

#include <gtest/gtest.h>

#include "evidence.h"

namespace slotwarden::decide {
namespace {

TEST(Succession, AsksTheAttachedReplicaAtOnce) {
  const auto v = succession(master_just_died());
  EXPECT_EQ(v.verdict.rule, "best-replica");
  EXPECT_EQ(v.answer, Succession::ask);
  EXPECT_EQ(v.whom, first_replica);
  EXPECT_EQ(v.lost_bytes, 0U);
}

TEST(Succession, KnowsNothingFromNoEvidence) {
  const auto v = succession({});
  EXPECT_EQ(v.answer, Succession::unknown);
  EXPECT_EQ(v.verdict.ruling, Ruling::wait);
}

TEST(Succession, IsSettledWhenAMajorityAgrees) {
  auto e = master_just_died();
  e.voters_agreeing = 2;
  e.successor = first_replica;
  const auto v = succession(e);
  EXPECT_EQ(v.verdict.rule, "settled");
  EXPECT_EQ(v.answer, Succession::settled);
  EXPECT_EQ(v.verdict.ruling, Ruling::go);
  EXPECT_EQ(v.whom, first_replica);
}

TEST(Succession, WatchesWhenOnlyOneOfThreeAgrees) {
  auto e = master_just_died();
  e.voters_agreeing = 1;
  e.heirs.clear();  // the successor is no replica any more, and nobody is left to wait for
  EXPECT_EQ(succession(e).verdict.rule, "successor-seen");
}

TEST(Succession, WaitsForAReplicaThatWasAskedAMomentAgo) {
  auto e = master_just_died();
  e.asked = first_replica;
  e.since_asked = 100ms;
  EXPECT_EQ(succession(e).verdict.rule, "asked");
}

TEST(Succession, HoldsAColdStart) {
  auto e = master_just_died();
  e.voters_answering = 0;
  e.just_booted = true;
  EXPECT_EQ(succession(e).verdict.rule, "cold-start");
}

TEST(Succession, AssumesThatItIsCutOffWhenNobodyAnswers) {
  auto e = master_just_died();
  e.voters_answering = 0;
  EXPECT_EQ(succession(e).verdict.rule, "cut-off");
  e.voters_dead_here = 1;
  EXPECT_EQ(succession(e).verdict.rule, "cut-off") << "one of the two others may still live";
}

TEST(Succession, SeesALostMajorityWhenAllOthersAreDeadHere) {
  auto e = master_just_died();
  e.voters_answering = 0;
  e.voters_dead_here = 2;
  EXPECT_EQ(succession(e).verdict.rule, "lost-majority");
}

TEST(Succession, NeverAsksWithoutAMajority_TwoOfThreeMastersDead) {
  auto e = master_just_died();
  e.voters_answering = 1;
  EXPECT_EQ(succession(e).verdict.rule, "lost-majority");
}

TEST(Succession, KnowsThatAClusterOfOneOrTwoMastersCannotVote) {
  auto e = master_just_died();
  e.voters = 2;
  e.voters_answering = 1;
  EXPECT_EQ(succession(e).verdict.rule, "lost-majority");
  e.voters = 1;
  e.voters_answering = 0;
  EXPECT_EQ(succession(e).verdict.rule, "lost-majority");
}

TEST(Succession, IsImpossibleWithoutReplicas) {
  auto e = master_just_died();
  e.heirs.clear();
  const auto v = succession(e);
  EXPECT_EQ(v.verdict.rule, "no-replica");
  EXPECT_EQ(v.answer, Succession::impossible);
}

TEST(Succession, WatchesAReplicaThatSaysItIsMaster) {
  auto e = master_just_died();
  e.heirs[0].role = Role::master;
  EXPECT_EQ(succession(e).verdict.rule, "successor-seen");
}

TEST(Succession, DoesNotBelieveALoadingReplicaThatItIsMaster) {
  auto e = master_just_died();
  e.heirs[0].role = Role::master;
  e.heirs[0].loading = Tri::yes;
  EXPECT_EQ(succession(e).verdict.rule, "replicas-loading");
}

TEST(Succession, IsImpossibleWhenNoReplicaEverSynced) {
  auto e = master_just_died();
  e.heirs = {empty_replica(), empty_replica(second_replica)};
  const auto v = succession(e);
  EXPECT_EQ(v.verdict.rule, "never-synced");
  EXPECT_EQ(v.answer, Succession::impossible);
}

TEST(Succession, CountsValkeysOffsetOfOneAsNeverSynced) {
  auto e = master_just_died();
  e.keys_at_death = 0;
  e.heirs = {empty_replica()};
  e.heirs[0].offset = Offset{1};
  EXPECT_EQ(succession(e).verdict.rule, "never-synced");
}

// Both processes died, and the replica was back first, with what its own disk held. That may be newer than the
// master's.
TEST(Succession, DoesNotRuleOutAReplicaThatCameBackWithKeysFromItsOwnDisk) {
  auto e = master_just_died();
  e.heirs = {replica_with_its_own_disk()};
  has_dataset(e, 3000);
  EXPECT_EQ(succession(e).verdict.rule, "replicas-unheard");
}

TEST(Succession, IsNotImpossibleWhileAReplicaThatMayComeBackIsDead) {
  auto e = master_just_died();
  e.heirs = {silent_replica()};
  e.heirs[0].process_dead = Tri::yes;
  EXPECT_EQ(succession(e).verdict.rule, "replicas-unheard");
}

TEST(Succession, IsImpossibleWhenEveryReplicaIsStalerThanTheDisk) {
  auto e = master_just_died();
  e.heirs = {late_replica()};
  has_dataset(e, 4000);
  const auto v = succession(e);
  EXPECT_EQ(v.verdict.rule, "all-staler");
  EXPECT_EQ(v.answer, Succession::impossible);
}

TEST(Succession, RulesOutADeadDetachedReplicaByItsLastOffset) {
  auto e = master_just_died();
  e.heirs = {silent_replica()};
  e.heirs[0].online_at_death = Tri::no;
  e.heirs[0].last_seen_offset = Offset{2000};
  has_dataset(e, 2000);
  EXPECT_EQ(succession(e).verdict.rule, "all-staler");
  e.heirs[0].last_seen_offset = Offset{2001};
  EXPECT_NE(succession(e).answer, Succession::impossible);
  e.heirs[0].last_seen_offset.reset();
  EXPECT_NE(succession(e).answer, Succession::impossible);
}

TEST(Succession, DoesNotCompareOffsetsOfAnotherHistory) {
  auto e = master_just_died();
  e.heirs = {late_replica()};
  e.heirs[0].same_history = false;
  e.heirs[0].last_seen_offset.reset();
  has_dataset(e, 9000);
  EXPECT_EQ(succession(e).verdict.rule, "replicas-unheard");
}

TEST(Succession, LeavesStalenessToThePolicy) {
  auto e = master_just_died();
  e.heirs = {late_replica()};
  has_dataset(e, 4100);
  e.start.staleness_allowed = 200;
  EXPECT_EQ(succession(e).verdict.rule, "late-replica") << "what the replica lacks is within what the policy lets go";
  has_dataset(e, 4200);
  EXPECT_EQ(succession(e).verdict.rule, "all-staler");
}

TEST(Succession, PrefersACompleteDatasetToAReplicaThatLostItsLink) {
  auto e = master_just_died();
  e.heirs = {late_replica()};
  has_dataset(e, std::nullopt);
  e.local_complete = Tri::yes;
  EXPECT_EQ(succession(e).verdict.rule, "all-staler");
}

TEST(Succession, PrefersAnAttachedReplicaToACompleteDataset) {
  auto e = master_just_died();
  has_dataset(e, 5000);
  e.local_complete = Tri::yes;
  EXPECT_EQ(succession(e).verdict.rule, "best-replica");
}

TEST(Succession, GivesAnAttachedReplicaTheTimeToAnswerBeforeACompleteDatasetIsPreferred) {
  auto e = master_just_died();
  e.heirs[0] = silent_replica();
  e.heirs[0].answers = Tri::unknown;
  has_dataset(e, std::nullopt);
  e.local_complete = Tri::yes;
  EXPECT_EQ(succession(e).verdict.rule, "silent-replica");
}

TEST(Succession, DoesNotTakeAShrunkenDatasetForProof) {
  auto e = master_just_died();
  e.heirs = {late_replica()};
  has_dataset(e, 9000);
  e.local_keys = 10;
  EXPECT_EQ(succession(e).verdict.rule, "late-replica");
}

TEST(Succession, LeavesTheElectionToTheClusterWhenThePolicySaysSo) {
  auto e = master_just_died();
  e.policy.ask = false;
  EXPECT_EQ(succession(e).verdict.rule, "off");
}

TEST(Succession, ProvesImpossibilityAlsoWhenItMayNotAsk) {
  auto e = master_just_died();
  e.policy.ask = false;
  e.heirs.clear();
  EXPECT_EQ(succession(e).verdict.rule, "no-replica");
}

TEST(Succession, StaysOutOfTheVoteWindow_SameShardFailsTwiceWithinTwoNodeTimeouts) {
  auto e = master_just_died();
  e.since_vote_about_master = 29'500ms;
  const auto v = succession(e);
  EXPECT_EQ(v.verdict.rule, "vote-clock");
  EXPECT_EQ(v.verdict.ask_again_in, 500ms);
  e.since_vote_about_master = 1s;
  EXPECT_EQ(succession(e).verdict.ask_again_in, 1s);
  e.since_vote_about_master = 30s;
  EXPECT_EQ(succession(e).verdict.rule, "best-replica");
}

TEST(Succession, KeepsTheVoteClockWhenTheVotersVersionIsUnknown) {
  auto e = master_just_died();
  e.since_vote_about_master = 10s;
  e.voters_keep_vote_clock = Tri::unknown;
  EXPECT_EQ(succession(e).verdict.rule, "vote-clock");
  e.voters_keep_vote_clock = Tri::no;
  EXPECT_EQ(succession(e).verdict.rule, "best-replica");
}

TEST(Succession, WaitsForTheReplicasOwnRetryTime) {
  auto e = master_just_died();
  e.heirs[0].since_own_election = 59'900ms;
  EXPECT_EQ(succession(e).verdict.rule, "vote-clock");
  e.heirs[0].since_own_election = 60s;
  EXPECT_EQ(succession(e).verdict.rule, "best-replica");
}

TEST(Succession, AsksForOneShardAtATime) {
  auto e = master_just_died();
  e.another_force_running = true;
  EXPECT_EQ(succession(e).verdict.rule, "one-at-a-time");
}

TEST(Succession, LetsTheHostsOfElderMastersThatDiedWithItAskFirst) {
  auto e = master_just_died();
  e.elders_silent = 1;
  e.since_death = 249ms;
  EXPECT_EQ(succession(e).verdict.rule, "its-turn");
  e.since_death = 250ms;
  EXPECT_EQ(succession(e).verdict.rule, "best-replica");
}

TEST(Succession, NeverRepeatsARequestThatWonNothing) {
  auto e = master_just_died();
  e.asked = first_replica;
  e.since_asked = 5s;
  EXPECT_EQ(succession(e).verdict.rule, "force-spent");
  e.since_asked = 60s;
  EXPECT_EQ(succession(e).verdict.rule, "best-replica");
}

TEST(Succession, MayAskAnotherReplicaAfterTheFirstFailed) {
  auto e = master_just_died();
  e.asked = first_replica;
  e.since_asked = 5s;
  e.heirs = {silent_replica(), synced_replica(second_replica)};
  e.since_death = 5s;
  const auto v = succession(e);
  EXPECT_EQ(v.verdict.rule, "best-replica");
  EXPECT_EQ(v.whom, second_replica);
}

TEST(Succession, KnowsWhenAReplicaMayTryAgain) {
  EXPECT_EQ(election_retry_time(15s), 60s);
  EXPECT_EQ(election_retry_time(500ms), 4s);
}

}  // namespace
}  // namespace slotwarden::decide
