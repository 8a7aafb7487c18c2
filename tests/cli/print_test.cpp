#include "cli/print.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>

#include "cli/captured.h"
#include "cli/table.h"

namespace slotwarden::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t now = 1'795'247'915'042;
constexpr std::int64_t hour = 3'600'000;

std::vector<control::InstanceStatus> two_instances() {
  control::InstanceStatus up{.port = {7000}, .state = ProcessState::running, .role = Role::master, .policy = "storage"};
  up.pid = {4711};
  up.since_unix_ms = now - 3 * hour - 12 * 60'000;
  up.node_id = {std::string(40, 'a')};
  up.keys = 1003;
  control::InstanceStatus held{.port = {17001}, .state = ProcessState::held, .role = Role::replica, .policy = "cache"};
  held.hold = control::Hold{"operator-hold", "an operator holds it", "slotwardenctl release 17001"};
  held.note = "last exit: signal 9";
  return {up, held};
}

TEST(StatusForPeople, IsInAlignedColumnsWithTheHoldBelow) {
  Captured t;
  print(t.console, two_instances(), now);
  EXPECT_EQ(
      t.out.str(),
      "PORT   STATE    ROLE     POLICY    PID  SINCE  KEYS  NODE\n"
      "7000   RUNNING  master   storage  4711  3h12m  1003  aaaaaaaa\n"
      "17001  HELD     replica  cache       -      -     -  -\n"
      "    operator-hold: an operator holds it. What changes it: slotwardenctl release 17001. last exit: signal 9.\n");
}

TEST(StatusForPeople, HasColourOnlyWhereTheConsoleHas) {
  Captured t;
  t.console.colour = true;
  print(t.console, two_instances(), now);
  EXPECT_THAT(t.out.str(), HasSubstr("\x1b[32mRUNNING\x1b[0m"));
  EXPECT_THAT(t.out.str(), HasSubstr("\x1b[33mHELD\x1b[0m   "));
}

TEST(Table, CountsLettersNotBytes) {
  Captured t;
  Table table({{"A"}, {"B"}});
  table.row({{"grün"}, {"1"}});
  table.row({{"rot"}, {"2"}});
  table.print(t.console);
  EXPECT_EQ(t.out.str(), "A     B\ngrün  1\nrot   2\n");
}

TEST(Table, LeavesNoBlanksAtTheEndOfALine) {
  Captured t;
  Table table({{"A"}, {"B"}, {"C"}});
  table.row({{"x"}, {""}, {""}});
  table.row({{""}, {"long text"}, {"y"}});
  table.print(t.console, false);
  EXPECT_EQ(t.out.str(), "x\n   long text  y\n");
}

TEST(Printable, LetsNothingSteerTheTerminal) {
  EXPECT_EQ(printable("a\x1b[2Jb\r\nc\x7f"), "a?[2Jb??c?");
  EXPECT_EQ(printable("a\tb\nc\x07", true), "a\tb\nc?");
  EXPECT_EQ(printable("x\xc2\x9b"
                      "31m grün"),
            "x?31m grün");
}

TEST(BriefDuration, ShowsTheTwoLargestUnits) {
  EXPECT_EQ(brief_duration(0), "0s");
  EXPECT_EQ(brief_duration(-5), "0s");
  EXPECT_EQ(brief_duration(42'999), "42s");
  EXPECT_EQ(brief_duration(60'000), "1m");
  EXPECT_EQ(brief_duration(61'000), "1m1s");
  EXPECT_EQ(brief_duration(3 * hour + 12 * 60'000 + 59'000), "3h12m");
  EXPECT_EQ(brief_duration(24 * hour), "1d");
  EXPECT_EQ(brief_duration(400 * 24 * hour + 5 * hour), "400d5h");
}

TEST(ExplanationForPeople, NamesTheRuleEveryFactAndWhatReleases) {
  control::Explanation e{.status = two_instances()[1]};
  e.verdict = {Ruling::refuse, "operator-hold", "an operator holds it", "release"};
  e.succession = control::ExplainedVerdict{Ruling::go, "settled", "a replica owns its slots", ""};
  e.facts = {{"majority", "yes", "CLUSTER NODES of 10.0.0.2:7001", 12}, {"dataset", "unknown", "", {}}};
  e.would_release = {"slotwardenctl release 17001"};
  e.may_lose = {"17 bytes of writes"};
  Captured t;
  print(t.console, e, now);
  EXPECT_EQ(t.out.str(),
            "17001 HELD, replica, policy cache, last exit: signal 9\n"
            "  may it start: refuse, by the rule operator-hold\n"
            "    an operator holds it\n"
            "    until: release\n"
            "  who owns its slots: go, by the rule settled\n"
            "    a replica owns its slots\n"
            "  what would release it:\n"
            "    - slotwardenctl release 17001\n"
            "  what start --force may lose now:\n"
            "    - 17 bytes of writes\n"
            "  FACT      VALUE    SOURCE                            AGE\n"
            "  majority  yes      CLUSTER NODES of 10.0.0.2:7001   12ms\n"
            "  dataset   unknown  -                               never\n");
}

TEST(EventsForPeople, AreInTheReadersTimeZone) {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  Captured t;
  const std::vector<Event> all{{1, now, {7000}, "exited", "", "signal 9"}, {2, now + 5, {}, "started", "x", ""}};
  print(t.console, all);
  EXPECT_EQ(t.out.str(),
            "2026-11-21 07:58:35.042  7000  exited      signal 9\n"
            "2026-11-21 07:58:35.047  -     started  x\n");
  EXPECT_EQ(line(t.console, all[0]), "2026-11-21 07:58:35.042  7000  exited  signal 9");
}

control::ExitCode code_of(std::string_view command, std::string_view json, std::string* shown = nullptr) {
  Captured t;
  const auto code = print_answer(t.console, command, *control::read(json), now);
  if (shown) *shown = t.out.str();
  EXPECT_TRUE(code.has_value()) << code.error().what;
  return code ? *code : control::ExitCode::failed;
}

TEST(Answers, ArePrintedByTheFormOfTheirCommand) {
  std::string shown;
  EXPECT_EQ(code_of("PID", R"([{"port":null,"pid":12}])", &shown), control::ExitCode::done);
  EXPECT_EQ(shown, "12\n");
  EXPECT_EQ(code_of("PID", R"([{"port":7000,"pid":12},{"port":7001,"pid":null}])", &shown),
            control::ExitCode::not_running);
  EXPECT_EQ(shown, "7000 12\n7001 0\n");
  EXPECT_EQ(code_of("REREAD", R"({"added":[7002],"changed":[],"removed":[7000]})", &shown), control::ExitCode::done);
  EXPECT_EQ(shown, "7002: new\n7000: no longer configured\nupdate takes this up\n");
  EXPECT_EQ(code_of("VERSION", R"({"version":"0.1.0","pid":7})", &shown), control::ExitCode::done);
  EXPECT_EQ(shown, "slotwardend 0.1.0, pid 7\n");
  EXPECT_EQ(
      code_of("STOP", R"([{"port":7000,"outcome":"refused","rule":"no-replica","text":"nobody could take over"}])",
              &shown),
      control::ExitCode::refused);
  EXPECT_EQ(shown, "7000  refused  no-replica  nobody could take over\n");
  EXPECT_EQ(code_of("STATUS", R"([{"port":7000,"state":"EXITED","role":"master"}])"), control::ExitCode::not_running);
}

TEST(Answers, ThatAreNotUnderstoodSaySo) {
  Captured t;
  const auto code = print_answer(t.console, "STATUS", control::Json("surprise"), now);
  ASSERT_FALSE(code.has_value());
  EXPECT_EQ(code.error().what, "the answer is not an array");
  EXPECT_EQ(t.out.str(), "");
}

TEST(Help, ListsEveryCommandAndEachInFull) {
  Captured all;
  print_help(all.console, "");
  EXPECT_THAT(all.out.str(), HasSubstr("rolling-restart"));
  Captured one;
  print_help(one.console, "TAIL");
  EXPECT_THAT(one.out.str(), HasSubstr("tail PORT [--lines N] [--bytes N] [--follow]"));
  EXPECT_THAT(one.out.str(), HasSubstr("-f, --follow"));
  EXPECT_THAT(one.out.str(), Not(HasSubstr("rolling-restart")));
}

}  // namespace
}  // namespace slotwarden::cli
