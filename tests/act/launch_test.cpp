// What a server is started with, and that real servers understand it.
#include "act/launch.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "adapters/process.h"
#include "adapters/redis_server.h"
#include "adapters/resp.h"
#include "adapters/resp_world.h"

namespace slotwarden::act {
namespace {

using Words = std::vector<std::string>;

bool follow(const Words& all, const Words& wanted) {
  return std::search(all.begin(), all.end(), wanted.begin(), wanted.end()) != all.end();
}

TEST(Launch, BeginsWithTheServersOwnFile) {
  Launch l;
  l.config = "/etc/redis/7000.conf";
  EXPECT_EQ(arguments(l).front(), "/etc/redis/7000.conf");
}

TEST(Launch, KeepsTheServerInTheForegroundWhateverItsFileSays) {
  const auto words = arguments(Launch{});
  EXPECT_TRUE(follow(words, {"--daemonize", "no"}));
  EXPECT_TRUE(follow(words, {"--supervised", "no"}));
  EXPECT_TRUE(follow(words, {"--pidfile", ""}));
}

TEST(Launch, HoldsReplicasBackInQuarantineOnly) {
  Launch l;
  EXPECT_FALSE(follow(arguments(l), {"--repl-diskless-sync-delay"}));
  l.quarantine = true;
  EXPECT_TRUE(follow(arguments(l), {"--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "3600"}));
}

TEST(Launch, LetsNoNumberOfReplicasEndTheQuarantine) {
  Launch l;
  l.diskless_max_replicas = 2;
  EXPECT_FALSE(follow(arguments(l), {"--repl-diskless-sync-max-replicas"}));
  l.quarantine = true;
  EXPECT_TRUE(follow(arguments(l), {"--repl-diskless-sync-max-replicas", "0"}));
  l.diskless_max_replicas = 0;
  EXPECT_FALSE(follow(arguments(l), {"--repl-diskless-sync-max-replicas"}));
}

class RealLaunch : public testing::Test {
 protected:
  RealLaunch() {
    l.port = tests::free_port();
    l.server = "/usr/bin/redis-server";
    l.config = home / "redis.conf";
    l.directory = home.path();
    l.output = home / "log";
    l.identity_file = home / "identity";
    tests::write(l.config, "port " + std::to_string(l.port.n) +
                               "\nbind 127.0.0.1\nsave \"\"\ndaemonize yes\nsupervised systemd\npidfile " +
                               (home / "pidfile") + "\nrepl-diskless-sync-max-replicas 1\ndir " + home.path() + "\n");
  }
  ~RealLaunch() override {
    if (!pid) return;
    ::kill(pid.n, SIGKILL);
    ::waitpid(pid.n, nullptr, 0);
  }

  boost::asio::awaitable<std::string> value_of(std::string setting) {
    const adapters::Address where(Endpoint{"127.0.0.1", l.port});
    const adapters::Credentials nobody;
    auto c = co_await adapters::RespConnection::open(where, nobody, std::chrono::seconds(10));
    for (int tried = 0; !c && tried < 2'000; ++tried)
      c = co_await adapters::RespConnection::open(where, nobody, std::chrono::seconds(10));
    if (!c) co_return c.error().what;
    std::vector<adapters::Command> question(1, adapters::Command(3));
    question[0][0] = "CONFIG";
    question[0][1] = "GET";
    question[0][2] = setting;
    const auto replies = co_await (*c)->ask(std::move(question), std::chrono::seconds(10));
    if (!replies || replies->front().items.size() != 2) co_return "no answer";
    co_return replies->front().items[1].text;
  }
  std::string setting(const std::string& name) { return tests::run(world.loop, value_of(name)); }

  tests::Temporary home;
  tests::RespWorld world;
  Launch l;
  Pid pid;
};

TEST_F(RealLaunch, OverridesTheFileOfARealServer) {
  l.quarantine = true;
  l.diskless_max_replicas = 1;
  const auto before = tests::text_of(l.config);
  const auto spawned = launch(l);
  ASSERT_TRUE(spawned) << spawned.error().what;
  pid = spawned->pid;
  EXPECT_EQ(setting("daemonize"), "no");
  EXPECT_EQ(setting("supervised"), "no");
  EXPECT_EQ(setting("pidfile"), "");
  EXPECT_EQ(setting("repl-diskless-sync"), "yes");
  EXPECT_EQ(setting("repl-diskless-sync-delay"), "3600");
  EXPECT_EQ(setting("repl-diskless-sync-max-replicas"), "0");
  EXPECT_EQ(tests::text_of(l.config), before);
  EXPECT_FALSE(std::filesystem::exists(home / "pidfile"));
  EXPECT_TRUE(std::filesystem::exists(l.identity_file));
}

}  // namespace
}  // namespace slotwarden::act
