#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/cluster_nodes.h"

namespace slotwarden::formats {
namespace {

using testing::HasSubstr;

const std::string a(40, 'a');
const std::string b(40, 'b');
const std::string shard(40, '5');
const std::string vars = "vars currentEpoch 7 lastVoteEpoch 6\n";

std::string other(const std::string& address = "127.0.0.1:7001@17001") {
  return b + " " + address + " slave " + a + " 0 1795231052000 1 connected\n";
}

ClusterView view(const std::string& text) {
  auto v = nodes_conf(text);
  EXPECT_TRUE(v) << v.error().what;
  return v ? *v : ClusterView{};
}

std::string fault(const std::string& text) {
  const auto v = nodes_conf(text);
  return v ? "accepted" : v.error().what;
}

// Slot 5 open, as eight servers write it.
TEST(NodesConf, ReadsTheLineOfEachVersion) {
  const auto open = " connected 0-5460 [5->-" + b + "]\n";
  const std::pair<const char*, std::string> lines[] = {
      {"Redis 6.2", a + " 127.0.0.1:7355@17355 myself,master - 0 1795231052000 1" + open},
      {"Redis 7.0", a + " 127.0.0.1:7355@17355,host7355.local myself,master - 0 1795231060000 1" + open},
      {"Redis 7.2",
       a + " 127.0.0.1:7355@17355,host7355.local,tls-port=0,shard-id=" + shard + " myself,master - 0 17 1" + open},
      {"Redis 8.0", a + " 127.0.0.1:7355@17355,,tls-port=0,shard-id=" + shard + " myself,master - 0 0 1" + open},
      {"TLS", a + " 127.0.0.1:7355@17355,,tcp-port=0,shard-id=" + shard + " myself,master - 0 0 1" + open},
      {"Valkey 9.1",
       a + " 127.0.0.1:7355@17355,,tls-port=0,shard-id=" + shard +
           ",nodename=n1,client-ipv4=10.0.0.1,client-ipv6=fe80::1,client-tcp-port=1,availability-zone=eu-1"
           " myself,primary - 0 0 1" +
           open}};
  for (const auto& [server, line] : lines) {
    const auto v = view(line + other() + vars);
    ASSERT_NE(v.myself(), nullptr) << server;
    EXPECT_EQ(v.myself()->at, (Endpoint{"127.0.0.1", Port{7355}})) << server;
    EXPECT_EQ(v.myself()->role, Role::master) << server;
    EXPECT_EQ(v.myself()->migrating, (std::vector<OpenSlot>{{5, NodeId{b}}})) << server;
    EXPECT_EQ(v.myself()->slots.count(), 5461u) << server;
    EXPECT_EQ(v.current_epoch, Epoch{7}) << server;
    EXPECT_EQ(v.last_vote_epoch, Epoch{6}) << server;
    EXPECT_EQ(v.myself()->shard_id, line.find("shard-id") == line.npos ? "" : shard) << server;
  }
}

TEST(NodesConf, ReadsAReplicaAndItsMastersLine) {
  const auto v =
      view(a + " 127.0.0.1:7000@17000 master - 0 17 4 connected 0-16383\n" + b +
           " ::1:7001@17001,,tls-port=0,shard-id=" + shard + " myself,slave " + a + " 0 0 4 connected\n" + vars);
  EXPECT_EQ(v.myself()->role, Role::replica);
  EXPECT_EQ(v.myself()->master.hex, a);
  EXPECT_EQ(v.myself()->at.host, "::1");
  EXPECT_EQ(v.find(v.myself()->master)->config_epoch, Epoch{4});
}

const std::string mine = a + " 127.0.0.1:7000@17000 myself,master - 0 17 1 connected 0-5460\n";

TEST(NodesConf, PassesOverThePaddingThatAShorterFileLeaves) {
  EXPECT_EQ(view(mine + other() + vars + "\n\n\n\n").nodes.size(), 2u);
  EXPECT_EQ(view("\n" + mine + "\n" + vars).nodes.size(), 1u);
}

TEST(NodesConf, LeavesTheEpochsUnsetWithoutVars) {
  const auto v = view(mine);
  EXPECT_FALSE(v.current_epoch.has_value());
  EXPECT_FALSE(v.last_vote_epoch.has_value());
}

TEST(NodesConf, PassesOverVariablesThatItDoesNotKnow) {
  EXPECT_EQ(view(mine + "vars currentEpoch 7 futureThing 5\n").current_epoch, Epoch{7});
}

TEST(NodesConf, RefusesWhatTheServerWouldDieOf) {
  EXPECT_THAT(fault("\n\n\n"), HasSubstr("myself"));
  EXPECT_THAT(fault("garbage\n"), HasSubstr("line 1: bad node id 'garbage'"));
  EXPECT_THAT(fault(other() + vars), HasSubstr("myself"));
  EXPECT_THAT(fault(mine + b + " 127.0.0.1:1@2 myself,slave " + a + " 0 0 1 connected\n"),
              HasSubstr("line 2: a second"));
  EXPECT_THAT(fault(mine + b + " 127.0.0.1:1@2 slave " + a + " 0 0\n"), HasSubstr("line 2"));
  EXPECT_THAT(fault(mine + "vars currentEpoch\n"), HasSubstr("line 2: no value"));
  EXPECT_THAT(fault(mine + "vars currentEpoch x lastVoteEpoch 0\n"), HasSubstr("line 2: bad epoch"));
  EXPECT_THAT(fault(mine + other("127.0.0.1:1@2,,tls-port")), HasSubstr("line 2: bad auxiliary field"));
  EXPECT_THAT(fault(mine + other("127.0.0.1:1@2,,tls-port=99999")), HasSubstr("line 2: bad auxiliary field"));
  EXPECT_THAT(fault(mine + other("127.0.0.1:1@2,,shard-id=55")), HasSubstr("line 2: bad shard id"));
  EXPECT_THAT(fault(mine + other("127.0.0.1:1@2,,x=a;b")), HasSubstr("line 2: bad auxiliary field"));
}

TEST(NodesConf, RefusesAFileCutInTheMiddle) {
  const auto text = mine + other() + vars;
  for (std::size_t n = 0; n < text.size(); ++n)
    EXPECT_EQ(nodes_conf(text.substr(0, n)).has_value(), n > 0 && text[n - 1] == '\n') << n;
  EXPECT_THAT(fault(mine + other().substr(0, 60)), HasSubstr("line 2: cut off"));
}

TEST(NodesConf, RefusesZerosFromACrashOfTheHost) {
  EXPECT_THAT(fault(mine + std::string(100, '\0') + "\n"), HasSubstr("NUL"));
}

}  // namespace
}  // namespace slotwarden::formats
