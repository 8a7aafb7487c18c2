#include "decide/start.h"

#include <gtest/gtest.h>

#include "evidence.h"

namespace slotwarden::decide {
namespace {

// A master that owns slots, whose succession is still open, and of which nothing else speaks against a start.
StartEvidence master_in_question(Succession s = Succession::unknown) {
  auto e = lone_master();
  e.succession = s;
  return e;
}

std::string_view rule_for(const StartEvidence& e) {
  return start(e).verdict.rule;
}

TEST(Start, GoesAtOnceInItsOwnPlaceWhenNobodyCanSucceedIt) {
  const auto v = start(lone_master());
  EXPECT_EQ(v.verdict.rule, "in-its-own-place");
  EXPECT_EQ(v.verdict.ruling, Ruling::go);
  EXPECT_TRUE(v.quarantine);
  EXPECT_FALSE(v.set_aside);
}

TEST(Start, KnowsNothingFromNoEvidence) {
  EXPECT_EQ(rule_for({}), "host-unknown");
}

TEST(Start, LetsAMasterWithoutSlotsGo) {
  auto e = master_in_question();
  e.owns_slots = Tri::no;
  e.dataset = DatasetState::corrupt;
  const auto v = start(e);
  EXPECT_EQ(v.verdict.rule, "never-owned");
  EXPECT_TRUE(v.set_aside);
}

TEST(Start, LetsAReplicaGoWhateverItsDatasetIsWorth) {
  auto e = master_in_question();
  e.role_by_file = Role::replica;
  e.role_by_record = Role::replica;
  EXPECT_EQ(rule_for(e), "replica");
  e.dataset = DatasetState::truncated;
  EXPECT_TRUE(start(e).set_aside);
  e.dataset = DatasetState::unknown;
  EXPECT_EQ(rule_for(e), "replica");
}

TEST(Start, LetsReplicasComeBackInTurn) {
  auto e = master_in_question();
  e.role_by_file = Role::replica;
  e.others_loading = 4;
  EXPECT_EQ(rule_for(e), "replica") << "there is no limit";
  e.loading_at_once = 5;
  EXPECT_EQ(rule_for(e), "replica");
  e.loading_at_once = 4;
  EXPECT_EQ(rule_for(e), "replicas-turn");
  EXPECT_EQ(start(e).verdict.ruling, Ruling::wait);
  e.forced = true;
  EXPECT_EQ(rule_for(e), "replica") << "the operator does not wait";
}

TEST(Start, LetsOneThatWasSucceededComeBackInTurnButNoMasterInItsOwnPlace) {
  auto e = master_in_question(Succession::settled);
  e.others_loading = 4;
  e.loading_at_once = 4;
  EXPECT_EQ(rule_for(e), "replicas-turn");
  e.succession = Succession::impossible;
  EXPECT_EQ(rule_for(e), "in-its-own-place") << "its slots have no other owner";
}

TEST(Start, BelievesNodesConfAboutTheRole) {
  auto e = master_in_question();
  e.role_by_file = Role::replica;
  e.role_by_record = Role::master;
  EXPECT_EQ(rule_for(e), "replica") << "it was demoted before a probe could see it";
  e.role_by_file = Role::master;
  e.role_by_record = Role::replica;
  EXPECT_EQ(rule_for(e), "succession-open") << "it was promoted before a probe could see it";
}

TEST(Start, GoesOnTheOperatorsWordQuarantined) {
  auto e = master_in_question();
  e.forced = true;
  e.dataset = DatasetState::corrupt;
  const auto v = start(e);
  EXPECT_EQ(v.verdict.rule, "forced");
  EXPECT_TRUE(v.quarantine);
  EXPECT_TRUE(v.set_aside);
}

TEST(Start, DoesNotWasteAForcedStartOnAnUnreadDataset) {
  auto e = master_in_question();
  e.forced = true;
  e.dataset = DatasetState::unknown;
  EXPECT_EQ(rule_for(e), "dataset-unread");
}

TEST(Start, ComesBackAsAReplicaOnceTheSuccessionIsSettled) {
  auto e = master_in_question(Succession::settled);
  e.dataset = DatasetState::absent;
  const auto v = start(e);
  EXPECT_EQ(v.verdict.rule, "settled");
  EXPECT_TRUE(v.quarantine) << "until it has turned into a replica";
}

TEST(Start, RestartsInPlaceOnTheOperatorsWord) {
  auto e = master_in_question();
  e.in_place = true;
  EXPECT_EQ(rule_for(e), "in-place");
  EXPECT_TRUE(start(e).quarantine);
  e.dataset = DatasetState::unknown;
  EXPECT_EQ(rule_for(e), "dataset-unread");
}

TEST(Start, DoesNotRestartInPlaceWithLessThanItsReplicasHave) {
  auto e = master_in_question();
  e.in_place = true;
  e.dataset_keys = 499;
  EXPECT_EQ(rule_for(e), "succession-open");
  e = master_in_question();
  e.in_place = true;
  e.dataset = DatasetState::absent;
  EXPECT_EQ(rule_for(e), "succession-open");
  e = master_in_question();
  e.in_place = true;
  e.older_than_record = Tri::yes;
  EXPECT_EQ(rule_for(e), "succession-open") << "its last save failed; a replica has more";
}

TEST(Start, LetsACacheGoAfterItsLongestWait) {
  auto e = master_in_question();
  e.policy.data_may_go = true;
  e.dataset = DatasetState::absent;
  e.waited = 29s;
  EXPECT_EQ(rule_for(e), "succession-open");
  EXPECT_EQ(start(e).verdict.ask_again_in, 1s);
  e.waited = 30s;
  EXPECT_EQ(rule_for(e), "cache-waited");
  e.waited = 0s;
  e.succession = Succession::impossible;
  EXPECT_EQ(rule_for(e), "cache-waited");
}

TEST(Start, HoldsAColdStart_RackReboot) {
  auto e = master_in_question();
  e.cold_start = true;
  EXPECT_EQ(rule_for(e), "cold-start");
}

TEST(Start, HoldsWhileTheMajorityIsLost_MajorityOfMastersDead) {
  auto e = master_in_question();
  e.lost_majority = true;
  EXPECT_EQ(rule_for(e), "lost-majority");
}

TEST(Start, HoldsWhileItIsCutOff_MasterPartitionedFromTheMajority) {
  auto e = master_in_question();
  e.cut_off = true;
  EXPECT_EQ(rule_for(e), "cut-off");
}

TEST(Start, WaitsWhileTheSuccessionIsOpen) {
  EXPECT_EQ(rule_for(master_in_question(Succession::unknown)), "succession-open");
  EXPECT_EQ(rule_for(master_in_question(Succession::ask)), "succession-open");
}

TEST(Start, WaitsForTheDatasetToBeRead) {
  auto e = lone_master();
  e.dataset = DatasetState::unknown;
  EXPECT_EQ(rule_for(e), "dataset-unread");
}

TEST(Start, RefusesToComeBackEmpty_DumpMissingThoughTheShardHadData) {
  auto e = lone_master();
  e.dataset_keys.reset();
  e.dataset = DatasetState::absent;
  EXPECT_EQ(rule_for(e), "empty-dataset");
  e.dataset = DatasetState::empty;
  EXPECT_EQ(rule_for(e), "empty-dataset");
}

TEST(Start, ComesBackEmptyWhereThereWasNothing) {
  auto e = lone_master();
  e.dataset = DatasetState::absent;
  e.dataset_keys.reset();
  e.recorded_keys = 0;
  EXPECT_EQ(rule_for(e), "in-its-own-place");
  e.recorded = false;
  EXPECT_EQ(rule_for(e), "empty-dataset") << "without a record nobody knows that there was nothing";
}

TEST(Start, RefusesADatasetThatWouldNotLoad_DumpTruncatedOrFlipped) {
  for (const auto state : {DatasetState::truncated, DatasetState::corrupt, DatasetState::foreign, DatasetState::too_new,
                           DatasetState::unreadable}) {
    auto e = lone_master();
    e.dataset = state;
    EXPECT_EQ(rule_for(e), "bad-dataset") << name(state);
  }
}

TEST(Start, RefusesAMuchSmallerDataset_ValidDumpWithFewKeys) {
  auto e = lone_master();
  e.dataset_keys = 499;
  EXPECT_EQ(rule_for(e), "shrunken-dataset");
  e.dataset_keys = 500;
  EXPECT_EQ(rule_for(e), "in-its-own-place");
  e.dataset_keys.reset();
  EXPECT_EQ(rule_for(e), "in-its-own-place") << "an append-only file does not tell; the quarantine counts";
}

TEST(Start, AloneOnThisHostNeedsNoVotes) {
  for (const auto cause : {&StartEvidence::cold_start, &StartEvidence::lost_majority, &StartEvidence::cut_off,
                           &StartEvidence::replicas_unheard}) {
    auto e = master_in_question();
    e.*cause = true;
    e.shard_is_here = Tri::yes;
    EXPECT_NE(start(e).verdict.ruling, Ruling::go) << "another member may hold more";
    e.best_of_shard = true;
    EXPECT_EQ(rule_for(e), "shard-is-here");
    EXPECT_TRUE(start(e).quarantine);
    e.dataset = DatasetState::absent;
    e.dataset_keys.reset();
    EXPECT_EQ(rule_for(e), "empty-dataset");
  }
}

TEST(Start, LeavesAShardThatIsHereToTheSuccessionWhileAMajorityAnswers) {
  auto e = master_in_question(Succession::ask);
  e.shard_is_here = Tri::yes;
  e.best_of_shard = true;
  EXPECT_EQ(rule_for(e), "succession-open");
}

TEST(Start, WaitsWhereNothingIsProven) {
  auto e = lone_master();
  e.majority = Tri::unknown;
  EXPECT_EQ(rule_for(e), "unproven");
}

TEST(Start, CountsAFallToZeroAsShrunkenWhateverThePercentage) {
  StartPolicy p;
  p.fewest_keys_percent = 0;
  EXPECT_TRUE(shrunken(0, 1, p));
  EXPECT_FALSE(shrunken(1, 1'000'000, p));
  EXPECT_FALSE(shrunken(std::nullopt, 10, p));
  EXPECT_FALSE(shrunken(0, 0, p));
}

TEST(Start, DoesNotWrapAroundOnAbsurdCounts) {
  const StartPolicy p;
  EXPECT_FALSE(shrunken(UINT64_MAX, 10, p));
  EXPECT_TRUE(shrunken(10, UINT64_MAX, p));
}

// Each dataset that holds a lone master.
StartEvidence held_by_its_dataset(DatasetState state, std::optional<std::uint64_t> keys = {}) {
  auto e = lone_master();
  e.dataset = state;
  e.dataset_keys = keys;
  e.kept_copy = Tri::unknown;
  return e;
}

TEST(Start, PutsAKeptCopyInPlaceOfADatasetThatHoldsIt) {
  for (auto e : {held_by_its_dataset(DatasetState::absent), held_by_its_dataset(DatasetState::corrupt),
                 held_by_its_dataset(DatasetState::valid, 10)}) {
    EXPECT_TRUE(wants_kept_copy(e));
    EXPECT_EQ(start(e).verdict.rule, "kept-unread");
    e.kept_copy = Tri::yes;
    EXPECT_EQ(start(e).verdict.rule, "kept-copy");
    EXPECT_EQ(start(e).verdict.ruling, Ruling::wait);
    EXPECT_TRUE(start(e).install);
    e.kept_copy = Tri::no;
    EXPECT_EQ(start(e).verdict.ruling, Ruling::refuse);
    EXPECT_FALSE(start(e).install);
  }
}

TEST(Start, LooksForNoKeptCopyWhereNoneIsWanted) {
  EXPECT_FALSE(wants_kept_copy(lone_master())) << "its dataset is whole";
  auto e = held_by_its_dataset(DatasetState::absent);
  e.policy.install_kept = false;
  EXPECT_FALSE(wants_kept_copy(e));
  EXPECT_EQ(start(e).verdict.rule, "empty-dataset") << "the policy leaves it to the operator";
  e = held_by_its_dataset(DatasetState::absent);
  e.majority = Tri::no;
  EXPECT_FALSE(wants_kept_copy(e)) << "a replica may hold newer data";
  e = held_by_its_dataset(DatasetState::absent);
  e.succession = Succession::ask;
  EXPECT_FALSE(wants_kept_copy(e));
  e = held_by_its_dataset(DatasetState::absent);
  e.recorded_keys = 0;
  EXPECT_FALSE(wants_kept_copy(e));
  e = held_by_its_dataset(DatasetState::absent);
  e.role_by_file = Role::replica;
  EXPECT_FALSE(wants_kept_copy(e)) << "it refills itself";
}

TEST(Start, PutsAKeptCopyInPlaceForAServerOutsideAnyCluster) {
  auto e = held_by_its_dataset(DatasetState::corrupt);
  e.cluster_enabled = Tri::no;
  e.recorded = false;
  EXPECT_TRUE(wants_kept_copy(e));
  e.kept_copy = Tri::yes;
  EXPECT_TRUE(start(e).install);
}

}  // namespace
}  // namespace slotwarden::decide
