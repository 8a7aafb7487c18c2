#include "cli/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "cli/completion.h"

namespace slotwarden::cli {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using namespace std::chrono_literals;

Globals given(std::vector<const char*> words) {
  words.insert(words.begin(), "slotwardenctl");
  return read_arguments(static_cast<int>(words.size()), words.data(), "1.2.3");
}

Result<Order> order(const std::vector<std::string>& words) {
  return read_order(words);
}

TEST(Arguments, TakeTheGlobalOptionsAndLeaveTheRestToTheCommand) {
  const Globals g = given({"-s", "/tmp/x.sock", "--json", "restart", "7000", "--in-place", "--reason", "disk swap"});
  EXPECT_EQ(g.leave, std::nullopt);
  EXPECT_EQ(g.socket, "/tmp/x.sock");
  EXPECT_TRUE(g.json);
  EXPECT_THAT(g.command, ElementsAre("restart", "7000", "--in-place", "--reason", "disk swap"));
}

TEST(Arguments, TakeSocketAndStatusFileFromTheEnvironment) {
  EXPECT_EQ(given({}).socket, "/run/slotwarden/control.sock");
  EXPECT_EQ(given({}).status_file, "/var/lib/slotwarden/status.json");
  ::setenv("SLOTWARDEN_SOCKET", "/tmp/env.sock", 1);
  ::setenv("SLOTWARDEN_STATE", "/tmp/status.json", 1);
  EXPECT_EQ(given({"status"}).socket, "/tmp/env.sock");
  EXPECT_EQ(given({"--socket", "/tmp/x.sock"}).socket, "/tmp/x.sock");
  EXPECT_EQ(given({}).status_file, "/tmp/status.json");
  ::unsetenv("SLOTWARDEN_SOCKET");
  ::unsetenv("SLOTWARDEN_STATE");
}

TEST(Arguments, EndWithUsageOnAnUnknownGlobalOption) {
  const Globals g = given({"--frobnicate"});
  EXPECT_EQ(g.leave, 2);
  EXPECT_THAT(g.text, HasSubstr("--frobnicate"));
  EXPECT_EQ(given({"--version"}).text, "slotwardenctl 1.2.3\n");
  EXPECT_EQ(given({"--help"}).leave, 0);
  EXPECT_THAT(given({"--help"}).text, HasSubstr("rolling-restart"));
}

TEST(Order, KeepsItsOwnOptionsFromTheDaemon) {
  const auto o = order({"restart", "7000", "-v", "--timeout", "90", "--take-back", "--json"});
  ASSERT_TRUE(o.has_value()) << o.error().what;
  EXPECT_TRUE(o->verbose);
  EXPECT_TRUE(o->json);
  EXPECT_EQ(o->timeout, 90s);
  EXPECT_TRUE(o->request.options.take_back);
  EXPECT_THAT(control::argv_of(o->request), ElementsAre("RESTART", "7000", "--take-back"));
}

TEST(Order, TakesAnOptionsValueForNoOptionOfItsOwn) {
  const auto o = order({"start", "7000", "--force", "--reason", "--yes"});
  ASSERT_TRUE(o.has_value()) << o.error().what;
  EXPECT_FALSE(o->yes);
  EXPECT_EQ(o->request.reason, "--yes");
}

TEST(Order, KnowsTheBriefOptionsOfTailAndEvents) {
  const auto tail = order({"tail", "7000", "-f", "-n", "100"});
  EXPECT_TRUE(tail->follow);
  EXPECT_EQ(tail->request.lines, 100);
  const auto events = order({"events", "-n", "5", "-f", "7000"});
  EXPECT_TRUE(events->follow);
  EXPECT_EQ(events->request.limit, 5);
}

TEST(Order, RefusesWhatIsNoTimeoutAndOptionsOfOtherCommands) {
  EXPECT_THAT(order({"stop", "7000", "--timeout", "soon"}).error().what, HasSubstr("--timeout wants SECONDS"));
  EXPECT_THAT(order({"stop", "7000", "--timeout"}).error().what, HasSubstr("--timeout wants SECONDS"));
  EXPECT_THAT(order({"status", "-f"}).error().what, HasSubstr("it has no option '-f'"));
  EXPECT_THAT(order({}).error().what, HasSubstr("a command is missing"));
}

TEST(Completion, OffersCommandsThenInstancesThenOptions) {
  const std::vector<std::string> instances{"7000", "storage", "7001", "storage"};
  EXPECT_THAT(completions("re", instances), ElementsAre("rehearse", "release", "reread", "restart", "restore"));
  EXPECT_THAT(completions("restart ", instances), ElementsAre("7000", "7001", "all", "storage"));
  EXPECT_THAT(completions("restart 7000 70", instances), ElementsAre("7000", "7001"));
  EXPECT_THAT(completions("restart 7000 --t", instances), ElementsAre("--take-back", "--timeout"));
  EXPECT_THAT(completions("tail ", instances), ElementsAre("7000", "7001"));
  EXPECT_THAT(completions("signal ", instances), Contains("HUP"));
  EXPECT_THAT(completions("signal HUP ", instances), Contains("7000"));
  EXPECT_THAT(completions("help ro", instances), ElementsAre("rolling-restart"));
  EXPECT_THAT(completions("version ", instances), IsEmpty());
  EXPECT_THAT(completions("nonsense ", instances), IsEmpty());
}

}  // namespace
}  // namespace slotwarden::cli
