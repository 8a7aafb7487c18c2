// Orders to real servers.
#include "act/cluster.h"

#include <gtest/gtest.h>

#include "adapters/redis_server.h"
#include "adapters/resp_world.h"

namespace slotwarden::act {
namespace {

using tests::RedisServer;

struct Order : testing::Test {
  std::unique_ptr<adapters::RespConnection> connected(const RedisServer& server) {
    auto c = world.open(server.at());
    if (!c) throw std::runtime_error(c.error().what);
    return std::move(*c);
  }
  std::string failure(boost::asio::awaitable<Result<void>> order) {
    const auto done = tests::run(world.loop, std::move(order));
    return done ? "" : done.error().what;
  }
  std::string text(adapters::RespConnection& c, adapters::Command question) {
    const auto replies = world.ask(c, {std::move(question)});
    if (!replies) return replies.error().what;
    const auto& r = replies->front();
    return r.items.empty() ? r.text : r.items.back().text;
  }

  tests::RespWorld world;
};

const std::vector<std::string> cluster{"--cluster-enabled", "yes"};

TEST_F(Order, ChangesASetting) {
  const RedisServer server;
  const auto c = connected(server);
  EXPECT_EQ(failure(set_config(*c, "repl-diskless-sync-delay", "7")), "");
  EXPECT_EQ(text(*c, {"CONFIG", "GET", "repl-diskless-sync-delay"}), "7");
}

TEST_F(Order, QuotesTheServerThatRefusesASetting) {
  const RedisServer server;
  const auto c = connected(server);
  EXPECT_NE(failure(set_config(*c, "no-such-setting", "7")).find("no-such-setting"), std::string::npos);
  EXPECT_TRUE(c->idle());
}

TEST_F(Order, QuotesAMasterThatIsToSucceedItself) {
  const RedisServer server(cluster);
  const auto c = connected(server);
  const std::string words = "You should send CLUSTER FAILOVER to a replica";
  EXPECT_NE(failure(force_failover(*c)).find(words), std::string::npos);
  EXPECT_NE(failure(coordinated_failover(*c)).find(words), std::string::npos);
}

TEST_F(Order, OpensMigratingSlots) {
  const RedisServer server(cluster), other(cluster);
  const auto c = connected(server), o = connected(other);
  const auto peer = text(*o, {"CLUSTER", "MYID"});
  ASSERT_EQ(text(*c, {"CLUSTER", "ADDSLOTS", "5", "6"}), "OK");
  ASSERT_EQ(text(*c, {"CLUSTER", "MEET", "127.0.0.1", std::to_string(other.port().n)}), "OK");
  while (text(*c, {"CLUSTER", "NODES"}).find(peer) == std::string::npos) continue;
  EXPECT_EQ(failure(open_migrating(*c, {{5, {peer}}, {6, {peer}}})), "");
  const auto nodes = text(*c, {"CLUSTER", "NODES"});
  EXPECT_NE(nodes.find("[5->-" + peer + "] [6->-" + peer + "]"), std::string::npos) << nodes;
  EXPECT_EQ(failure(open_migrating(*c, {})), "");
  EXPECT_NE(failure(open_migrating(*c, {{7, {peer}}})), "");
}

TEST_F(Order, ToShutDownSucceedsWhenTheServerGoes) {
  for (const bool save : {true, false}) {
    const RedisServer server;
    const auto c = connected(server);
    ASSERT_EQ(text(*c, {"SET", "key", "value"}), "OK");
    EXPECT_EQ(failure(shutdown(*c, save)), "");
    EXPECT_FALSE(c->open());
    EXPECT_EQ(std::filesystem::exists(server.home() + "/dump.rdb"), save);
  }
}

TEST_F(Order, ToShutDownFailsWhenTheServerCannotSave) {
  const RedisServer server({"--dbfilename", "occupied"});
  std::filesystem::create_directory(server.home() + "/occupied");
  const auto c = connected(server);
  EXPECT_NE(failure(shutdown(*c, true)).find("SHUTDOWN"), std::string::npos);
  EXPECT_TRUE(c->open());
}

}  // namespace
}  // namespace slotwarden::act
