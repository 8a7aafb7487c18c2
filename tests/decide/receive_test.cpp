#include "decide/receive.h"

#include <gtest/gtest.h>

namespace slotwarden::decide {
namespace {

// A gibibyte from a replica of this shard, with ten free. Each test spoils one fact.
OfferEvidence good() {
  OfferEvidence e;
  e.runs_here = true;
  e.sender_known = e.same_shard = e.sender_there = Tri::yes;
  e.size = 1_GiB;
  e.disk_free = 10_GiB;
  e.disk_total = 20_GiB;
  return e;
}

TEST(Receive, GoesForAReplicaOfTheShard) {
  EXPECT_EQ(receive(good()).rule, "offer-accepted");
}

TEST(Receive, RefusesWhatIsForAnotherHost) {
  auto e = good();
  e.runs_here = false;
  EXPECT_EQ(receive(e).rule, "offer-not-ours");
}

TEST(Receive, RefusesWhoIsNotShownToBeTheReplica) {
  for (const Tri t : {Tri::no, Tri::unknown}) {
    auto e = good();
    e.sender_there = t;
    EXPECT_EQ(receive(e).rule, "offer-wrong-address");
    e.same_shard = t;
    EXPECT_EQ(receive(e).rule, "offer-wrong-shard");
    e.sender_known = t;
    EXPECT_EQ(receive(e).rule, "offer-wrong-cluster");
  }
}

TEST(Receive, TakesNothingTwice) {
  auto e = good();
  e.kept_already = true;
  EXPECT_EQ(receive(e).rule, "offer-known");
}

TEST(Receive, LeavesTheDataItsRoom) {
  auto e = good();
  e.disk_free = 2_GiB - Bytes{1};
  EXPECT_EQ(receive(e).rule, "offer-no-room");
  e.disk_free = 2_GiB;
  EXPECT_EQ(receive(e).rule, "offer-accepted");
  e.least_free_percent = 20;
  EXPECT_EQ(receive(e).rule, "offer-no-room");
  e = good();
  e.disk_free.reset();
  EXPECT_EQ(receive(e).rule, "offer-no-room");
}

TEST(Receive, WaitsForTheFileThatIsOnItsWay) {
  auto e = good();
  e.receiving = true;
  EXPECT_EQ(receive(e).rule, "offer-busy");
}

}  // namespace
}  // namespace slotwarden::decide
