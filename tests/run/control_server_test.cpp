#include "run/control_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "control/codec.h"
#include "run/control_peer.h"

namespace slotwarden::run {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Answers by command: VERSION says who asks, STOP fails, TAIL is 8 MiB long, PID waits for as many milliseconds as its
// port says, HOLD waits until it is let go, and everything else repeats what was understood.
class ControlSocket : public ::testing::Test {
 protected:
  ControlSocket() : let_go_(loop_, asio::steady_timer::time_point::max()) {
    char name[] = "/tmp/slotwarden-control-XXXXXX";
    directory_ = ::mkdtemp(name);
    options_.path = directory_ + "/control.sock";
    options_.frame_deadline = 200ms;
    options_.write_deadline = 300ms;
  }
  ~ControlSocket() override {
    if (thread_.joinable()) {
      on_loop([&] {
        let_go_.cancel();
        server_.reset();
      });
      work_.reset();
      thread_.join();
    }
    std::filesystem::remove_all(directory_);
  }

  void listen() {
    auto made = ControlServer::listen(loop_.get_executor(), options_, [this](control::Request r, Caller c) {
      return answer(std::move(r), std::move(c));
    });
    ASSERT_TRUE(made.has_value()) << made.error().what;
    server_ = std::move(*made);
    thread_ = std::thread([this] { loop_.run(); });
  }

  [[nodiscard]] std::string refusal() {
    const auto made = ControlServer::listen(loop_.get_executor(), options_, {});
    return made ? "" : made.error().what;
  }

  asio::awaitable<std::string> answer(control::Request r, Caller caller) {
    asked_.fetch_add(1);
    if (r.command == "VERSION") co_return control::bulk(describe(caller));
    if (r.command == "STOP") throw std::runtime_error("the disk is on fire\r\nreally");
    if (r.command == "TAIL") co_return control::bulk(std::string(8 << 20, 'x'));
    if (r.command == "HOLD") {
      boost::system::error_code ignored;
      co_await let_go_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    if (r.command == "PID") {
      asio::steady_timer t(co_await asio::this_coro::executor, std::chrono::milliseconds{std::stoi(r.targets.at(0))});
      co_await t.async_wait(asio::use_awaitable);
    }
    std::string text = r.command;
    for (const std::string& target : r.targets) text += " " + target;
    co_return control::bulk(text);
  }

  template <class Act>
  void on_loop(Act act) {
    std::promise<void> done;
    asio::post(loop_, [&] {
      act();
      done.set_value();
    });
    done.get_future().wait();
  }

  [[nodiscard]] Peer peer() const { return Peer(options_.path); }
  [[nodiscard]] bool answers() const {
    const Peer p = peer();
    p.send("PING\r\n");
    return p.read_until("\r\n") == "+PONG\r\n";
  }

  asio::io_context loop_{1};
  asio::steady_timer let_go_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{loop_.get_executor()};
  std::string directory_;
  ControlOptions options_;
  std::unique_ptr<ControlServer> server_;
  std::thread thread_;
  std::atomic<int> asked_ = 0;
};

TEST_F(ControlSocket, AnswersTypedLinesAndRespArrays) {
  listen();
  const Peer p = peer();
  p.send("status 7000\r\n*2\r\n$6\r\nSTATUS\r\n$3\r\nall\r\n");
  EXPECT_EQ(p.read_until("all\r\n"), "$11\r\nSTATUS 7000\r\n$10\r\nSTATUS all\r\n");
}

TEST_F(ControlSocket, AnswersPipelinedRequestsInTheirOrderHoweverLongEachTakes) {
  listen();
  const Peer p = peer();
  p.send("pid 80\r\nstatus\r\npid 40\r\nping\r\npid 1\r\nquit\r\n");
  EXPECT_EQ(p.read_to_end(), "$6\r\nPID 80\r\n$6\r\nSTATUS\r\n$6\r\nPID 40\r\n+PONG\r\n$5\r\nPID 1\r\n+OK\r\n");
}

TEST_F(ControlSocket, AnswersOthersWhileOneRequestTakesItsTime) {
  listen();
  const Peer patient = peer();
  patient.send("hold 7000\r\n");
  EXPECT_TRUE(answers());
  on_loop([&] { let_go_.cancel(); });
  EXPECT_EQ(patient.read_until("7000\r\n"), "$9\r\nHOLD 7000\r\n");
}

TEST_F(ControlSocket, AnswersHelpItself) {
  listen();
  const Peer p = peer();
  p.send("help start\r\nquit\r\n");
  EXPECT_THAT(p.read_to_end(), HasSubstr(R"("command":"start","form":"start PORT|all|POLICY… [--force])"));
  EXPECT_EQ(asked_, 0);
}

TEST_F(ControlSocket, SaysWhatIsWrongWithARequestAndStaysOpen) {
  listen();
  const Peer p = peer();
  p.send("stpo 7000\r\nstart\r\nquit\r\n");
  const std::string got = p.read_to_end();
  EXPECT_THAT(got, StartsWith("-UNKNOWN there is no command 'stpo'; did you mean stop?\r\n-USAGE START: "));
  EXPECT_THAT(got, EndsWith("+OK\r\n"));
  EXPECT_EQ(asked_, 0);
}

TEST_F(ControlSocket, MeetsGarbageWithOneErrorAndClosesOnlyThatClient) {
  listen();
  const Peer good = peer();
  for (const std::string& garbage : {std::string("*99999999\r\n"), std::string("\x16\x03\x01\x02\x00\x01", 6),
                                     "*1\r\n:1\r\n" + std::string(100, '*'), std::string(10'000, 'A')}) {
    const Peer bad = peer();
    bad.send(garbage);
    const std::string got = bad.read_to_end();
    EXPECT_THAT(got, StartsWith("-ERR "));
    EXPECT_EQ(std::count(got.begin(), got.end(), '\n'), 1) << got;
  }
  good.send("ping\r\n");
  EXPECT_EQ(good.read_until("\r\n"), "+PONG\r\n");
}

TEST_F(ControlSocket, SurvivesRandomBytesFromManyClients) {
  listen();
  std::srand(7);
  for (int round = 0; round < 300; ++round) {
    const Peer p = peer();
    std::string bytes(static_cast<std::size_t>(1 + std::rand() % 3000), '\0');
    for (char& c : bytes) c = static_cast<char>(std::rand());
    p.send(bytes);
  }
  EXPECT_TRUE(answers());
  EXPECT_EQ(asked_, 0);
}

TEST_F(ControlSocket, DropsAClientThatBeginsARequestAndNeverEndsIt) {
  listen();
  const Peer idle = peer();
  const Peer slow = peer();
  slow.send("*2\r\n$6\r\nSTATUS\r\n$4\r\n70");
  EXPECT_EQ(slow.read_to_end(), "-ERR a request was begun and not finished in time\r\n");
  idle.send("ping\r\n");  // between requests a client may be silent for as long as it likes
  EXPECT_EQ(idle.read_until("\r\n"), "+PONG\r\n");
}

TEST_F(ControlSocket, DropsAClientThatDripsBytesToKeepItsRequestAlive) {
  listen();
  const Peer slow = peer();
  std::thread drip([&] {
    while (!slow.hung_up_within(20ms)) slow.send("x");
  });
  EXPECT_EQ(slow.read_to_end(), "-ERR a request was begun and not finished in time\r\n");
  drip.join();
}

TEST_F(ControlSocket, DropsOnlyTheClientThatDoesNotRead) {
  listen();
  const Peer deaf = peer();
  deaf.send("tail 7000\r\n");
  EXPECT_TRUE(answers());
  EXPECT_TRUE(deaf.hung_up_within(10s));
  EXPECT_TRUE(answers());
}

TEST_F(ControlSocket, TurnsAwayTheClientsAboveTheLimitAndKeepsSomeForRoot) {
  listen();
  const std::size_t most = ::geteuid() == 0 ? 72 : 64;
  std::vector<Peer> all;
  for (std::size_t i = 0; i < most; ++i) {
    all.push_back(peer());
    all.back().send("ping\r\n");
    ASSERT_EQ(all.back().read_until("\r\n"), "+PONG\r\n") << i;
  }
  for (int extra = 0; extra < 20; ++extra)
    EXPECT_EQ(peer().read_to_end(), "-ERR " + std::to_string(most) + " clients are connected already; try again\r\n");
  all.front().send("quit\r\n");
  EXPECT_EQ(all.front().read_to_end(), "+OK\r\n");
  on_loop([] {});
  EXPECT_TRUE(answers());
}

TEST_F(ControlSocket, KnowsWhoAsksFromTheKernel) {
  listen();
  const Peer p = peer();
  p.send("version\r\nquit\r\n");
  const std::string got = p.read_to_end();
  EXPECT_THAT(got, HasSubstr("uid " + std::to_string(::getuid())));
  EXPECT_THAT(got, HasSubstr("pid " + std::to_string(::getpid()) + "\r\n"));
  if (::getuid() == 0) {
    EXPECT_THAT(got, HasSubstr("(root)"));
  }
}

TEST_F(ControlSocket, TurnsAnExceptionOfTheHandlerIntoAnError) {
  listen();
  const Peer p = peer();
  p.send("stop 7000\r\nping\r\n");
  EXPECT_EQ(p.read_until("PONG\r\n"), "-ERR the disk is on fire  really\r\n+PONG\r\n");
}

TEST_F(ControlSocket, ServesRedisCli) {
  if (std::system("command -v redis-cli >/dev/null") != 0) GTEST_SKIP() << "redis-cli is not installed";
  listen();
  const auto said = [&](const std::string& words) {
    std::string out;
    const std::string command = "redis-cli -s " + options_.path + " " + words + " 2>&1";
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe{::popen(command.c_str(), "r"), ::pclose};
    std::array<char, 4096> chunk;
    while (const std::size_t n = ::fread(chunk.data(), 1, chunk.size(), pipe.get())) out.append(chunk.data(), n);
    return out;
  };
  EXPECT_EQ(said("PING"), "PONG\n");
  EXPECT_EQ(said("STATUS 7000 all"), "STATUS 7000 all\n");
  EXPECT_THAT(said("START"), StartsWith("USAGE START: "));
}

TEST_F(ControlSocket, IsForItsOwnerAndGroupOnly) {
  listen();
  struct stat st {};
  ASSERT_EQ(::stat(options_.path.c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 07777, 0660U);
}

TEST_F(ControlSocket, ReplacesTheSocketOfADeadDaemon) {
  {
    const int dead = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    std::memcpy(at.sun_path, options_.path.data(), options_.path.size());
    ASSERT_EQ(::bind(dead, reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
    ::close(dead);
  }
  listen();
  EXPECT_TRUE(answers());
}

TEST_F(ControlSocket, LeavesALiveDaemonItsSocket) {
  listen();
  EXPECT_THAT(refusal(), StartsWith("another slotwardend answers on " + options_.path));
  EXPECT_TRUE(answers());
}

TEST_F(ControlSocket, RemovesNoFileThatIsNotASocket) {
  std::ofstream(options_.path) << "precious";
  EXPECT_THAT(refusal(), HasSubstr("is there and is not a socket"));
  EXPECT_EQ(std::filesystem::file_size(options_.path), 8U);
}

TEST_F(ControlSocket, NamesThePathThatCannotBeUsed) {
  options_.path = directory_ + "/none/control.sock";
  EXPECT_THAT(refusal(), HasSubstr(directory_ + "/none"));
  options_.path = directory_ + "/" + std::string(108, 'x');
  EXPECT_THAT(refusal(), HasSubstr("must have 1 to 107 characters"));
}

TEST_F(ControlSocket, SendsEventsToSubscribersInTheShapeOfRedis) {
  listen();
  const Peer p = peer();
  p.send("subscribe events\r\n");
  EXPECT_EQ(p.read_until(":1\r\n"), "*3\r\n$9\r\nsubscribe\r\n$6\r\nevents\r\n:1\r\n");
  on_loop([&] { server_->publish(Event{3, 1000, {7000}, "exited", "", "signal 9"}); });
  const std::string json =
      R"({"at":"1970-01-01T00:00:01.000Z","port":7000,"event":"exited","rule":null,"detail":"signal 9","id":3})";
  EXPECT_EQ(p.read_until("}\r\n"), "*3\r\n" + control::bulk("message") + control::bulk("events") + control::bulk(json));
  p.send("stop 7000\r\nping\r\n");
  EXPECT_THAT(p.read_until("$0\r\n\r\n"), StartsWith("-ERR a subscriber may only"));
  EXPECT_EQ(asked_, 0);
}

TEST_F(ControlSocket, TellsASubscriberThatReadsTooSlowlyAndDropsIt) {
  options_.write_deadline = 10s;
  listen();
  const Peer p = peer();
  p.send("subscribe events\r\n");
  ASSERT_THAT(p.read_until(":1\r\n"), HasSubstr("subscribe"));
  on_loop([&] {
    for (int i = 0; i < 5'000; ++i) server_->publish(Event{i, i, {7000}, "tick", "", std::string(1000, 'x')});
  });
  const std::string got = p.read_to_end();
  EXPECT_THAT(got, HasSubstr("-ERR this subscriber reads too slowly: "));
  EXPECT_THAT(got, EndsWith("EVENTS has them\r\n"));
  EXPECT_LT(got.size(), 2U << 20);
  EXPECT_TRUE(answers());
}

TEST_F(ControlSocket, DropsASubscriberThatNeverReads) {
  listen();
  const Peer p = peer();
  p.send("subscribe events\r\n");
  ASSERT_THAT(p.read_until(":1\r\n"), HasSubstr("subscribe"));
  on_loop([&] {
    for (int i = 0; i < 800; ++i) server_->publish(Event{i, i, {7000}, "tick", "", std::string(1000, 'x')});
  });
  EXPECT_TRUE(p.hung_up_within(10s));
}

TEST_F(ControlSocket, FinishesTheReplyUnderWayWhenItIsStopped) {
  listen();
  const Peer idle = peer();
  idle.send("ping\r\n");
  ASSERT_EQ(idle.read_until("\r\n"), "+PONG\r\n");
  const Peer waiting = peer();
  waiting.send("hold 7000\r\nstatus\r\n");
  while (asked_ == 0) std::this_thread::yield();
  on_loop([&] { server_->stop(); });
  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_FALSE(std::filesystem::exists(options_.path));
  EXPECT_FALSE(peer().connected());
  on_loop([&] { let_go_.cancel(); });
  EXPECT_EQ(waiting.read_to_end(), "$9\r\nHOLD 7000\r\n");
  std::size_t left = 1;
  while (left != 0) on_loop([&] { left = server_->clients(); });
}

TEST_F(ControlSocket, SendsTheLastEventsWhenItIsStopped) {
  listen();
  const Peer p = peer();
  p.send("subscribe events\r\n");
  ASSERT_THAT(p.read_until(":1\r\n"), HasSubstr("subscribe"));
  on_loop([&] {
    server_->publish(Event{1, 1, {}, "daemon-ends", "", ""});
    server_->stop();
  });
  EXPECT_THAT(p.read_to_end(), HasSubstr("daemon-ends"));
}

TEST_F(ControlSocket, LeavesTheSocketOfItsSuccessorWhenItIsStopped) {
  listen();
  ASSERT_EQ(::unlink(options_.path.c_str()), 0);
  std::ofstream(options_.path) << "successor";
  on_loop([&] { server_->stop(); });
  EXPECT_TRUE(std::filesystem::exists(options_.path));
}

}  // namespace
}  // namespace slotwarden::run
