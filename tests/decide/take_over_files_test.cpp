#include "decide/take_over_files.h"

#include <gtest/gtest.h>

namespace slotwarden::decide {
namespace {

TEST(TakeOverFiles, LeaveAUnitNoHandOnItsServer) {
  const auto text = disarming_drop_in(false);
  for (const auto* line : {"RefuseManualStop=yes\n", "\nRestart=no\n", "\nKillMode=process\n", "\nKillSignal=SIGCONT\n",
                           "\nSendSIGKILL=no\n", "\nSendSIGHUP=no\n", "\nExecStop=\n", "\nExecStopPost=\n",
                           "\nWatchdogSec=0\n", "\nRuntimeDirectoryPreserve=yes\n"})
    EXPECT_NE(text.find(line), text.npos) << line;
  EXPECT_EQ(text.find("Delegate"), text.npos);
  EXPECT_NE(disarming_drop_in(true).find("\nDelegate=yes\n"), text.npos);
}

TEST(TakeOverFiles, KeepAUnitDownWhileTheConfigurationIsThere) {
  const auto text = lasting_drop_in(Port{7000}, "/etc/slotwarden/50%/conf.d/7000.toml");
  EXPECT_NE(text.find("\nConditionPathExists=!/etc/slotwarden/50%%/conf.d/7000.toml\n"), text.npos);
  EXPECT_EQ(port_of_drop_in(text), Port{7000});
}

TEST(TakeOverFiles, AreKnownByTheirFirstLine) {
  EXPECT_EQ(port_of_drop_in("[Unit]\n"), Port{});
  EXPECT_EQ(port_of_drop_in("# slotwarden keeps the server of port 70000. x"), Port{});
  EXPECT_EQ(port_of_drop_in("# slotwarden keeps the server of port 7000"), Port{});
}

TEST(TakeOverFiles, HaveTheUnitsDirectoriesMadeAtBoot) {
  Unit u;
  u.name = "redis-server@7000.service";
  EXPECT_EQ(directories_of(u), "");
  u.runtime_directories = {"redis-7000"};
  u.runtime_mode = "2755";
  u.user = u.users_group = "redis";
  EXPECT_NE(directories_of(u).find("\nd /run/redis-7000 2755 redis redis -\n"), std::string::npos);
}

TEST(TakeOverFiles, QuoteWhatTheServerWasStartedWith) {
  TakeOver t;
  t.port = Port{7000};
  t.config_file = R"(/etc/a"b\c.conf)";
  t.program = "/usr/bin/redis-server";
  t.policy = "cache";
  t.user = "redis";
  const auto text = instance_of(t, true);
  EXPECT_NE(text.find(R"(config = "/etc/a\"b\\c.conf")"), text.npos);
  EXPECT_NE(text.find("user   = \"redis\""), text.npos);
  EXPECT_EQ(instance_of(t, false).find("user"), text.npos);
}

}  // namespace
}  // namespace slotwarden::decide
