#include "decide/saver.h"

#include <gtest/gtest.h>

#include "evidence.h"

namespace slotwarden::decide {
namespace {

ClusterNode member(NodeId id, Role role) {
  ClusterNode n;
  n.id = std::move(id);
  n.role = role;
  if (role == Role::replica) n.master = dead_master;
  n.link_up = true;
  return n;
}

ClusterView shard_of_three() {
  return {.nodes = {member(dead_master, Role::master), member(second_replica, Role::replica),
                    member(first_replica, Role::replica)},
          .current_epoch = {},
          .last_vote_epoch = {}};
}

TEST(Saver, IsTheReplicaWithTheLowestIdWhoeverAsks) {
  const auto view = shard_of_three();
  for (const auto& n : view.nodes) EXPECT_EQ(saver_of(n.id, view), first_replica);
}

TEST(Saver, IsSeenAlikeByEveryMember) {
  for (auto asks : {0, 1, 2}) {
    auto view = shard_of_three();
    view.nodes[static_cast<std::size_t>(asks)].myself = true;
    view.nodes[static_cast<std::size_t>(asks)].link_up = false;  // a node prints no link to itself
    EXPECT_EQ(saver_of(view.nodes[static_cast<std::size_t>(asks)].id, view), first_replica);
  }
}

TEST(Saver, IsNotAReplicaThatFails) {
  for (const auto spoil : {&ClusterNode::fail, &ClusterNode::pfail, &ClusterNode::noaddr, &ClusterNode::handshake}) {
    auto view = shard_of_three();
    view.nodes[2].*spoil = true;
    EXPECT_EQ(saver_of(dead_master, view), second_replica);
  }
}

TEST(Saver, IsTheMasterWhereNoReplicaIsHealthy) {
  auto view = shard_of_three();
  view.nodes[1].link_up = false;
  view.nodes[2].fail = true;
  EXPECT_EQ(saver_of(dead_master, view), dead_master);
  EXPECT_EQ(saver_of(second_replica, view), dead_master);
}

TEST(Saver, IsNobodyForANodeThatIsNotInTheView) {
  EXPECT_FALSE(saver_of(NodeId{"f"}, shard_of_three()).known());
}

}  // namespace
}  // namespace slotwarden::decide
