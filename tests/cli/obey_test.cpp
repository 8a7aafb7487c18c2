#include "cli/obey.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <fstream>

#include "cli/captured.h"
#include "cli/prompt.h"
#include "cli/small_daemon.h"

namespace slotwarden::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

const std::string one_running =
    R"([{"port":7000,"state":"RUNNING","role":"master","policy":"storage","pid":12,"since":null,"node_id":null,"keys":5}])";
const std::string one_held =
    R"([{"port":7000,"state":"HELD","role":"master","policy":"storage","hold":{"rule":"empty-dataset","because":"b"}}])";
const std::string done = R"([{"port":7000,"outcome":"done","rule":null,"text":"it runs"}])";
const std::string explanation =
    R"([{"port":7000,"state":"HELD","role":"master","policy":"storage","verdict":{"ruling":"refuse","rule":"empty-dataset",)"
    R"("because":"the dump is gone","release":null},"evidence":[],"would_release":[],"may_lose":["1003 keys"]}])";

std::string event(int port, const std::string& what) {
  return R"({"at":"2026-11-21T08:00:00.000Z","port":)" + std::to_string(port) + R"(,"event":")" + what +
         R"(","rule":null,"detail":"","id":1})";
}

Globals at(const SmallDaemon& d) {
  Globals g;
  g.socket = d.path();
  g.status_file = d.directory() + "/status.json";
  return g;
}

int run(Captured& t, const Globals& g, const std::vector<std::string>& words) {
  return static_cast<int>(obey(t.console, g, words));
}

TEST(Command, PrintsStatusAndEndsWithZeroWhileEverythingRuns) {
  SmallDaemon d({{"STATUS", control::bulk(one_running)}});
  Captured t;
  EXPECT_EQ(run(t, at(d), {"status", "7000"}), 0);
  EXPECT_THAT(t.out.str(), HasSubstr("7000  RUNNING  master  storage   12      -     5  -\n"));
  EXPECT_THAT(d.diary(), ElementsAre("STATUS 7000"));
}

TEST(Command, EndsWithThreeWhenSomethingDoesNotRun) {
  SmallDaemon d({{"STATUS", control::bulk(one_held)}});
  Captured t;
  EXPECT_EQ(run(t, at(d), {"status"}), 3);
  EXPECT_THAT(t.out.str(), HasSubstr("empty-dataset: b."));
}

TEST(Command, PrintsJsonAsTheDaemonSentItWithTheSameExitCode) {
  SmallDaemon d({{"STATUS", control::bulk(one_held)}});
  Captured t;
  EXPECT_EQ(run(t, at(d), {"status", "--json"}), 3);
  EXPECT_EQ(t.out.str(), one_held + "\n");
}

TEST(Command, EndsWithFourAndTheRuleWhenARuleRefuses) {
  SmallDaemon d(
      {{"STOP",
        control::bulk(
            R"([{"port":7000,"outcome":"refused","rule":"no-synced-replica","text":"nobody could take over"}])")},
       {"RESTART", control::refused("brake", "most of the cluster looks dead")}});
  Captured t;
  EXPECT_EQ(run(t, at(d), {"stop", "7000"}), 4);
  EXPECT_THAT(t.out.str(), HasSubstr("no-synced-replica"));
  EXPECT_EQ(run(t, at(d), {"restart", "7000"}), 4);
  EXPECT_EQ(t.err.str(), "slotwardenctl: REFUSED brake most of the cluster looks dead\n");
}

TEST(Command, EndsWithTwoOnUsageWithoutAskingAnybody) {
  SmallDaemon d({});
  Captured t;
  EXPECT_EQ(run(t, at(d), {"restart"}), 2);
  EXPECT_EQ(run(t, at(d), {"restrat", "7000"}), 2);
  EXPECT_THAT(t.err.str(), StartsWith("slotwardenctl: RESTART: it wants ports"));
  EXPECT_THAT(t.err.str(), HasSubstr("did you mean restart?"));
  EXPECT_THAT(d.diary(), IsEmpty());
}

TEST(Command, EndsWithFiveAndSaysWhatToDoWhenNobodyListens) {
  Captured t;
  Globals g;
  g.socket = "/tmp/slotwardenctl-none/control.sock";
  EXPECT_EQ(run(t, g, {"pid"}), 5);
  EXPECT_THAT(t.err.str(), HasSubstr("slotwardend is not running, or listens elsewhere"));
  EXPECT_EQ(t.out.str(), "");
}

TEST(Command, TellsAStaleSocketFromNone) {
  std::string path;
  Captured t;
  Globals g;
  char name[] = "/tmp/slotwardenctl-XXXXXX";
  g.socket = std::string(::mkdtemp(name)) + "/s";
  {
    const int dead = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un a{};
    a.sun_family = AF_UNIX;
    std::memcpy(a.sun_path, g.socket.data(), g.socket.size());
    ASSERT_EQ(::bind(dead, reinterpret_cast<const sockaddr*>(&a), sizeof a), 0);
    ::close(dead);
  }
  EXPECT_EQ(run(t, g, {"pid"}), 5);
  EXPECT_THAT(t.err.str(), HasSubstr("nobody listens on " + g.socket));
  std::filesystem::remove_all(name);
}

TEST(Command, ShowsTheLastPublishedStatusWhenTheDaemonIsDown) {
  SmallDaemon d({});
  Globals g = at(d);
  g.socket = d.directory() + "/none.sock";
  std::ofstream(g.status_file) << one_running;
  Captured t;
  EXPECT_EQ(run(t, g, {"status"}), 5);
  EXPECT_THAT(t.err.str(),
              HasSubstr("The daemon does not answer. This is what it published 0s ago in " + g.status_file));
  EXPECT_THAT(t.out.str(), HasSubstr("7000  RUNNING"));
  Captured other;
  EXPECT_EQ(run(other, g, {"status", "cache"}), 5);
  EXPECT_THAT(other.out.str(), Not(HasSubstr("7000")));
}

TEST(Command, SaysThatNotEvenTheLastStatusIsThere) {
  Captured t;
  Globals g;
  g.socket = "/tmp/slotwardenctl-none/control.sock";
  g.status_file = "/tmp/slotwardenctl-none/status.json";
  EXPECT_EQ(run(t, g, {"status"}), 5);
  EXPECT_THAT(t.err.str(), HasSubstr("its last status cannot be told"));
}

TEST(Command, EndsWithFiveWhenTheAnswerTakesLongerThanItsTimeout) {
  SmallDaemon d({{"STOP", std::string()}});  // it never answers
  Captured t;
  EXPECT_EQ(run(t, at(d), {"stop", "7000", "--timeout", "1"}), 5);
  EXPECT_THAT(t.err.str(), HasSubstr("no answer within 1 s; what was begun goes on"));
}

TEST(Command, EndsWithOneWhenTheAnswerIsNotUnderstood) {
  SmallDaemon d({{"STATUS", control::bulk("{]")}, {"AVAIL", control::bulk("7")}});
  Captured t;
  EXPECT_EQ(run(t, at(d), {"status"}), 1);
  EXPECT_EQ(run(t, at(d), {"avail"}), 1);
  EXPECT_THAT(t.err.str(), HasSubstr("not a JSON document"));
  EXPECT_THAT(t.err.str(), HasSubstr("not understood: the answer is not an array"));
}

TEST(Command, TellsMeanwhileWhatHappensToTheInstancesItIsAbout) {
  SmallDaemon d({{"RESTART", control::bulk(done)}});
  d.tell({event(7000, "stopping"), event(7001, "elsewhere")}, false);
  Captured t;
  EXPECT_EQ(run(t, at(d), {"restart", "7000", "-v"}), 0);
  EXPECT_THAT(t.err.str(), HasSubstr("7000  stopping\n"));
  EXPECT_THAT(t.err.str(), Not(HasSubstr("elsewhere")));
  EXPECT_EQ(t.out.str(), "7000  done  it runs\n");
}

TEST(StartForce, PrintsWhatMayBeLostBeforeItStarts) {
  SmallDaemon d({{"EXPLAIN", control::bulk(explanation)}, {"START", control::bulk(done)}});
  Captured t;
  EXPECT_EQ(run(t, at(d), {"start", "7000", "--force", "--reason", "I know"}), 0);
  EXPECT_THAT(
      t.err.str(),
      HasSubstr("7000: what this may lose (held by the rule empty-dataset: the dump is gone)\n  - 1003 keys\n"));
  EXPECT_THAT(d.diary(), ElementsAre("EXPLAIN 7000", "START 7000 --force --reason I know"));
}

TEST(StartForce, StartsNothingOnATerminalUnlessYesIsTyped) {
  for (const std::string typed : {"no\n", "y\n", ""}) {
    SmallDaemon d({{"EXPLAIN", control::bulk(explanation)}, {"START", control::bulk(done)}});
    Captured t(typed);
    t.console.in_is_terminal = true;
    EXPECT_EQ(run(t, at(d), {"start", "7000", "--force", "--reason", "I know"}), 1);
    EXPECT_THAT(d.diary(), ElementsAre("EXPLAIN 7000")) << typed;
  }
  SmallDaemon d({{"EXPLAIN", control::bulk(explanation)}, {"START", control::bulk(done)}});
  Captured t("yes\n");
  t.console.in_is_terminal = true;
  EXPECT_EQ(run(t, at(d), {"start", "7000", "--force", "--reason", "I know"}), 0);
}

TEST(StartForce, StartsNothingWhenItCannotBeToldWhatMayBeLost) {
  SmallDaemon d({{"EXPLAIN", control::error("ERR cannot look")}, {"START", control::bulk(done)}});
  Captured t;
  EXPECT_EQ(run(t, at(d), {"start", "7000", "--force", "--reason", "I know", "--yes"}), 1);
  EXPECT_THAT(d.diary(), ElementsAre("EXPLAIN 7000"));
}

TEST(Events, AreFollowedWithoutTellingAnythingTwice) {
  SmallDaemon d({{"EVENTS", control::bulk("[" + event(7000, "exited") + "]")}});
  d.tell({event(7000, "exited"), event(7001, "elsewhere"), event(7000, "started")}, true);
  Captured t;
  EXPECT_EQ(run(t, at(d), {"events", "-f", "7000", "--json"}), 5);  // the daemon left
  EXPECT_EQ(t.out.str(), event(7000, "exited") + "\n" + event(7000, "started") + "\n");
  EXPECT_THAT(t.err.str(), HasSubstr("the daemon closed the connection"));
}

TEST(Prompt, RunsEachLineOfAPipeAndEndsWithTheLastFailure) {
  SmallDaemon d({{"STATUS", control::bulk(one_held)}, {"HOLD", control::bulk(done)}});
  Captured t("status\n\n# a remark\nhold 7000 --reason \"disk swap\"\nexit\nhold 7001\n");
  EXPECT_EQ(prompt(t.console, at(d)), 3);
  EXPECT_THAT(d.diary(), ElementsAre("STATUS", "HOLD 7000 --reason disk swap"));
  EXPECT_THAT(t.out.str(), Not(HasSubstr("slotwarden>")));
}

TEST(Prompt, GoesOnAfterALineThatIsNone) {
  SmallDaemon d({{"HOLD", control::bulk(done)}});
  Captured t("hold \"7000\nnonsense\n?\nhold 7000\n");
  EXPECT_EQ(prompt(t.console, at(d)), 2);
  EXPECT_THAT(t.err.str(), HasSubstr("a quote is not closed"));
  EXPECT_THAT(d.diary(), ElementsAre("HOLD 7000"));
}

}  // namespace
}  // namespace slotwarden::cli
