// The RESP client against real servers.
#include "adapters/resp.h"

#include <gtest/gtest.h>

#include "adapters/redis_server.h"
#include "adapters/resp_world.h"

namespace slotwarden::adapters {
namespace {

using tests::RedisServer;
using tests::RespWorld;
using Kind = Reply::Kind;

TEST(RespConnection, AsksOverTcp) {
  const RedisServer server;
  RespWorld world;
  auto c = world.open(server.at());
  ASSERT_TRUE(c) << c.error().what;
  EXPECT_TRUE((*c)->idle());
  const auto replies = world.ask(**c, {{"PING"}});
  ASSERT_TRUE(replies) << replies.error().what;
  ASSERT_EQ(replies->size(), 1u);
  EXPECT_EQ(replies->front().text, "PONG");
  EXPECT_TRUE((*c)->idle());
}

TEST(RespConnection, AsksOverAUnixSocket) {
  const RedisServer server({"--unixsocket", "{dir}/s"});
  RespWorld world;
  const auto c = world.open(UnixPath{server.home() + "/s"});
  ASSERT_TRUE(c) << c.error().what;
  EXPECT_EQ(world.ask(**c, {{"ECHO", "here"}})->front().text, "here");
}

TEST(RespConnection, AnswersAPipelineInItsOrder) {
  const RedisServer server;
  RespWorld world;
  const auto c = world.open(server.at());
  const auto replies = world.ask(**c, {{"ECHO", "one"}, {"INCR", "n"}, {"GET", "nothing"}, {"ECHO", ""}});
  ASSERT_TRUE(replies) << replies.error().what;
  ASSERT_EQ(replies->size(), 4u);
  EXPECT_EQ((*replies)[0].text, "one");
  EXPECT_EQ((*replies)[1].kind, Kind::integer);
  EXPECT_EQ((*replies)[1].number, 1);
  EXPECT_EQ((*replies)[2].kind, Kind::nil);
  EXPECT_EQ((*replies)[3].kind, Kind::string);
  EXPECT_EQ((*replies)[3].text, "");
}

TEST(RespConnection, ReadsArraysWithinArrays) {
  const RedisServer server;
  RespWorld world;
  const auto c = world.open(server.at());
  const auto replies = world.ask(**c, {{"EVAL", "return {1, {'two', {}}, redis.error_reply('BAD luck')}", "0"}});
  ASSERT_TRUE(replies) << replies.error().what;
  const auto& all = replies->front();
  ASSERT_EQ(all.kind, Kind::array);
  ASSERT_EQ(all.items.size(), 3u);
  EXPECT_EQ(all.items[0].number, 1);
  ASSERT_EQ(all.items[1].items.size(), 2u);
  EXPECT_EQ(all.items[1].items[0].text, "two");
  EXPECT_EQ(all.items[1].items[1].kind, Kind::array);
  EXPECT_EQ(all.items[2].error_code(), "BAD");
}

TEST(RespConnection, TakesAnErrorReplyForAnAnswer) {
  const RedisServer server;
  RespWorld world;
  const auto c = world.open(server.at());
  const auto replies = world.ask(**c, {{"CLUSTER", "NODES"}, {"PING"}});
  ASSERT_TRUE(replies) << replies.error().what;
  EXPECT_TRUE((*replies)[0].is_error());
  EXPECT_EQ((*replies)[0].error_code(), "ERR");
  EXPECT_EQ((*replies)[1].text, "PONG");
  EXPECT_EQ((*replies)[1].error_code(), "");
}

TEST(RespConnection, TellsTheServerItsName) {
  const RedisServer server;
  RespWorld world;
  const auto c = world.open(server.at());
  EXPECT_EQ(world.ask(**c, {{"CLIENT", "GETNAME"}})->front().text, "slotwarden");
}

TEST(RespConnection, LogsInWithThePasswordOfTheDefaultUser) {
  const RedisServer server({"--requirepass", "geheim"});
  RespWorld world;
  const auto c = world.open(server.at(), Credentials("", "geheim"));
  ASSERT_TRUE(c) << c.error().what;
  EXPECT_EQ(world.ask(**c, {{"PING"}})->front().text, "PONG");
}

TEST(RespConnection, LogsInAsAnAclUser) {
  const RedisServer server({"--user", "warden", "on", ">geheim", "+@all"});
  RespWorld world;
  const auto c = world.open(server.at(), Credentials("warden", "geheim"));
  ASSERT_TRUE(c) << c.error().what;
  EXPECT_EQ(world.ask(**c, {{"ACL", "WHOAMI"}})->front().text, "warden");
}

TEST(RespConnection, NamesTheUserButNotTheSecretWhenRefused) {
  const RedisServer server({"--requirepass", "geheim"});
  RespWorld world;
  for (const auto& who : {Credentials("", "falschespasswort"), Credentials("warden", "falschespasswort")}) {
    const auto c = world.open(server.at(), who);
    ASSERT_FALSE(c);
    EXPECT_NE(c.error().what.find("WRONGPASS"), std::string::npos) << c.error().what;
    EXPECT_NE(c.error().what.find(who.user.empty() ? "default user" : "warden"), std::string::npos);
    EXPECT_NE(c.error().what.find(std::to_string(server.port().n)), std::string::npos);
    EXPECT_EQ(c.error().what.find(who.password), std::string::npos);
  }
}

TEST(RespConnection, OpensWithoutAPasswordAndLeavesNoauthToTheAsker) {
  const RedisServer server({"--requirepass", "geheim"});
  RespWorld world;
  const auto c = world.open(server.at());
  ASSERT_TRUE(c) << c.error().what;
  EXPECT_EQ(world.ask(**c, {{"INFO"}})->front().error_code(), "NOAUTH");
}

TEST(RespConnection, GoesOnWhenTheServerHasNoPasswordAfterAll) {
  const RedisServer server;
  RespWorld world;
  const auto c = world.open(server.at(), Credentials("", "not needed"));
  ASSERT_TRUE(c) << c.error().what;
  EXPECT_EQ(world.ask(**c, {{"PING"}})->front().text, "PONG");
}

TEST(RespConnection, ReadsAReplyOfManyMegabytes) {
  const RedisServer server;
  RespWorld world;
  const auto c = world.open(server.at());
  const auto replies = world.ask(**c, {{"SETRANGE", "big", "40000000", "!"}, {"GET", "big"}});
  ASSERT_TRUE(replies) << replies.error().what;
  EXPECT_EQ(replies->back().text.size(), 40'000'001u);
  EXPECT_EQ(replies->back().text.back(), '!');
  EXPECT_TRUE((*c)->idle());
}

TEST(RespConnection, SaysWhichAddressRefusesIt) {
  RespWorld world;
  const auto port = tests::free_port();
  const auto c = world.open(Endpoint{"127.0.0.1", port});
  ASSERT_FALSE(c);
  EXPECT_EQ(c.error().os_error, ECONNREFUSED);
  EXPECT_NE(c.error().what.find("127.0.0.1:" + std::to_string(port.n)), std::string::npos) << c.error().what;
}

TEST(RespConnection, SaysWhichSocketIsMissing) {
  RespWorld world;
  const auto c = world.open(UnixPath{"/nonexistent/redis.sock"});
  ASSERT_FALSE(c);
  EXPECT_EQ(c.error().os_error, ENOENT);
  EXPECT_NE(c.error().what.find("/nonexistent/redis.sock"), std::string::npos);
  EXPECT_FALSE(world.open(UnixPath{std::string(200, 'x')}));
}

TEST(RespConnection, ResolvesAHostName) {
  const RedisServer server;
  RespWorld world;
  const auto c = world.open(Endpoint{"localhost", server.port()});
  ASSERT_TRUE(c) << c.error().what;
}

TEST(RespConnection, DoesNotWaitForAFrozenServerLongerThanItsPatience) {
  const RedisServer server;
  RespWorld world;
  const auto c = world.open(server.at());
  ::kill(server.pid().n, SIGSTOP);
  const auto replies = world.ask(**c, {{"PING"}}, std::chrono::milliseconds(50));
  EXPECT_FALSE((*c)->open());
  // The kernel still accepts connections for it, so that opening one is no sign of life.
  const auto another = world.open(server.at(), {}, std::chrono::milliseconds(50));
  ::kill(server.pid().n, SIGCONT);
  ASSERT_FALSE(replies);
  EXPECT_EQ(replies.error().os_error, ETIMEDOUT);
  ASSERT_FALSE(another);
  EXPECT_EQ(another.error().os_error, ETIMEDOUT) << another.error().what;
}

TEST(Address, IsWrittenAsPeopleWriteIt) {
  EXPECT_EQ(describe(Endpoint{"127.0.0.1", {7000}}), "127.0.0.1:7000");
  EXPECT_EQ(describe(Endpoint{"::1", {7000}}), "[::1]:7000");
  EXPECT_EQ(describe(UnixPath{"/run/redis/7000.sock"}), "/run/redis/7000.sock");
}

}  // namespace
}  // namespace slotwarden::adapters
