#include "observe/host_settings.h"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <unistd.h>

#include "adapters/redis_server.h"
#include "adapters/resp_world.h"
#include "observe/files.h"
#include "observe/server_settings.h"
#include "scratch.h"

namespace slotwarden::observe {
namespace {

TEST(HostSettings, AreReadFromThisHost) {
  const auto seen = host_settings();
  for (const auto* name : {"vm.overcommit_memory", "vm.swappiness", "net.core.somaxconn", "fs.file-max"})
    EXPECT_TRUE(seen.kernel.contains(name)) << name;
  ASSERT_TRUE(seen.ephemeral);
  EXPECT_LE(seen.ephemeral->first, seen.ephemeral->last);
  ASSERT_TRUE(seen.memory);
  EXPECT_GT(seen.memory->n, 0U);
  EXPECT_EQ(seen.blind, std::vector<std::string>{}) << "something that every kernel has was not understood";
}

TEST(MemoryFor, IsNoMoreThanTheHostHas) {
  const auto mine = memory_for(Pid{::getpid()});
  ASSERT_TRUE(mine);
  EXPECT_LE(mine->n, host_settings().memory->n);
}

TEST(LookAtProcess, TellsLimitsAndUserOfARealServer) {
  const tests::RedisServer server;
  ServerSeen seen;
  seen.pid = server.pid();
  look_at_process(seen);
  ASSERT_TRUE(seen.limits);
  EXPECT_GE(seen.limits->nofile.hard, seen.limits->nofile.soft);
  EXPECT_EQ(seen.uid, ::geteuid());
  EXPECT_TRUE(seen.swapped);
  EXPECT_NE(seen.huge_pages, Tri::unknown);
}

TEST(LookAtProcess, LeavesUnsetWhatAnEndedProcessCannotTell) {
  ServerSeen seen;
  seen.pid = Pid{INT32_MAX};
  look_at_process(seen);
  EXPECT_FALSE(seen.limits);
  EXPECT_FALSE(seen.uid);
}

TEST(LookAtFiles, TellsTheDirectoryTheDatasetAndTheLog) {
  const test::Scratch scratch;
  scratch.write("dump.rdb", std::string(5000, 'x'));
  scratch.write("server.log", "hello");
  formats::ServerConf conf;
  conf.dir = scratch.path();
  conf.logfile = "server.log";
  ServerSeen seen;
  look_at_files(seen, conf);
  ASSERT_TRUE(seen.directory && seen.log);
  EXPECT_EQ(seen.directory->dataset.n, 5000U);
  EXPECT_EQ(seen.directory->owner, ::geteuid());
  EXPECT_EQ(seen.directory->mode, 0700U);
  EXPECT_GT(seen.directory->free.n, 0U);
  EXPECT_EQ(seen.log->path, scratch / "server.log");
  EXPECT_EQ(seen.log->size.n, 5U);
  EXPECT_NE(seen.log->rotated, Tri::yes);
}

TEST(RunningServers, AreFoundByWhatTheyListenOn) {
  const tests::RedisServer server({"--cluster-enabled", "yes"});
  const auto all = running_servers();
  const auto mine = std::ranges::find(all, server.pid(), &RunningServer::pid);
  ASSERT_NE(mine, all.end());
  EXPECT_EQ(mine->port, server.port()) << "its bus port was taken for its own";
}

struct AskSettings : testing::Test {
  Result<void> asked(const tests::RedisServer& server, std::string_view file) {
    const auto c = world.open(server.at());
    if (!c) return c.error();
    const auto directives = formats::parse_directives(file);
    return tests::run(world.loop, ask_settings(**c, std::chrono::seconds(10), *directives, seen));
  }
  tests::RespWorld world;
  ServerSeen seen;
};

TEST_F(AskSettings, LearnsWhatARealServerRunsWith) {
  const tests::RedisServer server({"--cluster-enabled", "yes", "--maxmemory", "100mb", "--hz", "50"});
  ASSERT_TRUE(asked(server, "hz 10\nmaxmemory 100mb\n"));
  EXPECT_EQ(seen.settings.maxmemory, 100 << 20);
  EXPECT_EQ(seen.settings.maxmemory_policy, "noeviction");
  EXPECT_EQ(seen.settings.cluster_node_timeout_ms, 15'000);
  EXPECT_EQ(seen.settings.tcp_backlog, 511);
  EXPECT_EQ(seen.settings.replica_buffer, (ReplicaBuffer{268'435'456, 67'108'864, 60}));
  EXPECT_EQ(seen.settings.password, Tri::no);
  EXPECT_EQ(seen.default_user_commands, "+@all");
  EXPECT_TRUE(seen.used_memory);
  EXPECT_EQ(seen.differences, (std::vector<Difference>{{"hz", "10", "50"}}));
}

}  // namespace
}  // namespace slotwarden::observe
