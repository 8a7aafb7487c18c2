// The configuration of a server that only loads, and what it then says that it holds.
#include "formats/scratch_conf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/keyspace.h"

namespace slotwarden::formats {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string scratch_of(std::string_view own) {
  const auto directives = parse_directives(own);
  EXPECT_TRUE(directives) << directives.error().what;
  return scratch_conf(*directives, "/data/7000");
}

TEST(ScratchConf, KeepsWhatDecidesHowDataIsLoaded) {
  const auto text = scratch_of("databases 64\nhash-max-listpack-entries 7\nloadmodule /opt/a.so one \"two three\"\n");
  EXPECT_THAT(text, HasSubstr("databases \"64\"\n"));
  EXPECT_THAT(text, HasSubstr("hash-max-listpack-entries \"7\"\n"));
  EXPECT_THAT(text, HasSubstr("loadmodule \"/opt/a.so\" \"one\" \"two three\"\n"));
}

TEST(ScratchConf, NamesModulesByTheirWholePath) {
  const auto text = scratch_of("loadmodule ./modules/a.so x\nloadmodule modules/b.so\nloadmodule c.so\n");
  EXPECT_THAT(text, HasSubstr("loadmodule \"/data/7000/./modules/a.so\" \"x\"\n")) << "it has another directory";
  EXPECT_THAT(text, HasSubstr("loadmodule \"/data/7000/modules/b.so\"\n"));
  EXPECT_THAT(text, HasSubstr("loadmodule \"c.so\"\n")) << "as the linker finds it";
}

TEST(ScratchConf, LetsNobodyInAndWritesNothing) {
  const auto text = scratch_of(
      "port 7000\ntls-port 7001\nbind 0.0.0.0\nrequirepass secret\naclfile /a\nreplicaof 10.0.0.1 7000\n"
      "cluster-enabled yes\nsave 60 1\nappendonly yes\nmaxmemory 1mb\nmaxmemory-policy allkeys-lru\ndir /data\n"
      "unixsocket /run/redis.sock\nlogfile /var/log/a\npidfile /run/a.pid\nrename-command INFO \"\"\n");
  for (const auto* part : {"7000", "7001", "0.0.0.0", "secret", "aclfile", "replicaof", "cluster-enabled", "60",
                           "appendonly yes", "1mb", "allkeys", "/data", "/run", "/var/log", "rename"})
    EXPECT_THAT(text, Not(HasSubstr(part)));
  const auto conf = server_conf(*parse_directives(text));
  ASSERT_TRUE(conf) << conf.error().what;
  EXPECT_EQ(conf->port.n, 0);
  EXPECT_EQ(conf->unix_socket, scratch_socket);
  EXPECT_FALSE(conf->saves);
  EXPECT_FALSE(conf->appendonly);
  EXPECT_FALSE(conf->cluster_enabled);
}

TEST(ScratchConf, IsReadBackAsItWas) {
  const auto text = scratch_of("loadmodule /opt/a.so \"a\\\"b\\\\c\\x01\"\n");
  const auto again = parse_directives(text);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->back().arguments.back(), "a\"b\\c\x01");
}

TEST(Keyspace, IsReadDatabaseByDatabase) {
  const auto all = keyspace(
      "# Server\r\ndbg:1\r\n\r\n# Keyspace\r\ndb0:keys=12,expires=3,avg_ttl=0,subexpiry=0\r\n"
      "db9:keys=1,expires=0,avg_ttl=0\r\n");
  ASSERT_TRUE(all) << all.error().what;
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ(all->at(0).keys, 12U);
  EXPECT_EQ(all->at(0).with_expiry, 3U);
  EXPECT_EQ(all->at(1).number, 9U);
}

TEST(Keyspace, OfAnEmptyServerHasNoDatabase) {
  EXPECT_TRUE(keyspace("# Keyspace\r\n")->empty());
}

TEST(Keyspace, IsNotGuessed) {
  EXPECT_FALSE(keyspace("# Server\r\n"));
  EXPECT_FALSE(keyspace("# Keyspace\r\ndb0:keys=many,expires=0\r\n"));
  EXPECT_FALSE(keyspace("# Keyspace\r\ndb0:expires=0\r\n"));
}

}  // namespace
}  // namespace slotwarden::formats
