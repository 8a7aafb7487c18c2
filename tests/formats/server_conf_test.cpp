#include "formats/server_conf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slotwarden::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

ServerConf conf(std::string_view text) {
  const auto directives = parse_directives(text);
  EXPECT_TRUE(directives) << directives.error().what;
  const auto c = server_conf(*directives);
  EXPECT_TRUE(c) << c.error().what;
  return c ? *c : ServerConf{};
}

std::string fault(std::string_view text) {
  const auto directives = parse_directives(text);
  if (!directives) return directives.error().what;
  const auto c = server_conf(*directives);
  return c ? "accepted" : c.error().what;
}

TEST(ServerConf, HasTheServersDefaults) {
  const auto c = conf("# nothing\n\n");
  EXPECT_EQ(c.port, Port{6379});
  EXPECT_EQ(c.bus_port(), 16379);
  EXPECT_EQ(c.rdb_path(), "./dump.rdb");
  EXPECT_EQ(c.cluster_node_timeout_ms, 15'000);
  EXPECT_EQ(c.maxclients, 10'000u);
  EXPECT_TRUE(c.saves);
  EXPECT_TRUE(c.repl_diskless_sync);
  EXPECT_FALSE(c.cluster_enabled);
}

TEST(ServerConf, ReadsAClusterNodesFile) {
  const auto c = conf(
      "port 7000\nbind 10.0.0.1 -::1\ncluster-enabled yes\ncluster-config-file nodes-7000.conf\n"
      "cluster-node-timeout 5000\ndir \"/var/lib/redis 7000\"\ndbfilename 7000.rdb\nappendonly YES\n"
      "appenddirname aof\nappendfilename 7000.aof\nmaxclients 4000\nlogfile ''\nunixsocket /run/7000.sock\n"
      "rdbchecksum no\nrepl-diskless-sync no\nrepl-diskless-sync-delay 7\naof-load-truncated no\n");
  EXPECT_EQ(c.port, Port{7000});
  EXPECT_THAT(c.bind, ElementsAre("10.0.0.1", "-::1"));
  EXPECT_TRUE(c.cluster_enabled);
  EXPECT_EQ(c.nodes_path(), "/var/lib/redis 7000/nodes-7000.conf");
  EXPECT_EQ(c.rdb_path(), "/var/lib/redis 7000/7000.rdb");
  EXPECT_EQ(c.aof_directory(), "/var/lib/redis 7000/aof");
  EXPECT_EQ(c.appendfilename, "7000.aof");
  EXPECT_TRUE(c.appendonly);
  EXPECT_FALSE(c.rdb_checksum);
  EXPECT_FALSE(c.repl_diskless_sync);
  EXPECT_FALSE(c.aof_load_truncated);
  EXPECT_EQ(c.repl_diskless_sync_delay, 7);
  EXPECT_EQ(c.maxclients, 4000u);
  EXPECT_EQ(c.unix_socket, "/run/7000.sock");
}

TEST(ServerConf, LetsTheLastDirectiveWin) {
  EXPECT_EQ(conf("port 7000\nPort 7001\n").port, Port{7001});
}

TEST(ServerConf, TakesOldAndNewNamesForOne) {
  EXPECT_EQ(conf("primaryauth a\nprimaryuser u\n").masterauth, "a");
  EXPECT_EQ(conf("primaryauth a\nprimaryuser u\n").masteruser, "u");
  EXPECT_EQ(conf("masterauth a\nprimaryauth b\n").masterauth, "b");
}

TEST(ServerConf, AddsSavePointsUpUntilTheyAreTakenBack) {
  EXPECT_TRUE(conf("save 900 1\n").saves);
  EXPECT_TRUE(conf("save 3600 1 300 100\n").saves);
  EXPECT_TRUE(conf("save \"3600 1 300 100\"\n").saves);
  EXPECT_FALSE(conf("save \"\"\n").saves);
  EXPECT_FALSE(conf("save 900 1\nsave ''\n").saves);
  EXPECT_TRUE(conf("save ''\nsave 900 1\n").saves);
}

TEST(ServerConf, KnowsTheBusPort) {
  EXPECT_EQ(conf("port 7000\ncluster-port 9000\n").bus_port(), 9000);
  EXPECT_EQ(conf("port 7000\ncluster-port 0\n").bus_port(), 17000);
  EXPECT_EQ(conf("port 0\ntls-port 7000\ntls-cluster yes\n").bus_port(), 17000);
  EXPECT_EQ(conf("port 60000\n").bus_port(), 0);
}

TEST(ServerConf, KeepsAnAbsoluteNodesFile) {
  EXPECT_EQ(conf("dir /d\ncluster-config-file /etc/n.conf\n").nodes_path(), "/etc/n.conf");
}

TEST(ServerConf, LeavesIncludesAndUsersAndUnknownDirectivesToOthers) {
  const auto d = parse_directives("include /etc/a.conf\nuser default on >pw ~* +@all\nfuture-option 1 2 3\n");
  ASSERT_TRUE(d);
  ASSERT_EQ(d->size(), 3u);
  EXPECT_EQ((*d)[0].name, "include");
  EXPECT_THAT((*d)[0].arguments, ElementsAre("/etc/a.conf"));
  EXPECT_EQ((*d)[2].line, 3);
  EXPECT_TRUE(server_conf(*d));
}

TEST(ServerConf, NamesTheLineOfWhatItCannotRead) {
  EXPECT_EQ(fault("port 7000\nbind \"127.0.0.1\n"), "line 2: unbalanced quotes");
  EXPECT_EQ(fault("\nport 70000\n"), "line 2: port wants a port, 0 to 65535, not '70000'");
  EXPECT_THAT(fault("appendonly maybe\n"), HasSubstr("line 1: appendonly wants yes or no"));
  EXPECT_THAT(fault("port 7000 7001\n"), HasSubstr("line 1: port wants one value"));
  EXPECT_THAT(fault("port\n"), HasSubstr("one value"));
  EXPECT_THAT(fault("maxclients 0\n"), HasSubstr("line 1: maxclients"));
  EXPECT_THAT(fault("maxclients 10x\n"), HasSubstr("line 1: maxclients"));
  EXPECT_THAT(fault("cluster-node-timeout -1\n"), HasSubstr("line 1: cluster-node-timeout"));
  EXPECT_THAT(fault("dbfilename /tmp/dump.rdb\n"), HasSubstr("not a path"));
  EXPECT_THAT(fault("save 900\n"), HasSubstr("line 1: save"));
  EXPECT_THAT(fault("save 0 1\n"), HasSubstr("line 1: save"));
  EXPECT_THAT(fault(std::string_view("port 7000\ndir /a\0b\n", 19)), HasSubstr("line 2: it holds a NUL byte"));
}

TEST(ServerConf, NeverShowsASecret) {
  EXPECT_THAT(fault("requirepass s3cret t00\n"), Not(HasSubstr("s3cret")));
  EXPECT_THAT(fault("masterauth \"s3cret\n"), Not(HasSubstr("s3cret")));
  EXPECT_THAT(fault("user default on >\"s3cret\n"), Not(HasSubstr("s3cret")));
}

}  // namespace
}  // namespace slotwarden::formats
