#include "config/load.h"

#include <gmock/gmock.h>

#include "texts.h"

namespace slotwarden::config {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

// The one problem of a healthy text in which one piece was replaced.
std::string spoiled(std::string_view piece, std::string_view instead) {
  return printed(load_text(with(healthy_text(), piece, instead)).problems);
}

TEST(Load, TakesEveryValueFromAHealthyFile) {
  const auto loaded = load_text(healthy_text());
  ASSERT_EQ(printed(loaded.problems), "");
  EXPECT_TRUE(loaded.host_sound);
  const auto& c = loaded.config;
  EXPECT_EQ(c.host.control_group, "redis-admins");
  EXPECT_EQ(c.host.state_dir, "/srv/slotwarden");
  EXPECT_EQ(c.host.log_level, LogLevel::debug);
  EXPECT_EQ(c.host.probe_interval, 500ms);
  ASSERT_EQ(c.instances.size(), 2U);
  EXPECT_EQ(c.instances[0].port.n, 7000);
  EXPECT_EQ(c.instances[0].config, "/etc/redis/7000.conf");
  EXPECT_EQ(c.instances[0].user, "redis");
  EXPECT_EQ(c.instances[1].server, "/usr/bin/valkey-server");
  EXPECT_EQ(c.instances[1].credentials, "/etc/slotwarden/7001.credentials");
  EXPECT_TRUE(c.policy_of(c.instances[1]).start.data_may_go);
  EXPECT_TRUE(c.instances[1].sound);
}

TEST(Load, FillsInDefaultsForWhatIsNotWritten) {
  const auto c = load_text("[[instance]]\nport = 7000\nconfig = \"/etc/redis/7000.conf\"\n").config;
  EXPECT_EQ(c.host.control_socket, "/run/slotwarden/control.sock");
  EXPECT_EQ(c.host.log_dir, "/var/lib/slotwarden/log");
  EXPECT_EQ(c.instances.at(0).server, "/usr/bin/redis-server");
  EXPECT_EQ(c.instances.at(0).policy, "storage");
  EXPECT_EQ(c.instances.at(0).user, "");
}

TEST(Load, PutsTheLogBelowTheStateDirectoryUnlessToldOtherwise) {
  EXPECT_EQ(load_text(healthy_text()).config.host.log_dir, "/srv/slotwarden/log");
  const auto told = with(healthy_text(), "log_level", "log_dir = \"/var/log/redis\"\nlog_level");
  EXPECT_EQ(load_text(told).config.host.log_dir, "/var/log/redis");
}

TEST(Load, AllowsAHostWithoutInstances) {
  EXPECT_EQ(printed(load_text("").problems), "");
  EXPECT_TRUE(load_text("[host]\n").config.instances.empty());
}

TEST(Load, RemembersWhereEachValueStands) {
  const auto c = load_text(healthy_text()).config;
  EXPECT_EQ(describe(c.set_at.at("host.state_dir")), "/etc/slotwarden/slotwarden.toml:4");
  EXPECT_EQ(describe(c.instances[1].where), "/etc/slotwarden/slotwarden.toml:13");
  EXPECT_EQ(c.set_at.at("instance.1.policy").line, 17);
  EXPECT_FALSE(c.set_at.contains("host.log_dir"));
}

TEST(Load, NamesTheLineOfASyntaxError) {
  const auto loaded = load_text(with(healthy_text(), "port = 7001", "port 7001"));
  ASSERT_EQ(loaded.problems.size(), 1U);
  EXPECT_THAT(printed(loaded.problems), StartsWith("/etc/slotwarden/slotwarden.toml:14: this is not TOML ("));
  EXPECT_FALSE(loaded.host_sound);
}

TEST(Load, ReportsABrokenHeaderThatTheTomlLibraryAssertsOn) {
  for (const auto* text : {"[=", "[[[1]]]", "[[=", "[.a]", "[[host"})
    EXPECT_THAT(printed(load_text(text).problems), StartsWith("/etc/slotwarden/slotwarden.toml:1: this is not TOML"))
        << text;
}

TEST(Load, RejectsForeignCharactersOutsideOfQuotes) {
  for (const auto* text : {"[host]\nlog_level = “info”\n", "[host]\nstate_dir =\u00a0\"/s\"\n", "[host]\nüser = 1\n",
                           "x = \"\"\"\"\"\"\n\u0456 = 1\n", "x = '\\'\nü = 1\n", "x = \"\"\" # \n\"\"\"\"\"ü"})
    EXPECT_EQ(printed(load_text(text).problems),
              "/etc/slotwarden/slotwarden.toml:2: a character that is not ASCII stands outside of quotes; write plain "
              "spaces, and texts in plain double quotes\n")
        << text;
}

TEST(Load, TakesForeignCharactersInQuotesAndComments) {
  for (const auto* text :
       {"# für Redis\n[host]\nstate_dir = \"/srv/größe\"  # „gut“\n", "\xEF\xBB\xBF[host]\nstate_dir = '/srv/größe'\n",
        "[host]\nstate_dir = \"\"\"\n/srv/\\\n   größe\"\"\"\n", "[host]\nstate_dir = '''/srv/größe'''\n"}) {
    const auto loaded = load_text(text);
    EXPECT_EQ(printed(loaded.problems), "") << text;
    EXPECT_EQ(loaded.config.host.state_dir, "/srv/größe");
  }
}

TEST(Load, RejectsTextThatIsNotUtf8) {
  EXPECT_THAT(printed(load_text("[host]\nstate_dir = \"/srv/\xff\xfe\"\n").problems),
              HasSubstr("slotwarden.toml:2: this is not TOML"));
}

TEST(Load, SuggestsTheKeyThatWasMeant) {
  EXPECT_EQ(spoiled("state_dir", "sate_dir"),
            "/etc/slotwarden/slotwarden.toml:4: unknown key \"sate_dir\" in [host]; did you mean \"state_dir\"?\n");
  EXPECT_EQ(spoiled("policy =", "polcy ="),
            "/etc/slotwarden/slotwarden.toml:17: unknown key \"polcy\" in [[instance]]; did you mean \"policy\"?\n");
}

TEST(Load, ListsTheKeysWhereNoneIsNear) {
  EXPECT_THAT(spoiled("user", "replicas"), HasSubstr("write one of: port, config, server, policy, user, credentials"));
}

TEST(Load, KnowsWhatOtherProgramsCallIt) {
  EXPECT_THAT(spoiled("server =", "command ="), HasSubstr("did you mean \"server\"?"));
}

TEST(Load, PointsToTheCredentialsFileWithoutRepeatingAPassword) {
  const auto said = spoiled("user = \"redis\"", "password = \"hunter2\"");
  EXPECT_THAT(said, HasSubstr("did you mean \"credentials\"?"));
  EXPECT_THAT(said, testing::Not(HasSubstr("hunter2")));
}

TEST(Load, SuggestsTheSectionThatWasMeant) {
  EXPECT_THAT(spoiled("[host]", "[hots]"), HasSubstr(":1: unknown section \"hots\"; did you mean \"host\"?"));
  EXPECT_THAT(printed(load_text("port = 7000\n").problems),
              HasSubstr(":1: unknown key \"port\"; write it below [[instance]]"));
  EXPECT_THAT(printed(load_text("state_dir = \"/s\"\n").problems), HasSubstr("write it below [host]"));
}

TEST(Load, AsksForDoubleBracketsAroundInstance) {
  const auto loaded = load_text("[instance]\nport = 7000\n");
  EXPECT_THAT(printed(loaded.problems), HasSubstr(":1: write [[instance]] with double brackets"));
  EXPECT_THAT(printed(load_text("[[host]]\n").problems), HasSubstr("write [host] with single brackets"));
  EXPECT_THAT(printed(load_text("instance = 5\n").problems), HasSubstr("instance is an integer; write [[instance]]"));
  EXPECT_THAT(printed(load_text("instance = [5]\n").problems),
              HasSubstr("an instance is an integer; write [[instance]]"));
  EXPECT_THAT(printed(load_text("host = \"a\"\n").problems), HasSubstr("host is a text; write [host]"));
}

TEST(Load, RejectsAMissingPortAndAMissingConfig) {
  EXPECT_THAT(spoiled("port = 7000\n", ""), HasSubstr(":8: port is missing in [[instance]]; write port = 7000"));
  EXPECT_THAT(spoiled("config = \"/etc/redis/7000.conf\"\n", ""),
              HasSubstr(":8: config is missing in [[instance]]; write config ="));
}

TEST(Load, RejectsAPortOutOfRange) {
  for (const auto* port : {"0", "-1", "65536", "9223372036854775807"})
    EXPECT_EQ(spoiled("7001\n", std::string{port} + "\n"), std::string{"/etc/slotwarden/slotwarden.toml:14: port = "} +
                                                               port +
                                                               " is not a port; write a number from 1 to 65535\n");
  EXPECT_EQ(spoiled("7001\n", "65535\n"), "");
}

TEST(Load, RejectsAValueOfTheWrongType) {
  EXPECT_THAT(spoiled("7001\n", "\"7001\"\n"),
              HasSubstr(":14: port is a text; write the port as a number without quotes"));
  EXPECT_THAT(spoiled("\"debug\"", "3"), HasSubstr(":5: log_level is an integer; write \"debug\", \"info\""));
  EXPECT_THAT(spoiled("\"redis\"", "[\"redis\"]"), HasSubstr(":11: user is a list; write a text in double quotes"));
  EXPECT_THAT(spoiled("\"/srv/slotwarden\"", "1979-05-27"),
              HasSubstr(":4: state_dir is a date or time; write an absolute path"));
  EXPECT_THAT(spoiled("\"500ms\"", "0.5"),
              HasSubstr(":6: probe_interval is a number with a fraction; write a duration"));
}

TEST(Load, RejectsRelativePaths) {
  EXPECT_EQ(spoiled("\"/srv/slotwarden\"", "\"state\""),
            "/etc/slotwarden/slotwarden.toml:4: state_dir = \"state\" is not an absolute path; "
            "write it from the root, beginning with \"/\"\n");
  EXPECT_THAT(spoiled("\"/etc/redis/7000.conf\"", "\"~/7000.conf\""), HasSubstr("not an absolute path"));
  EXPECT_THAT(spoiled("\"/usr/bin/valkey-server\"", "\"valkey-server\""), HasSubstr("not an absolute path"));
  EXPECT_THAT(spoiled("\"/etc/slotwarden/7001.credentials\"", "\"\""), HasSubstr("not an absolute path"));
}

TEST(Load, RejectsControlCharactersThatWouldCutAnArgumentShort) {
  EXPECT_THAT(spoiled("\"/srv/slotwarden\"", "\"/srv/\\u0000x\""), HasSubstr("contains a control character"));
  EXPECT_THAT(spoiled("\"redis\"", "\"re\\ndis\""), HasSubstr("contains a control character"));
}

TEST(Load, AsksForAUnit) {
  EXPECT_EQ(
      spoiled("\"500ms\"", "10"),
      "/etc/slotwarden/slotwarden.toml:6: probe_interval has no unit; write \"10s\" or \"10ms\", whichever is meant\n");
}

TEST(Load, RejectsDurationsThatAreNegativeOrOutOfRange) {
  EXPECT_THAT(spoiled("\"500ms\"", "\"-5s\""), HasSubstr(":6: probe_interval = \"-5s\" is negative; write how long"));
  EXPECT_THAT(spoiled("\"500ms\"", "-5"), HasSubstr(":6: probe_interval is negative; write how long"));
  EXPECT_THAT(spoiled("\"500ms\"", "\"5 parsecs\""), HasSubstr("is not a duration"));
  EXPECT_THAT(spoiled("\"500ms\"", "\"1ms\""), HasSubstr("is out of range; write a value from 100ms to 1m"));
}

TEST(Load, SuggestsTheLogLevelThatWasMeant) {
  EXPECT_THAT(spoiled("\"debug\"", "\"warn\""), HasSubstr("write one of: debug, info, warning, error"));
  EXPECT_THAT(spoiled("\"debug\"", "\"debg\""), HasSubstr("did you mean \"debug\"?"));
}

TEST(Load, ReportsAllProblemsInTheOrderOfTheirLines) {
  const auto loaded =
      load({{"/a.toml", "[[instance]]\nport = 7000\n\n[host]\nlog_level = 5\nsocket = 1\n"}, {"/b.toml", "x = = 2\n"}},
           {{"/p/cache.toml", "[start]\nask = true\n"}});
  std::vector<std::string> at;
  for (const auto& p : loaded.problems) at.push_back(describe(Where{p.path, p.line}));
  EXPECT_EQ(at, (std::vector<std::string>{"/a.toml:1", "/a.toml:5", "/a.toml:6", "/b.toml:1", "/p/cache.toml:2"}));
}

TEST(Load, GathersInstancesFromSeveralFiles) {
  const auto loaded =
      load({{"/m.toml", healthy_text()}, {"/conf.d/7002.toml", "[[instance]]\nport = 7002\nconfig = \"/c\"\n"}}, {});
  EXPECT_EQ(printed(loaded.problems), "");
  EXPECT_EQ(loaded.config.instances.size(), 3U);
}

TEST(Load, RejectsAHostValueThatTwoFilesSet) {
  const auto loaded = load({{"/m.toml", healthy_text()}, {"/conf.d/x.toml", "\n[host]\nstate_dir = \"/other\"\n"}}, {});
  EXPECT_EQ(printed(loaded.problems), "/conf.d/x.toml:3: state_dir is already set at /m.toml:4; keep one of the two\n");
  EXPECT_FALSE(loaded.host_sound);
}

TEST(Load, MarksOnlyTheInstanceWithAProblemAsUnsound) {
  const auto loaded = load_text(with(healthy_text(), "7001\n", "70000\n"));
  EXPECT_TRUE(loaded.host_sound);
  ASSERT_EQ(loaded.config.instances.size(), 2U);
  EXPECT_TRUE(loaded.config.instances[0].sound);
  EXPECT_FALSE(loaded.config.instances[1].sound);
}

TEST(Load, MarksTheFollowersOfABrokenPolicyAsUnsound) {
  const auto loaded = load_policy("cache", "[start]\nlongest_wait = 10\n");
  EXPECT_EQ(loaded.problems.size(), 1U);
  EXPECT_TRUE(loaded.config.instances[0].sound);
  EXPECT_FALSE(loaded.config.instances[1].sound);
}

}  // namespace
}  // namespace slotwarden::config
