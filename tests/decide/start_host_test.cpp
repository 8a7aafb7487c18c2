// What speaks against any start, whoever it is: the operator, the host, and an identity that is not known or not its
// own.
#include <gtest/gtest.h>

#include "decide/start.h"
#include "evidence.h"

namespace slotwarden::decide {
namespace {

std::string_view rule_for(const StartEvidence& e) {
  return start(e).verdict.rule;
}

TEST(StartHost, ObeysTheOperatorsStop) {
  auto e = lone_master();
  e.wanted_up = false;
  e.forced = true;
  EXPECT_EQ(rule_for(e), "operator-stop");
}

TEST(StartHost, ObeysTheOperatorsHoldUnlessForced) {
  auto e = lone_master();
  e.held = true;
  EXPECT_EQ(rule_for(e), "operator-hold");
  e.forced = true;
  EXPECT_EQ(rule_for(e), "forced");
}

TEST(StartHost, IsFatalWhenTheServerCannotBeRun_ExecFails) {
  auto e = lone_master();
  e.server_usable = Tri::no;
  const auto v = start(e);
  EXPECT_EQ(v.verdict.rule, "unusable");
  EXPECT_TRUE(v.fatal);
}

TEST(StartHost, IsFatalWhenTheRestartsAreSpent_CrashLoop) {
  auto e = lone_master();
  e.restarts_spent = true;
  const auto v = start(e);
  EXPECT_EQ(v.verdict.rule, "restarts-spent");
  EXPECT_TRUE(v.fatal);
  e.forced = true;
  EXPECT_EQ(rule_for(e), "forced");
}

TEST(StartHost, RefusesADirectoryThatAnotherProcessHas) {
  auto e = lone_master();
  e.directory_free = Tri::no;
  e.forced = true;
  EXPECT_EQ(rule_for(e), "directory-taken");
}

TEST(StartHost, RefusesAPortThatAForeignProcessHas) {
  auto e = lone_master();
  e.port_free = Tri::no;
  e.forced = true;
  EXPECT_EQ(rule_for(e), "port-taken");
}

TEST(StartHost, WaitsForTheDeadServersChildren_OrphanedBgsaveReplacesTheDump) {
  auto e = lone_master();
  e.orphans = Tri::yes;
  e.forced = true;
  EXPECT_EQ(rule_for(e), "orphans");
  EXPECT_TRUE(start(e).verdict.ask_again_in);
}

TEST(StartHost, CoolsDownForTheRestOfTheBackoff) {
  auto e = lone_master();
  e.backoff_left = 700ms;
  EXPECT_EQ(rule_for(e), "backoff");
  EXPECT_EQ(start(e).verdict.ask_again_in, 700ms);
  e.forced = true;
  EXPECT_EQ(rule_for(e), "forced");
}

TEST(StartHost, RefusesAnUnwritableDirectory) {
  auto e = lone_master();
  e.directory_writable = Tri::no;
  EXPECT_EQ(rule_for(e), "directory-unwritable");
}

TEST(StartHost, RefusesAFullDisk) {
  auto e = lone_master();
  e.disk_full = Tri::yes;
  EXPECT_EQ(rule_for(e), "disk-full");
}

TEST(StartHost, LetsAStandaloneServerGo) {
  auto e = fit_host();
  e.cluster_enabled = Tri::no;
  EXPECT_EQ(rule_for(e), "dataset-unread");
  e.dataset = DatasetState::absent;
  EXPECT_EQ(rule_for(e), "not-a-cluster-node");
}

TEST(StartHost, HoldsAStandaloneServerThatWouldComeBackWithoutItsData) {
  auto e = lone_master();
  e.cluster_enabled = Tri::no;
  EXPECT_EQ(rule_for(e), "not-a-cluster-node");
  e.dataset_keys = 10;
  EXPECT_EQ(rule_for(e), "shrunken-dataset");
  e.dataset = DatasetState::corrupt;
  EXPECT_EQ(rule_for(e), "bad-dataset");
  e.dataset = DatasetState::absent;
  e.dataset_keys.reset();
  EXPECT_EQ(rule_for(e), "empty-dataset");
  e.forced = true;
  EXPECT_EQ(rule_for(e), "not-a-cluster-node");
}

TEST(StartHost, RefusesADamagedNodesConf_NodesConfCorrupt) {
  auto e = lone_master();
  e.nodes_file = NodesFile::damaged;
  e.forced = true;
  EXPECT_EQ(rule_for(e), "nodes-damaged") << "the server itself would end or crash";
}

TEST(StartHost, RefusesToComeBackAsANewNode) {
  auto e = lone_master();
  e.nodes_file = NodesFile::absent;
  e.same_identity = Tri::unknown;
  EXPECT_EQ(rule_for(e), "nodes-lost");
}

TEST(StartHost, StartsANewNodeOnTheOperatorsWordWithTheOldDatasetSetAside) {
  auto e = lone_master();
  e.nodes_file = NodesFile::absent;
  e.same_identity = Tri::unknown;
  e.role_by_file = Role::unknown;
  e.owns_slots = Tri::unknown;
  e.forced = true;
  const auto v = start(e);
  EXPECT_EQ(v.verdict.rule, "forced");
  EXPECT_TRUE(v.set_aside) << "a new node must not claim the slots of keys it finds";
  e.dataset = DatasetState::absent;
  EXPECT_FALSE(start(e).set_aside);
  e.dataset = DatasetState::unknown;
  EXPECT_EQ(rule_for(e), "dataset-unread");
}

TEST(StartHost, RefusesAnotherNodesIdentity_NodesConfFromAnotherNode) {
  auto e = lone_master();
  e.same_identity = Tri::no;
  e.forced = true;
  EXPECT_EQ(rule_for(e), "foreign-identity");
}

TEST(StartHost, AllowsTheFirstStartOfABrandNewInstance) {
  auto e = fit_host();
  e.nodes_file = NodesFile::absent;
  e.dataset = DatasetState::absent;
  const auto v = start(e);
  EXPECT_EQ(v.verdict.rule, "first-start");
  EXPECT_FALSE(v.quarantine);
}

TEST(StartHost, LetsAFirstStartHaveAWholeDatasetButNoDamagedOne) {
  auto e = fit_host();
  e.nodes_file = NodesFile::absent;
  EXPECT_EQ(rule_for(e), "dataset-unread");
  e.dataset = DatasetState::valid;
  EXPECT_EQ(rule_for(e), "first-start");
  e.dataset = DatasetState::corrupt;
  EXPECT_EQ(rule_for(e), "bad-dataset");
  e.forced = true;
  EXPECT_EQ(rule_for(e), "first-start");
  EXPECT_TRUE(start(e).set_aside);
}

TEST(StartHost, WaitsUntilItIsKnownWhoItIs) {
  for (const auto spoil :
       std::initializer_list<void (*)(StartEvidence&)>{[](StartEvidence& e) { e.cluster_enabled = Tri::unknown; },
                                                       [](StartEvidence& e) { e.nodes_file = NodesFile::unknown; },
                                                       [](StartEvidence& e) { e.same_identity = Tri::unknown; },
                                                       [](StartEvidence& e) { e.role_by_file = Role::unknown; },
                                                       [](StartEvidence& e) { e.owns_slots = Tri::unknown; }}) {
    auto e = lone_master();
    spoil(e);
    EXPECT_EQ(rule_for(e), "identity-unknown");
    e.forced = true;
    EXPECT_EQ(rule_for(e), "identity-unknown");
  }
}

}  // namespace
}  // namespace slotwarden::decide
