#include "decide/handover.h"

#include <gtest/gtest.h>

#include "evidence.h"

namespace slotwarden::decide {
namespace {

Deputy ready_deputy(NodeId id = first_replica, std::int64_t offset = 5000) {
  Deputy d;
  d.id = std::move(id);
  d.answers = d.link_up = Tri::yes;
  d.loading = Tri::no;
  d.offset = Offset{offset};
  d.keys = 100;
  return d;
}

// A master in good order with one synced replica.
HandoverEvidence serving_master() {
  HandoverEvidence e;
  e.running = Tri::yes;
  e.role = Role::master;
  e.owns_slots = Tri::yes;
  e.keys = 100;
  e.offset = Offset{5000};
  e.voters = 3;
  e.voters_answering = 3;
  e.another_member_down = Tri::no;
  e.deputies = {ready_deputy()};
  return e;
}

std::string_view rule_for(const HandoverEvidence& e) {
  return handover(e).verdict.rule;
}

TEST(Handover, GoesToTheSyncedReplicaFirst) {
  const auto v = handover(serving_master());
  EXPECT_EQ(v.verdict.rule, "stop-handover");
  EXPECT_EQ(v.answer, Handover::to_deputy);
  EXPECT_EQ(v.whom, first_replica);
}

TEST(Handover, WaitsWhileTheReplicaHasVotesOfItsLastElection) {
  using namespace std::chrono_literals;
  auto e = serving_master();
  e.node_timeout = 15s;
  e.deputies[0].since_own_election = 59s;
  EXPECT_EQ(rule_for(e), "stop-votes-left");
  EXPECT_EQ(handover(e).answer, Handover::refused);
  e.deputies[0].since_own_election = 60s;
  EXPECT_EQ(rule_for(e), "stop-handover");
  e.node_timeout = 500ms;
  e.deputies[0].since_own_election = 3900ms;
  EXPECT_EQ(rule_for(e), "stop-votes-left");
  e.deputies[0].keeps_votes = false;
  EXPECT_EQ(rule_for(e), "stop-handover");
}

TEST(Handover, PrefersAReplicaWithoutSuchVotes) {
  auto e = serving_master();
  e.node_timeout = std::chrono::seconds(15);
  e.deputies[0].since_own_election = std::chrono::seconds(1);
  e.deputies.push_back(ready_deputy(second_replica, 4990));
  EXPECT_EQ(handover(e).whom, second_replica);
}

TEST(Handover, SaysThatThereIsNoReplicaWhereTheOneWithVotesDoesNotQualifyEither) {
  auto e = serving_master();
  e.node_timeout = std::chrono::seconds(15);
  e.deputies[0].since_own_election = std::chrono::seconds(1);
  e.deputies[0].link_up = Tri::no;
  EXPECT_EQ(rule_for(e), "stop-no-replica");
}

TEST(Handover, IsRefusedWithoutEvidence) {
  EXPECT_EQ(rule_for({}), "stop-unknown");
}

TEST(Handover, IsNotNeededForOneThatServesNoSlots) {
  auto e = serving_master();
  e.role = Role::replica;
  EXPECT_EQ(rule_for(e), "stop-replica");
  e.role = Role::master;
  e.owns_slots = Tri::no;
  EXPECT_EQ(rule_for(e), "stop-replica");
}

TEST(Handover, IsNotNeededForOneThatDoesNotRun) {
  auto e = serving_master();
  e.running = Tri::no;
  EXPECT_EQ(rule_for(e), "stop-not-running");
}

TEST(Handover, IsGivenUpOnTheOperatorsWord) {
  auto e = serving_master();
  e.in_place = true;
  e.deputies.clear();
  EXPECT_EQ(rule_for(e), "stop-in-place");
  EXPECT_EQ(handover(e).answer, Handover::not_needed);
}

TEST(Handover, IsRefusedWhileRoleOrSlotsAreUnknown) {
  for (const auto spoil : std::initializer_list<void (*)(HandoverEvidence&)>{
           [](HandoverEvidence& e) { e.running = Tri::unknown; }, [](HandoverEvidence& e) { e.role = Role::unknown; },
           [](HandoverEvidence& e) { e.owns_slots = Tri::unknown; }}) {
    auto e = serving_master();
    spoil(e);
    EXPECT_EQ(rule_for(e), "stop-unknown");
  }
}

TEST(Handover, TakesOneMemberOfAShardAtATime) {
  auto e = serving_master();
  e.another_member_down = Tri::yes;
  EXPECT_EQ(rule_for(e), "stop-member-down");
}

TEST(Handover, IsRefusedInTheMiddleOfAReshard) {
  auto e = serving_master();
  e.open_slots = true;
  EXPECT_EQ(rule_for(e), "stop-open-slots");
}

TEST(Handover, IsRefusedWithoutAMajority_CoordinatedFailoverBlocksWrites) {
  auto e = serving_master();
  e.voters_answering = 1;
  EXPECT_EQ(rule_for(e), "stop-no-majority");
  e.voters = 0;
  e.voters_answering = 0;
  EXPECT_EQ(rule_for(e), "stop-no-majority");
}

TEST(Handover, IsRefusedWhenNoReplicaQualifies) {
  for (const auto spoil : std::initializer_list<void (*)(Deputy&)>{
           [](Deputy& d) { d.answers = Tri::unknown; }, [](Deputy& d) { d.answers = Tri::no; },
           [](Deputy& d) { d.link_up = Tri::no; }, [](Deputy& d) { d.link_up = Tri::unknown; },
           [](Deputy& d) { d.loading = Tri::yes; }, [](Deputy& d) { d.loading = Tri::unknown; },
           [](Deputy& d) { d.keys = 0; }, [](Deputy& d) { d.id = {}; }}) {
    auto e = serving_master();
    spoil(e.deputies[0]);
    EXPECT_EQ(rule_for(e), "stop-no-replica");
  }
  auto e = serving_master();
  e.deputies.clear();
  EXPECT_EQ(rule_for(e), "stop-no-replica");
}

TEST(Handover, MeasuresTheLagOfAReplica) {
  auto e = serving_master();
  e.offset = Offset{20'000'000};
  e.deputies[0].offset = Offset{20'000'000 - 10'485'760};
  EXPECT_EQ(rule_for(e), "stop-handover");
  e.deputies[0].offset.n -= 1;
  EXPECT_EQ(rule_for(e), "stop-no-replica");
  e.deputies[0].offset = Offset{20'000'100};
  EXPECT_EQ(rule_for(e), "stop-handover") << "it was asked a moment later and is ahead of what the master said";
}

TEST(Handover, PrefersTheHighestOffsetThenTheSmallestId) {
  auto e = serving_master();
  e.deputies = {ready_deputy(second_replica, 4999), ready_deputy(first_replica, 4998)};
  EXPECT_EQ(handover(e).whom, second_replica);
  e.deputies[1].offset = Offset{4999};
  EXPECT_EQ(handover(e).whom, first_replica);
}

TEST(Handover, LetsAnEmptyMastersEmptyReplicaTakeOver) {
  auto e = serving_master();
  e.keys = 0;
  e.deputies[0].keys = 0;
  EXPECT_EQ(rule_for(e), "stop-handover");
}

TEST(Handover, NeverLeavesSlotsWithoutAnOwnerUnasked) {
  constexpr Tri tris[] = {Tri::unknown, Tri::no, Tri::yes};
  Table table(handover_rules());
  for (const Tri running : tris)
    for (const Role role : {Role::unknown, Role::master, Role::replica})
      for (const Tri slots : tris)
        for (const bool in_place : {false, true})
          for (const bool open : {false, true})
            for (const Tri down : tris)
              for (int answering = 0; answering <= 3; ++answering)
                for (const Tri answers : tris)
                  for (const Tri link : tris)
                    for (const Tri loading : tris)
                      for (const std::uint64_t keys : {0U, 100U}) {
                        auto e = serving_master();
                        e.running = running;
                        e.role = role;
                        e.owns_slots = slots;
                        e.in_place = in_place;
                        e.open_slots = open;
                        e.another_member_down = down;
                        e.voters_answering = answering;
                        e.deputies[0] = {first_replica, answers, link, loading, Offset{5000}, keys};
                        const auto v = handover(e);
                        ASSERT_TRUE(table.has(v.verdict));
                        ASSERT_EQ(v.answer == Handover::refused, v.verdict.ruling == Ruling::refuse);
                        const bool may_own = role != Role::replica && slots != Tri::no && running != Tri::no;
                        if (v.answer == Handover::not_needed) {
                          ASSERT_TRUE(!may_own || in_place);
                        }
                        if (v.answer == Handover::to_deputy) {
                          ASSERT_TRUE(answering >= 2 && !open && down != Tri::yes && answers == Tri::yes &&
                                      link == Tri::yes && loading == Tri::no && keys > 0);
                        }
                      }
}

}  // namespace
}  // namespace slotwarden::decide
