#include "formats/server_settings.h"

#include <gtest/gtest.h>

namespace slotwarden::formats {
namespace {

std::vector<Difference> between(std::string_view file, const RunningSettings& running) {
  const auto directives = parse_directives(file);
  EXPECT_TRUE(directives);
  return differences(*directives, running);
}

TEST(ServerBytes, AreReadAsTheServerReadsThem) {
  EXPECT_EQ(server_bytes("1gb"), 1U << 30);
  EXPECT_EQ(server_bytes("10K"), 10'000U);
  EXPECT_EQ(server_bytes("512"), 512U);
  for (const auto* bad : {"", "gb", "1.5gb", "-1", "1tb", "99999999999999999999", "18446744073709551615gb"})
    EXPECT_FALSE(server_bytes(bad)) << bad;
}

TEST(ReplicaBufferText, IsFoundUnderItsOldAndItsNewName) {
  EXPECT_EQ(replica_buffer("normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60"),
            (ReplicaBuffer{268435456, 67108864, 60}));
  EXPECT_EQ(replica_buffer("replica 1 2 3"), (ReplicaBuffer{1, 2, 3}));
  EXPECT_FALSE(replica_buffer("normal 0 0 0 pubsub 1 2 3"));
  EXPECT_FALSE(replica_buffer("slave 1 2"));
}

TEST(ServerSettingsOf, LeavesUnsetWhatIsNotInItsForm) {
  const auto s = server_settings({{"maxclients", "4064"}, {"timeout", "soon"}, {"appendonly", "maybe"}});
  EXPECT_EQ(s.maxclients, 4064);
  EXPECT_FALSE(s.timeout);
  EXPECT_EQ(s.appendonly, Tri::unknown);
}

TEST(ServerSettingsOf, KnowClusterSettingsOfClusterNodesOnly) {
  EXPECT_FALSE(server_settings({{"cluster-enabled", "no"}, {"cluster-node-timeout", "15000"}}).cluster_node_timeout_ms);
  EXPECT_EQ(server_settings({{"cluster-enabled", "yes"}, {"cluster-node-timeout", "15000"}}).cluster_node_timeout_ms,
            15000);
}

TEST(Differences, AreOfValuesAndNotOfTheWayTheyAreWritten) {
  EXPECT_TRUE(between("maxmemory 1GB\nappendonly Yes\ndir data\n",
                      {{"maxmemory", "1073741824"}, {"appendonly", "yes"}, {"dir", "/srv/data"}})
                  .empty());
  EXPECT_EQ(between("hz 10\n", {{"hz", "100"}}), (std::vector<Difference>{{"hz", "10", "100"}}));
}

TEST(Differences, AreNeverToldOfSecrets) {
  EXPECT_TRUE(between("requirepass hush\nmasterauth hush\ntls-key-file-pass hush\n",
                      {{"requirepass", "other"}, {"masterauth", "other"}, {"tls-key-file-pass", "other"}})
                  .empty());
}

TEST(Differences, LeaveOutWhatIsWrittenTwiceOrChangesByItself) {
  EXPECT_TRUE(between("hz 10\nhz 20\nreplicaof 10.0.0.1 7000\nmaxclients 10000\n",
                      {{"hz", "30"}, {"replicaof", ""}, {"maxclients", "992"}})
                  .empty());
}

TEST(Differences, AddSavePointsUp) {
  EXPECT_TRUE(between("save 3600 1\nsave 300 100\n", {{"save", "3600 1 300 100"}}).empty());
  EXPECT_TRUE(between("save 3600 1\nsave \"\"\n", {{"save", ""}}).empty());
  EXPECT_EQ(between("save 3600 1\n", {{"save", ""}}), (std::vector<Difference>{{"save", "3600 1", ""}}));
}

}  // namespace
}  // namespace slotwarden::formats
