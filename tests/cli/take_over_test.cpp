#include "cli/take_over.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/captured.h"
#include "cli/obey.h"
#include "cli/small_daemon.h"

namespace slotwarden::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Verdict may{Ruling::go, "unit-to-disarm", "Its unit lets go of it.", ""};
constexpr Verdict may_not{Ruling::refuse, "another-supervisor", "Another supervisor has it.", "Take it from there."};

TakeOver server(std::uint16_t port, const Verdict& v) {
  TakeOver t;
  t.port = Port{port};
  t.pid = Pid{4711};
  t.keeper_name = v.ruling == Ruling::go ? "redis-server@7000.service" : "supervisord (pid 12)";
  t.verdict = v;
  t.detail = t.keeper_name;
  t.steps = {"write a drop-in"};
  return t;
}

// A host with one server of a unit, 7000, and one of supervisord, 7001; whatever is done is in the diary.
struct Host {
  explicit Host(std::string answer)
      : daemon({{"PID", control::bulk("[]")}, {"ADOPT", control::bulk(answer)}, {"GIVE-BACK", control::bulk(answer)}}) {
    g.socket = daemon.path();
    g.local.servers_to_take_over = [](const std::string&, const std::string&) -> Result<std::vector<TakeOver>> {
      return std::vector{server(7000, may), server(7001, may_not)};
    };
    g.local.make_way = [this](const TakeOver& t) {
      diary.push_back("make way for " + std::to_string(t.port.n));
      return Result<void>{};
    };
    g.local.undo_way = [this](const TakeOver& t) {
      diary.push_back("undo it for " + std::to_string(t.port.n));
      return Result<void>{};
    };
    g.local.to_give_back = [](const std::string&, Port port, std::optional<Pid>, bool) -> Result<GiveBack> {
      GiveBack b;
      b.port = port;
      b.verdict = may;
      return b;
    };
    g.local.put_configuration_aside = [this](const GiveBack&) {
      diary.emplace_back("aside");
      return Result<std::string>(boost::system::in_place_value, "7000.toml.set-aside");
    };
    g.local.put_configuration_back = [this](const GiveBack&, const std::string& aside) {
      diary.push_back("back from " + aside);
      return Result<void>{};
    };
    g.local.hand_back = [this](const GiveBack&) {
      diary.emplace_back("hand back");
      return Result<std::string>(boost::system::in_place_value, "its unit has it");
    };
  }
  int run(Captured& t, const std::vector<std::string>& words) { return static_cast<int>(obey(t.console, g, words)); }

  SmallDaemon daemon;
  Globals g;
  std::vector<std::string> diary;
};

constexpr auto done = R"([{"port":7000,"outcome":"done","rule":null,"text":"taken over"}])";
constexpr auto refused = R"([{"port":7000,"outcome":"refused","rule":"blind","text":"not seen"}])";

TEST(Adopt, ShowsEveryServerAndChangesNothing) {
  Host h(done);
  Captured t;
  EXPECT_EQ(h.run(t, {"adopt"}), 4);
  EXPECT_THAT(t.out.str(), HasSubstr("redis-server@7000.service"));
  EXPECT_THAT(t.out.str(), HasSubstr("supervisord (pid 12)"));
  EXPECT_THAT(t.out.str(), HasSubstr("- write a drop-in"));
  EXPECT_THAT(h.diary, IsEmpty());
  EXPECT_THAT(h.daemon.diary(), ElementsAre("PID all"));
}

TEST(Adopt, MakesWayBeforeTheDaemonTakesIt) {
  Host h(done);
  Captured t;
  EXPECT_EQ(h.run(t, {"adopt", "7000", "--yes"}), 0);
  EXPECT_THAT(h.diary, ElementsAre("make way for 7000"));
  EXPECT_THAT(h.daemon.diary(), ElementsAre("PID all", "ADOPT 7000"));
}

TEST(Adopt, UndoesWhatItDidForAServerThatTheDaemonRefuses) {
  Host h(refused);
  Captured t;
  EXPECT_EQ(h.run(t, {"adopt", "7000", "--yes"}), 4);
  EXPECT_THAT(h.diary, ElementsAre("make way for 7000", "undo it for 7000"));
  EXPECT_THAT(t.out.str(), HasSubstr("everything is as it was before"));
}

TEST(Adopt, SaysThatNoServerRunsThere) {
  Host h(done);
  Captured t;
  EXPECT_EQ(h.run(t, {"adopt", "7009", "--yes"}), 3);
  EXPECT_THAT(t.out.str(), HasSubstr("runs on that port"));
  EXPECT_THAT(h.diary, IsEmpty());
}

TEST(Adopt, TouchesNothingOfAServerThatARuleRefuses) {
  Host h(done);
  Captured t;
  EXPECT_EQ(h.run(t, {"adopt", "7001", "--yes"}), 4);
  EXPECT_THAT(t.out.str(), HasSubstr("supervisord (pid 12)"));
  EXPECT_THAT(h.diary, IsEmpty());
}

TEST(Adopt, DoesNothingUnlessItIsTold) {
  Host h(done);
  Captured t;
  EXPECT_EQ(h.run(t, {"adopt", "7000"}), 4);
  EXPECT_THAT(t.err.str(), HasSubstr("needs --yes"));
  EXPECT_THAT(h.diary, IsEmpty());
}

TEST(Adopt, DoesNothingWithoutADaemon) {
  Host h(done);
  h.g.socket = "/nonexistent/control.sock";
  Captured t;
  EXPECT_EQ(h.run(t, {"adopt", "all", "--yes"}), 5);
  EXPECT_THAT(h.diary, IsEmpty());
}

TEST(GiveBack, LetsGoBeforeTheUnitHasItAgain) {
  Host h(done);
  Captured t;
  EXPECT_EQ(h.run(t, {"give-back", "7000", "--yes"}), 0);
  EXPECT_THAT(h.diary, ElementsAre("aside", "hand back"));
  EXPECT_THAT(t.out.str(), HasSubstr("its unit has it"));
}

TEST(GiveBack, PutsTheConfigurationBackWhereTheDaemonDoesNotLetGo) {
  Host h(refused);
  Captured t;
  EXPECT_EQ(h.run(t, {"give-back", "7000", "--yes"}), 4);
  EXPECT_THAT(h.diary, ElementsAre("aside", "back from 7000.toml.set-aside"));
}

}  // namespace
}  // namespace slotwarden::cli
