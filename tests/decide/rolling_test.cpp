#include "decide/rolling.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace slotwarden::decide {
namespace {

Member replica(std::uint16_t port, std::string shard) {
  return {Port{port}, Role::replica, std::move(shard)};
}
Member master(std::uint16_t port, std::string shard) {
  return {Port{port}, Role::master, std::move(shard)};
}

std::vector<std::uint16_t> order(const std::vector<Member>& members) {
  std::vector<std::uint16_t> ports;
  for (const auto p : rolling_order(members)) ports.push_back(p.n);
  return ports;
}

using Ports = std::vector<std::uint16_t>;

TEST(RollingOrder, TakesReplicasFirstThenMastersByPort) {
  EXPECT_EQ(order({master(7000, "a"), replica(7001, "b"), master(7002, "c"), replica(7003, "d")}),
            (Ports{7001, 7003, 7000, 7002}));
}

TEST(RollingOrder, IsEmptyForNobody) {
  EXPECT_EQ(order({}), Ports{});
}

TEST(RollingOrder, KeepsMembersOfOneShardApart) {
  EXPECT_EQ(order({replica(7001, "a"), replica(7002, "a"), replica(7003, "b")}), (Ports{7001, 7003, 7002}));
}

TEST(RollingOrder, TurnsAsideForTheLastPlaceToo) {
  EXPECT_EQ(order({replica(7001, "b"), replica(7002, "a"), master(7003, "a")}), (Ports{7002, 7001, 7003}));
  EXPECT_EQ(order({replica(7001, "a"), master(7002, "a"), master(7003, "b")}), (Ports{7001, 7003, 7002}));
}

TEST(RollingOrder, TakesTheOnlyOrderThereIs) {
  EXPECT_EQ(order({replica(7001, "a"), replica(7002, "a")}), (Ports{7001, 7002}));
  EXPECT_EQ(order({replica(7001, "a"), master(7002, "a")}), (Ports{7001, 7002}));
}

TEST(RollingOrder, TakesAnUnknownShardForOneOfItsOwn) {
  EXPECT_EQ(order({replica(7001, ""), replica(7002, ""), master(7003, "")}), (Ports{7001, 7002, 7003}));
}

TEST(RollingOrder, TakesAnUnknownRoleForAMasters) {
  EXPECT_EQ(order({{Port{7000}, Role::unknown, "a"}, replica(7001, "b")}), (Ports{7001, 7000}));
}

int neighbours(const std::vector<Member>& in_order) {
  int n = 0;
  for (std::size_t i = 1; i < in_order.size(); ++i) n += in_order[i - 1].shard == in_order[i].shard;
  return n;
}

bool replicas_first(const std::vector<Member>& in_order) {
  return std::ranges::is_partitioned(in_order, [](const Member& m) { return m.role == Role::replica; });
}

// Every small host: whether some order with the replicas first keeps all shards apart, by trying all orders.
TEST(RollingOrder, KeepsShardsApartWhereverAnyOrderDoes) {
  std::mt19937 random(7);
  for (int round = 0; round < 400; ++round) {
    std::vector<Member> members;
    bool has_master[4] = {};
    const std::size_t size = 1 + random() % 7;
    for (std::size_t i = 0; i < size; ++i) {
      const auto shard = random() % 4;
      const bool is_master = !has_master[shard] && random() % 3 == 0;
      has_master[shard] = has_master[shard] || is_master;
      const auto port = static_cast<std::uint16_t>(7000 + i);
      members.push_back({Port{port}, is_master ? Role::master : Role::replica, std::string(1, "abcd"[shard])});
    }
    std::vector<Member> got;
    for (const auto p : rolling_order(members)) got.push_back(*std::ranges::find(members, p, &Member::port));
    ASSERT_EQ(got.size(), members.size());
    ASSERT_TRUE(replicas_first(got));

    int fewest = neighbours(got);
    auto tried = members;
    do
      if (replicas_first(tried)) fewest = std::min(fewest, neighbours(tried));
    while (std::ranges::next_permutation(tried, {}, &Member::port).found);
    if (fewest == 0) {
      ASSERT_EQ(neighbours(got), 0) << "round " << round;
    }
  }
}

}  // namespace
}  // namespace slotwarden::decide
