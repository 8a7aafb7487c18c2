#include "formats/shard_ids.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/cluster_nodes.h"

namespace slotwarden::formats {
namespace {

const std::string a(40, 'a');
const std::string b(40, 'b');
const std::string first(40, '1');
const std::string second(40, '2');

std::string node(const std::string& id, const std::string& shard, const std::string& rest) {
  return id + " 127.0.0.1:7000@17000,,tls-port=0" + (shard.empty() ? "" : ",shard-id=" + shard) + " " + rest + "\n";
}

ClusterView view(const std::string& shard_of_master, const std::string& shard_of_replica, bool replica_first = false) {
  const auto master = node(a, shard_of_master, "myself,master - 0 0 1 connected 0-5");
  const auto replica = node(b, shard_of_replica, "slave " + a + " 0 0 1 connected");
  const auto v = nodes_conf(replica_first ? replica + master : master + replica);
  EXPECT_TRUE(v) << v.error().what;
  return *v;
}

TEST(ShardIds, ConflictWhereAReplicaHasAnother) {
  EXPECT_FALSE(shard_id_conflict(view(first, first)));
  for (const bool replica_first : {false, true}) {
    const auto c = shard_id_conflict(view(first, second, replica_first));
    ASSERT_TRUE(c);
    EXPECT_EQ(c->replica.hex, b);
    EXPECT_EQ(c->masters_shard_id, first);
    EXPECT_THAT(describe(*c), testing::HasSubstr("write the master's shard id into the replica's line"));
  }
}

TEST(ShardIds, ThatAreNotThereConflictWithNothing) {
  EXPECT_FALSE(shard_id_conflict(view(first, "")));
  EXPECT_FALSE(shard_id_conflict(view("", second)));
  EXPECT_FALSE(shard_id_conflict(view("", "")));
  const auto orphan = nodes_conf(node(b, first, "myself,slave " + a + " 0 0 1 connected"));
  ASSERT_TRUE(orphan);
  EXPECT_FALSE(shard_id_conflict(*orphan)) << "its master is not in the file";
}

TEST(ShardIds, OfAConflictAreRefusedByTheReleasesBeforeTheMend) {
  const auto redis = [](int major, int minor, int patch) {
    return refuses_shard_id_conflict({ServerKind::redis, major, minor, patch});
  };
  const auto valkey = [](int major, int minor, int patch) {
    return refuses_shard_id_conflict({ServerKind::valkey, major, minor, patch});
  };
  EXPECT_FALSE(redis(7, 0, 15));
  EXPECT_TRUE(redis(7, 2, 4));
  EXPECT_FALSE(redis(7, 2, 6));
  EXPECT_TRUE(redis(7, 4, 0));
  EXPECT_FALSE(redis(8, 0, 2));
  EXPECT_TRUE(valkey(7, 2, 5));
  EXPECT_TRUE(valkey(8, 0, 1));
  EXPECT_FALSE(valkey(8, 0, 6));
  EXPECT_TRUE(valkey(8, 1, 3));
  EXPECT_FALSE(valkey(8, 1, 4));
  EXPECT_FALSE(valkey(9, 1, 2));
  EXPECT_FALSE(refuses_shard_id_conflict({}));
}

}  // namespace
}  // namespace slotwarden::formats
