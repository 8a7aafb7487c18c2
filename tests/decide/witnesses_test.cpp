#include "decide/witnesses.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace slotwarden::decide {
namespace {

NodeId node(int n) {
  return NodeId{fmt::format("{:040x}", n)};
}

// Masters 1…n with two slots each, and one replica (1000 + its master's number) per master.
std::vector<KnownNode> cluster(int masters) {
  std::vector<KnownNode> all;
  for (int m = 1; m <= masters; ++m) {
    KnownNode master;
    master.id = node(m);
    master.slots.set(static_cast<std::size_t>(m));
    KnownNode replica;
    replica.id = node(1000 + m);
    replica.master = master.id;
    all.push_back(master);
    all.push_back(replica);
  }
  return all;
}

TEST(Witnesses, AreEverybodyElseOnASmallCluster) {
  EXPECT_EQ(witnesses(cluster(3), node(2)), (std::set<NodeId>{node(1), node(3), node(1001), node(1002), node(1003)}));
}

TEST(Witnesses, AreTheHeirsAndAMajorityWithTwoToSpareOnALargeOne) {
  for (const int masters : {13, 50, 51, 500}) {
    const auto chosen = witnesses(cluster(masters), node(7));
    EXPECT_TRUE(chosen.contains(node(1007)));
    EXPECT_EQ(chosen.size(), static_cast<std::size_t>(masters / 2 + 3 + 1)) << masters;
    EXPECT_FALSE(chosen.contains(node(7)));
  }
}

TEST(Witnesses, DifferBetweenHostsThatAskAtTheSameTime) {
  const auto all = cluster(50);
  EXPECT_TRUE(witnesses(all, node(7)).contains(node(8)));
  EXPECT_FALSE(witnesses(all, node(7)).contains(node(6)));
  EXPECT_TRUE(witnesses(all, node(40)).contains(node(41)));
  EXPECT_TRUE(witnesses(all, node(40)).contains(node(1))) << "the order goes round";
}

TEST(Witnesses, AreNotMastersWithoutSlots) {
  auto all = cluster(20);
  KnownNode idle;
  idle.id = node(8);
  all[14] = idle;  // where master 8 was
  EXPECT_FALSE(witnesses(all, node(7)).contains(node(8)));
}

TEST(Witnesses, AreNobodyWhereNobodyIsKnown) {
  EXPECT_TRUE(witnesses({}, node(1)).empty());
}

}  // namespace
}  // namespace slotwarden::decide
