#include "formats/cluster_nodes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace slotwarden::formats {
namespace {

using testing::HasSubstr;

const std::string a(40, 'a');
const std::string b(40, 'b');
const std::string c(40, 'c');

std::string reply() {
  return a + " 10.0.0.1:7000@17000 myself,master - 0 1795248103000 3 connected 0-5460 5462 [77->-" + b + "] [78-<-" +
         c + "]\n" + b +
         " 10.0.0.2:7000@17000,two.example master,fail? - 1795248103993 1795248102000 2 disconnected 5461 "
         "5463-16383\n" +
         c + " fe80::3:7001@17001 slave " + a + " 0 1795248103993 3 connected\n";
}

std::string fault(const std::string& text) {
  const auto v = cluster_nodes(text);
  return v ? "accepted" : v.error().what;
}

// reply() with one text in it replaced.
std::string spoiled(std::string_view what, std::string_view with) {
  auto text = reply();
  const auto at = text.find(what);
  EXPECT_NE(at, text.npos) << what;
  return text.replace(at, what.size(), with);
}

TEST(ClusterNodes, ReadsEveryField) {
  const auto v = cluster_nodes(reply());
  ASSERT_TRUE(v) << v.error().what;
  ASSERT_EQ(v->nodes.size(), 3u);
  const auto& me = *v->myself();
  EXPECT_EQ(me.id.hex, a);
  EXPECT_EQ(me.at, (Endpoint{"10.0.0.1", Port{7000}}));
  EXPECT_EQ(me.bus_port, 17000);
  EXPECT_EQ(me.role, Role::master);
  EXPECT_EQ(me.config_epoch, Epoch{3});
  EXPECT_TRUE(me.link_up);
  EXPECT_EQ(describe(me.slots), "0-5460 5462");
  EXPECT_EQ(me.migrating, (std::vector<OpenSlot>{{77, NodeId{b}}}));
  EXPECT_EQ(me.importing, (std::vector<OpenSlot>{{78, NodeId{c}}}));
  const auto& two = v->nodes[1];
  EXPECT_EQ(two.hostname, "two.example");
  EXPECT_TRUE(two.pfail);
  EXPECT_FALSE(two.fail);
  EXPECT_FALSE(two.link_up);
  const auto& three = v->nodes[2];
  EXPECT_EQ(three.at, (Endpoint{"fe80::3", Port{7001}}));
  EXPECT_EQ(three.role, Role::replica);
  EXPECT_EQ(three.master.hex, a);
  EXPECT_FALSE(v->current_epoch.has_value());
}

TEST(ClusterNodes, ReadsNodesWithoutAddressAndInHandshake) {
  const auto v =
      cluster_nodes(reply() + std::string(40, 'd') + " :0@0 master,noaddr - 1 1 0 disconnected\n" +
                    std::string(40, 'e') + " 10.0.0.5:7000@17000 handshake - 1 0 0 disconnected\n" +
                    std::string(40, 'f') + " 10.0.0.6:7000@17000 master,fail,nofailover - 1 1 9 connected\n" +
                    std::string(40, '0') + " 10.0.0.7:7000 noflags - 1 0 0 connected\n");
  ASSERT_TRUE(v) << v.error().what;
  EXPECT_TRUE(v->nodes[3].noaddr);
  EXPECT_EQ(v->nodes[3].at.host, "");
  EXPECT_TRUE(v->nodes[4].handshake);
  EXPECT_EQ(v->nodes[4].role, Role::unknown);
  EXPECT_TRUE(v->nodes[5].fail);
  EXPECT_TRUE(v->nodes[5].nofailover);
  EXPECT_EQ(v->nodes[6].bus_port, 17000) << "files of old servers have no bus port";
}

TEST(ClusterNodes, TakesTheNamesPrimaryAndReplica) {
  EXPECT_EQ(cluster_nodes(spoiled("slave", "replica"))->nodes[2].role, Role::replica);
  EXPECT_EQ(cluster_nodes(spoiled("master -", "primary -"))->nodes[0].role, Role::master);
}

TEST(ClusterNodes, NamesTheLineAndWhatIsWrongInIt) {
  EXPECT_THAT(fault(spoiled("myself,master", "myself,monster")), HasSubstr("line 1: unknown flag 'monster'"));
  EXPECT_THAT(fault(spoiled("myself,master", "myself,")), HasSubstr("line 1"));
  EXPECT_THAT(fault(spoiled("master,fail?", "master,fail??")), HasSubstr("line 2: unknown flag"));
  EXPECT_THAT(fault(spoiled("0-5460", "0-16384")), HasSubstr("line 1: bad slot '0-16384'"));
  EXPECT_THAT(fault(spoiled("0-5460", "5460-0")), HasSubstr("line 1: bad slot"));
  EXPECT_THAT(fault(spoiled("0-5460", "0-")), HasSubstr("line 1: bad slot"));
  EXPECT_THAT(fault(spoiled("5461 ", "5460 ")), HasSubstr("line 2: slot 5460 is listed twice"));
  EXPECT_THAT(fault(spoiled("[77->-", "[77>-")), HasSubstr("line 1: bad open slot"));
  EXPECT_THAT(fault(spoiled("[77->-b", "[77->-")), HasSubstr("line 1: bad open slot"));
  EXPECT_THAT(fault(spoiled("[77->-", "[16384->-")), HasSubstr("line 1: bad open slot"));
  EXPECT_THAT(fault(spoiled("10.0.0.1:7000@17000", "10.0.0.1")), HasSubstr("line 1: no port"));
  EXPECT_THAT(fault(spoiled("10.0.0.1:7000@17000", "10.0.0.1:70000@17000")), HasSubstr("line 1: bad port"));
  EXPECT_THAT(fault(spoiled("10.0.0.1:7000@17000", "10.0.0.1:7000@x")), HasSubstr("line 1: bad bus port"));
  EXPECT_THAT(fault(spoiled(" 3 connected 0", " 3x connected 0")), HasSubstr("line 1: bad configuration epoch"));
  EXPECT_THAT(fault(spoiled("connected 0", "connect 0")), HasSubstr("line 1: bad link state"));
  EXPECT_THAT(fault(spoiled("slave " + a, "slave " + a.substr(1))), HasSubstr("line 3: bad master id"));
  EXPECT_THAT(fault(spoiled(c + " fe", c.substr(1) + " fe")), HasSubstr("line 3: bad node id"));
  EXPECT_THAT(fault(spoiled(c + " fe", b + " fe")), HasSubstr("line 3: the same node as in line 2"));
  EXPECT_THAT(fault(spoiled("slave " + a, "slave,myself " + a)), HasSubstr("line 3: a second node that is myself"));
  EXPECT_THAT(fault(spoiled("myself,master", "myself,master,slave")), HasSubstr("line 1: more than one"));
  EXPECT_THAT(fault(spoiled("myself,master", "myself")), HasSubstr("line 1: the node itself is neither"));
  EXPECT_THAT(fault(spoiled("myself,master", "myself,slave")), HasSubstr("line 1: the node itself is a replica of no"));
  EXPECT_THAT(fault(spoiled("myself,master", "master")), HasSubstr("no node is flagged myself"));
  EXPECT_THAT(fault(reply() + "vars currentEpoch 3 lastVoteEpoch 0\n"), HasSubstr("line 4"));
  EXPECT_NE(fault(""), "accepted");
  EXPECT_NE(fault("ERR This instance has cluster support disabled\n"), "accepted");
}

TEST(ClusterNodes, RefusesEveryCutWithinALine) {
  const auto text = reply();
  for (std::size_t n = 0; n < text.size(); ++n)
    EXPECT_EQ(cluster_nodes(text.substr(0, n)).has_value(), n > 0 && text[n - 1] == '\n') << n;
}

TEST(ClusterNodes, SurvivesRandomDamage) {
  std::mt19937 random(11);
  for (int i = 0; i < 20'000; ++i) {
    auto text = reply();
    for (int j = 0; j < 2; ++j) text[random() % text.size()] = static_cast<char>(random());
    const auto v = cluster_nodes(text);
    ASSERT_TRUE(!v || v->myself() != nullptr);
  }
}

}  // namespace
}  // namespace slotwarden::formats
