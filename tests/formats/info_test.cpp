#include "formats/info.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace slotwarden::formats {
namespace {

using testing::HasSubstr;

constexpr std::string_view master_7_0 =
    "# Server\r\nredis_version:7.0.15\r\nredis_mode:cluster\r\nos:Linux 6.1.0 x86_64\r\nprocess_id:4711\r\n"
    "run_id:3ed78de9616926f6aa35347c30f2be726cc9578c\r\ntcp_port:7000\r\nuptime_in_seconds:6\r\n"
    "executable:/usr/bin/redis-server\r\nconfig_file:/etc/redis/7000.conf\r\n\r\n"
    "# Clients\r\nconnected_clients:12\r\nmaxclients:10000\r\n\r\n# Memory\r\nused_memory:1918424\r\n"
    "used_memory_human:1.83M\r\n\r\n# Persistence\r\nloading:0\r\nasync_loading:0\r\n"
    "rdb_changes_since_last_save:7\r\nrdb_bgsave_in_progress:1\r\nrdb_last_save_time:1795248106\r\n"
    "rdb_last_bgsave_status:err\r\naof_enabled:1\r\naof_rewrite_in_progress:0\r\n"
    "aof_rewrite_scheduled:1\r\naof_last_bgrewrite_status:err\r\naof_rewrites:4\r\n\r\n"
    "# Replication\r\nrole:master\r\nconnected_slaves:2\r\n"
    "slave0:ip=10.0.0.2,port=7001,state=online,offset=757,lag=0\r\n"
    "slave1:ip=fe80::1,port=7002,state=wait_bgsave,offset=0,lag=3,type=replica\r\n"
    "master_failover_state:no-failover\r\nmaster_replid:ebc4a3ab5eb427e054ccdedbe15605af57e56b10\r\n"
    "master_replid2:0000000000000000000000000000000000000000\r\nmaster_repl_offset:757\r\n"
    "second_repl_offset:-1\r\n\r\n# Modules\r\n\r\n# Errorstats\r\n\r\n# Cluster\r\ncluster_enabled:1\r\n\r\n"
    "# Keyspace\r\ndb0:keys=7,expires=1,avg_ttl=998470\r\ndb3:keys=10,expires=2,avg_ttl=0,subexpiry=0\r\n";

constexpr std::string_view replica_valkey =
    "# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:9.1.2\r\nserver_mode:cluster\r\n"
    "process_id:17\r\n# Persistence\r\nloading:1\r\nloading_start_time:1\r\nloading_total_bytes:1000\r\n"
    "loading_loaded_bytes:250\r\nloading_loaded_perc:25.00\r\nloading_eta_seconds:9\r\n"
    "# Replication\r\nrole:slave\r\nmaster_host:fe80::7\r\nmaster_port:7000\r\nmaster_link_status:down\r\n"
    "master_last_io_seconds_ago:-1\r\nmaster_sync_in_progress:1\r\nslave_read_repl_offset:90\r\n"
    "slave_repl_offset:80\r\nmaster_link_down_since_seconds:4\r\nslave_priority:100\r\nslave_read_only:1\r\n";

std::string replaced(std::string_view text, std::string_view what, std::string_view with) {
  std::string s(text);
  const auto at = s.find(what);
  EXPECT_NE(at, s.npos) << what;
  return s.replace(at, what.size(), with);
}

std::string fault(const std::string& text) {
  const auto i = server_info(text);
  return i ? "accepted" : i.error().what;
}

// The section of Redis 8.0 while a save runs and an append-only file is kept.
constexpr std::string_view saving_8_0 =
    "# Server\r\nredis_version:8.0.2\r\n# Memory\r\nused_memory:314572800\r\nmaxmemory:536870912\r\n"
    "maxmemory_policy:allkeys-lru\r\n# Persistence\r\nloading:0\r\nasync_loading:0\r\n"
    "current_cow_peak:41943040\r\ncurrent_cow_size:20971520\r\ncurrent_cow_size_age:1\r\n"
    "current_fork_perc:40.00\r\ncurrent_save_keys_processed:400\r\ncurrent_save_keys_total:1000\r\n"
    "rdb_changes_since_last_save:12\r\nrdb_bgsave_in_progress:1\r\nrdb_last_save_time:1795248106\r\n"
    "rdb_last_bgsave_status:ok\r\nrdb_last_bgsave_time_sec:7\r\nrdb_current_bgsave_time_sec:3\r\nrdb_saves:5\r\n"
    "rdb_last_cow_size:31457280\r\naof_enabled:1\r\naof_rewrite_in_progress:0\r\naof_rewrite_scheduled:1\r\n"
    "aof_last_rewrite_time_sec:-1\r\naof_last_bgrewrite_status:err\r\naof_last_cow_size:1048576\r\n"
    "aof_current_size:3000\r\naof_base_size:1000\r\n";

TEST(Info, ReadsWhatASchedulerOfSavesNeeds) {
  const auto r = server_info(saving_8_0);
  ASSERT_TRUE(r) << r.error().what;
  const auto& i = *r;
  EXPECT_EQ(i.maxmemory, Bytes{536870912});
  EXPECT_EQ(i.maxmemory_policy, "allkeys-lru");
  EXPECT_EQ(i.cow, 40_MiB);
  EXPECT_EQ(i.keys_processed, 400);
  EXPECT_EQ(i.keys_to_process, 1000);
  EXPECT_EQ(i.last_save_seconds, 7);
  EXPECT_EQ(i.saves, 5);
  EXPECT_EQ(i.last_save_cow, 30_MiB);
  EXPECT_FALSE(i.last_aof_rewrite_ok);
  EXPECT_FALSE(i.last_rewrite_seconds);
  EXPECT_EQ(i.last_rewrite_cow, 1_MiB);
  EXPECT_TRUE(i.aof_rewrite_scheduled);
  EXPECT_EQ(i.aof_base, Bytes{1000});
  EXPECT_EQ(i.aof_size, Bytes{3000});
  EXPECT_FALSE(server_info(replaced(saving_8_0, "rdb_last_cow_size:31457280", "rdb_last_cow_size:30M")));
}

TEST(Info, ReadsAMasterOfRedis) {
  const auto r = server_info(master_7_0);
  ASSERT_TRUE(r) << r.error().what;
  const auto& i = *r;
  EXPECT_EQ(i.version.kind, ServerKind::redis);
  EXPECT_EQ(i.version.major * 10'000 + i.version.minor * 100 + i.version.patch, 70'015);
  EXPECT_EQ(i.process_id, Pid{4711});
  EXPECT_EQ(i.run_id, "3ed78de9616926f6aa35347c30f2be726cc9578c");
  EXPECT_EQ(i.tcp_port, Port{7000});
  EXPECT_EQ(i.executable, "/usr/bin/redis-server");
  EXPECT_EQ(i.config_file, "/etc/redis/7000.conf");
  EXPECT_EQ(i.maxclients, 10'000);
  EXPECT_EQ(i.used_memory, Bytes{1'918'424});
  EXPECT_FALSE(i.loading);
  EXPECT_TRUE(i.bgsave_in_progress);
  EXPECT_FALSE(i.last_bgsave_ok);
  EXPECT_EQ(i.changes_since_save, 7);
  EXPECT_TRUE(i.aof_enabled);
  EXPECT_TRUE(i.aof_rewrite_scheduled);
  EXPECT_FALSE(i.last_aof_rewrite_ok);
  EXPECT_EQ(i.aof_rewrites, 4);
  EXPECT_EQ(i.role, Role::master);
  EXPECT_FALSE(i.master.has_value());
  EXPECT_EQ(i.replid, "ebc4a3ab5eb427e054ccdedbe15605af57e56b10");
  EXPECT_EQ(i.offset, Offset{757});
  EXPECT_EQ(i.second_offset, Offset{-1});
  EXPECT_TRUE(i.cluster_enabled);
}

TEST(Info, ReadsEachReplicaWithItsAddress) {
  const auto r = server_info(master_7_0);
  ASSERT_TRUE(r);
  ASSERT_EQ(r->replicas.size(), 2u);
  EXPECT_EQ(r->replicas[0].at, (Endpoint{"10.0.0.2", Port{7001}}));
  EXPECT_EQ(r->replicas[0].state, "online");
  EXPECT_EQ(r->replicas[0].offset, Offset{757});
  EXPECT_EQ(r->replicas[1].at, (Endpoint{"fe80::1", Port{7002}}));
  EXPECT_EQ(r->replicas[1].lag_seconds, 3);
}

TEST(Info, SumsTheDatabases) {
  const auto r = server_info(master_7_0);
  ASSERT_TRUE(r);
  EXPECT_EQ(r->keys, 17u);
  EXPECT_EQ(r->keys_with_expiry, 3u);
}

TEST(Info, ReadsALoadingReplicaOfValkey) {
  const auto r = server_info(replica_valkey);
  ASSERT_TRUE(r) << r.error().what;
  EXPECT_EQ(r->version.kind, ServerKind::valkey);
  EXPECT_EQ(r->version.major, 9);
  EXPECT_TRUE(r->loading);
  EXPECT_EQ(r->loading_total, Bytes{1000});
  EXPECT_EQ(r->loading_loaded, Bytes{250});
  EXPECT_EQ(r->loading_eta_seconds, 9);
  EXPECT_EQ(r->role, Role::replica);
  EXPECT_EQ(r->master, (Endpoint{"fe80::7", Port{7000}}));
  EXPECT_FALSE(r->master_link_up);
  EXPECT_TRUE(r->master_sync_in_progress);
  EXPECT_EQ(r->replica_offset, Offset{80});
  EXPECT_EQ(r->master_link_down_seconds, 4);
}

TEST(Info, DoesNotTakeALinkThatWasNeverUpForOneThatIsDownSinceMinusOne) {
  const auto r = server_info(replaced(replica_valkey, "since_seconds:4", "since_seconds:-1"));
  ASSERT_TRUE(r);
  EXPECT_FALSE(r->master_link_down_seconds.has_value());
}

TEST(Info, LeavesWhatTheReplyLacksUnset) {
  const auto r = server_info("# Replication\r\nrole:master\r\n");
  ASSERT_TRUE(r);
  EXPECT_EQ(r->version.kind, ServerKind::unknown);
  EXPECT_FALSE(r->replica_offset.has_value());
  EXPECT_FALSE(r->shutdown_in_ms.has_value());
}

TEST(Info, RefusesWhatIsNotInfo) {
  for (const char* text : {"", "\r\n", "OK\r\n", "hello world", "<html>\n<body a:b>\n", "key:value\n",
                           "# Commandstats\r\ncmdstat_get:calls=1\r\n", "cluster_state:ok\r\ncluster_size:3\r\n"})
    EXPECT_NE(fault(text), "accepted") << text;
  EXPECT_THAT(fault("-NOAUTH Authentication required.\n"), HasSubstr("line 1"));
}

TEST(Info, RefusesAKnownFieldThatItCannotRead) {
  const std::pair<const char*, const char*> spoiled[] = {
      {"process_id:4711", "process_id:47x11"},
      {"tcp_port:7000", "tcp_port:70000"},
      {"tcp_port:7000", "tcp_port:"},
      {"loading:0", "loading:2"},
      {"redis_version:7.0.15", "redis_version:seven"},
      {"used_memory:1918424", "used_memory:-1"},
      {"uptime_in_seconds:6", "uptime_in_seconds: 6"},
      {"master_repl_offset:757", "master_repl_offset:99999999999999999999"},
      {"master_replid:ebc4", "master_replid:ebc"},
      {"master_replid:ebc4", "master_replid:EBC4"},
      {"role:master", "role:sentinel"},
      {"rdb_last_bgsave_status:err", "rdb_last_bgsave_status:maybe"},
      {"port=7001", "port=x"},
      {"port=7001", "port=0"},
      {"offset=757,lag", "offset=,lag"},
      {"ip=10.0.0.2,", ""},
      {"keys=7", "keys=x"},
      {"expires=1", "expired=1"},
      {"cluster_enabled:1", "cluster_enabled:yes"},
      {"# Cluster", "#"},
      {"connected_slaves:2", "connected_slaves"},
  };
  for (const auto& [good, bad] : spoiled)
    EXPECT_THAT(fault(replaced(master_7_0, good, bad)), HasSubstr("line ")) << bad;
}

TEST(Info, RefusesAReplyCutWithinALine) {
  for (std::size_t n = 0; n < master_7_0.size(); ++n) {
    const bool within_a_line = n == 0 || master_7_0[n - 1] != '\n';
    EXPECT_FALSE(within_a_line && server_info(master_7_0.substr(0, n)).has_value()) << n;
  }
}

TEST(Info, SurvivesRandomDamage) {
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string text(i % 2 ? master_7_0 : replica_valkey);
    for (int j = 0; j < 3; ++j) text[random() % text.size()] = static_cast<char>(random());
    const auto r = server_info(text);
    ASSERT_TRUE(!r || r->replicas.size() <= 2);
  }
}

}  // namespace
}  // namespace slotwarden::formats
