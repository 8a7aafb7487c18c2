// What a probe learns from real servers.
#include "observe/server.h"

#include <gtest/gtest.h>

#include "adapters/puppet.h"
#include "adapters/redis_server.h"
#include "adapters/resp_world.h"

namespace slotwarden::observe {
namespace {

struct Probing : testing::Test {
  Result<Probe> probed(const Endpoint& at, bool with_cluster, bool with_nodes) {
    const auto c = world.open(at);
    if (!c) return c.error();
    return tests::run(world.loop, probe(**c, std::chrono::seconds(10), with_cluster, with_nodes));
  }
  tests::RespWorld world;
};

TEST_F(Probing, LearnsWhatAClusterNodeSaysOfItself) {
  const tests::RedisServer server({"--cluster-enabled", "yes"});
  const auto p = probed(server.at(), true, true);
  ASSERT_TRUE(p) << p.error().what;
  EXPECT_EQ(p->trouble, "");
  ASSERT_TRUE(p->info);
  EXPECT_EQ(p->info->process_id, server.pid());
  EXPECT_EQ(p->info->tcp_port, server.port());
  EXPECT_EQ(p->info->role, Role::master);
  EXPECT_TRUE(p->info->cluster_enabled);
  ASSERT_TRUE(p->cluster);
  EXPECT_EQ(p->cluster->known_nodes, 1);
  ASSERT_TRUE(p->view);
  ASSERT_TRUE(p->view->myself());
  EXPECT_EQ(p->view->myself()->id.hex.size(), 40u);
}

TEST_F(Probing, LeavesOutWhatWasNotAskedFor) {
  const tests::RedisServer server({"--cluster-enabled", "yes"});
  const auto p = probed(server.at(), true, false);
  ASSERT_TRUE(p) << p.error().what;
  EXPECT_TRUE(p->info);
  EXPECT_TRUE(p->cluster);
  EXPECT_FALSE(p->view);
  EXPECT_FALSE(probed(server.at(), false, false)->cluster);
}

TEST_F(Probing, TakesAServerWithoutClusterModeAsItIs) {
  const tests::RedisServer server;
  const auto p = probed(server.at(), true, true);
  ASSERT_TRUE(p) << p.error().what;
  EXPECT_TRUE(p->info);
  EXPECT_FALSE(p->info->cluster_enabled);
  EXPECT_FALSE(p->cluster);
  EXPECT_FALSE(p->view);
}

TEST_F(Probing, TakesARefusalForASignOfLife) {
  const tests::RedisServer server({"--requirepass", "geheim"});
  const auto p = probed(server.at(), true, true);
  ASSERT_TRUE(p) << p.error().what;
  EXPECT_FALSE(p->info);
  EXPECT_TRUE(p->trouble.starts_with("NOAUTH")) << p->trouble;
}

// A server that gives `info` for INFO, and closes.
Result<Probe> probe_of(Probing& test, std::string info) {
  const tests::Puppet server([info](tests::Puppet::Client& c) {
    c.greet();
    c.read_until("INFO\r\n");
    c.say(info);
  });
  return test.probed(server.at(), false, false);
}

TEST_F(Probing, SaysWhyItDoesNotSeeTheCluster) {
  const tests::RedisServer server({"--cluster-enabled", "yes", "--rename-command", "CLUSTER", "HIDDEN"});
  const auto p = probed(server.at(), true, true);
  ASSERT_TRUE(p) << p.error().what;
  EXPECT_TRUE(p->info);
  EXPECT_FALSE(p->view);
  EXPECT_TRUE(p->blind.starts_with("CLUSTER INFO was answered: ERR unknown command")) << p->blind;
  const tests::RedisServer seen({"--cluster-enabled", "yes"});
  EXPECT_EQ(probed(seen.at(), true, true)->blind, "");
}

TEST_F(Probing, SaysWhenTheReplyToInfoIsNotInfo) {
  for (const auto* reply : {"$5\r\nhello\r\n", "+PONG\r\n", ":7\r\n", "*0\r\n", "$-1\r\n"}) {
    const auto p = probe_of(*this, reply);
    ASSERT_TRUE(p) << p.error().what;
    EXPECT_FALSE(p->info) << reply;
    EXPECT_TRUE(p->trouble.starts_with("NOTINFO ")) << p->trouble;
  }
}

TEST_F(Probing, HandsOnTheServersWordsWhileItLoadsOrIsBusy) {
  EXPECT_EQ(probe_of(*this, "-BUSY Redis is busy running a script.\r\n")->trouble,
            "BUSY Redis is busy running a script.");
  EXPECT_EQ(probe_of(*this, "-LOADING Redis is loading the dataset in memory\r\n")->trouble,
            "LOADING Redis is loading the dataset in memory");
}

TEST_F(Probing, FailsWhenTheConnectionDoes) {
  EXPECT_FALSE(probe_of(*this, "$100\r\n# Server"));
}

}  // namespace
}  // namespace slotwarden::observe
