// The RESP client against servers that misbehave, and being interrupted.
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <future>

#include "adapters/puppet.h"
#include "adapters/redis_server.h"
#include "adapters/resp.h"
#include "adapters/resp_world.h"

namespace slotwarden::adapters {
namespace {

using tests::Puppet;
using tests::RespWorld;

// Opens a connection to a server that answers the first request with `answer` and closes.
Result<std::vector<Reply>> ask_one_that_says(std::string answer, bool* still_open = nullptr) {
  const Puppet server([answer](Puppet::Client& c) {
    c.greet();
    c.read_until("PING\r\n");
    c.say(answer);
  });
  RespWorld world;
  const auto c = world.open(server.at());
  if (!c) return c.error();
  auto replies = world.ask(**c, {{"PING"}});
  if (still_open) *still_open = (*c)->open();
  return replies;
}

TEST(RespFault, GarbageIsAnError) {
  for (const auto* garbage : {"HTTP/1.1 400 Bad Request\r\n\r\n", "\x80\x01\x03", "$-7\r\n", "*abc\r\n", "$abc\r\n"}) {
    bool open = true;
    const auto replies = ask_one_that_says(garbage, &open);
    ASSERT_FALSE(replies) << garbage;
    EXPECT_FALSE(open);
  }
}

TEST(RespFault, AnHttpServerIsRefusedByAddress) {
  const Puppet server([](Puppet::Client& c) {
    c.read_until("\r\n");
    c.say("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  RespWorld world;
  const auto c = world.open(server.at());
  ASSERT_FALSE(c);
  EXPECT_NE(c.error().what.find(describe(server.at())), std::string::npos) << c.error().what;
  EXPECT_NE(c.error().what.find("not RESP"), std::string::npos) << c.error().what;
}

TEST(RespFault, AReplyCutInTheMiddleIsAnError) {
  const std::string whole = "*2\r\n$3\r\none\r\n$3\r\ntwo\r\n";
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    bool open = true;
    const auto replies = ask_one_that_says(whole.substr(0, cut), &open);
    ASSERT_FALSE(replies) << "cut after " << cut;
    EXPECT_FALSE(open);
  }
  EXPECT_TRUE(ask_one_that_says(whole));
}

TEST(RespFault, MoreRepliesThanQuestionsAreAnError) {
  const auto replies = ask_one_that_says("+PONG\r\n+PONG\r\n");
  ASSERT_FALSE(replies);
  EXPECT_NE(replies.error().what.find("more replies"), std::string::npos) << replies.error().what;
}

TEST(RespFault, AReplyThatOnlyAnnouncesABillionItemsCostsNothing) {
  EXPECT_FALSE(ask_one_that_says("*1000000000\r\n$1\r\nx\r\n"));
}

TEST(RespFault, AReplyOver64MebibytesIsRefused) {
  const Puppet server([](Puppet::Client& c) {
    c.greet();
    c.read_until("PING\r\n");
    c.say("$100000000\r\n");
    const std::string piece(1 << 20, 'x');
    while (c.say(piece)) continue;
  });
  RespWorld world;
  const auto c = world.open(server.at());
  const auto replies = world.ask(**c, {{"PING"}});
  ASSERT_FALSE(replies);
  EXPECT_NE(replies.error().what.find("64 MiB"), std::string::npos) << replies.error().what;
  EXPECT_FALSE((*c)->open());
}

TEST(RespFault, AfterAFailureEveryAskFailsAtOnce) {
  const Puppet server([](Puppet::Client& c) { c.greet(); });
  RespWorld world;
  const auto c = world.open(server.at());
  EXPECT_FALSE(world.ask(**c, {{"PING"}}));
  EXPECT_FALSE((*c)->open());
  EXPECT_FALSE((*c)->idle());
  const auto again = world.ask(**c, {{"PING"}});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().os_error, ENOTCONN);
}

TEST(RespFault, AServerThatTurnsClientsAwayIsQuoted) {
  for (const std::string words : {"ERR max number of clients reached", "DENIED Redis is running in protected mode"})
    for (const auto* password : {"", "geheim"}) {
      const Puppet server([words](Puppet::Client& c) {
        c.read_until("slotwarden\r\n");
        c.say("-" + words + "\r\n");
      });
      RespWorld world;
      const auto c = world.open(server.at(), Credentials("", password));
      ASSERT_FALSE(c);
      EXPECT_NE(c.error().what.find(words), std::string::npos) << c.error().what;
    }
}

TEST(RespFault, AServerWithoutRoomForMoreClientsCannotBeOpened) {
  const tests::RedisServer server({"--maxclients", "1"});
  RespWorld world;
  const auto only = world.open(server.at());
  ASSERT_TRUE(only) << only.error().what;
  EXPECT_FALSE(world.open(server.at()));
}

// A server that takes the request and never answers; `asked` is set when it has it.
class Silent {
 public:
  Endpoint at() const { return puppet_.at(); }
  void await_question() { asked_.get_future().wait(); }

 private:
  std::promise<void> asked_;
  Puppet puppet_{[this](Puppet::Client& c) {
    c.greet();
    c.read_until("PING\r\n");
    asked_.set_value();
    c.await_close();
  }};
};

TEST(RespInterrupted, CancellationEndsTheAskAndClosesTheConnection) {
  Silent server;
  RespWorld world;
  const auto c = world.open(server.at());
  boost::asio::cancellation_signal cancel;
  bool ended = false;
  world.loop.restart();
  boost::asio::co_spawn(
      world.loop, (*c)->ask({{"PING"}}, std::chrono::hours(1)),
      boost::asio::bind_cancellation_slot(cancel.slot(), [&](const std::exception_ptr&, auto) { ended = true; }));
  std::thread canceller([&] {
    server.await_question();
    boost::asio::post(world.loop, [&] { cancel.emit(boost::asio::cancellation_type::terminal); });
  });
  world.loop.run();
  canceller.join();
  EXPECT_TRUE(ended);
  EXPECT_FALSE((*c)->open());
}

TEST(RespInterrupted, ASecondAskMeanwhileIsRefusedWithoutHarm) {
  Silent server;
  RespWorld world;
  const auto c = world.open(server.at());
  std::optional<Error> second;
  world.loop.restart();
  boost::asio::co_spawn(world.loop, (*c)->ask({{"PING"}}, std::chrono::milliseconds(100)), boost::asio::detached);
  boost::asio::co_spawn(world.loop, (*c)->ask({{"PING"}}, std::chrono::hours(1)), [&](auto, auto replies) {
    if (!replies) second = replies.error();
    EXPECT_TRUE((*c)->open());
    EXPECT_FALSE((*c)->idle());
  });
  world.loop.run();
  ASSERT_TRUE(second);
  EXPECT_NE(second->what.find("something else"), std::string::npos) << second->what;
}

TEST(RespInterrupted, DestroyingTheConnectionEndsTheAsk) {
  Silent server;
  RespWorld world;
  auto c = world.open(server.at());
  bool failed = false;
  world.loop.restart();
  boost::asio::co_spawn(world.loop, (*c)->ask({{"PING"}}, std::chrono::hours(1)),
                        [&](const std::exception_ptr&, auto replies) { failed = !replies; });
  std::thread destroyer([&] {
    server.await_question();
    boost::asio::post(world.loop, [&] { c->reset(); });
  });
  world.loop.run();
  destroyer.join();
  EXPECT_TRUE(failed);
}

TEST(RespInterrupted, TheLoopMayGoBeforeTheConnection) {
  Silent server;
  auto world = std::make_unique<RespWorld>();
  auto c = world->open(server.at());
  world->loop.restart();
  boost::asio::co_spawn(world->loop, (*c)->ask({{"PING"}}, std::chrono::hours(1)), boost::asio::detached);
  std::thread stopper([&] {
    server.await_question();
    world->loop.stop();
  });
  world->loop.run();
  stopper.join();
  c->reset();
  world.reset();  // destroys the coroutine where it waits
}

}  // namespace
}  // namespace slotwarden::adapters
