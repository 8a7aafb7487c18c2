#include "facts/cluster.h"

#include <gtest/gtest.h>

#include <random>

namespace slotwarden {
namespace {

TEST(Slots, AreDescribedAsClusterNodesWritesThem) {
  Slots s;
  EXPECT_EQ(describe(s), "");
  s.set(0).set(1).set(2).set(5462);
  EXPECT_EQ(describe(s), "0-2 5462");
  s.set();
  EXPECT_EQ(describe(s), "0-16383");
}

TEST(Slots, AreReadBackFromTheirDescription) {
  std::mt19937 random(1);
  for (int round = 0; round < 50; ++round) {
    Slots s;
    for (int i = 0; i < 300; ++i) {
      const auto from = random() % s.size();
      for (auto n = from; n < std::min<std::size_t>(from + random() % 40, s.size()); ++n) s.set(n);
    }
    ASSERT_EQ(slots_from(describe(s)), s);
  }
}

TEST(Slots, AcceptTheirWholeRange) {
  EXPECT_EQ(slots_from(""), Slots{});
  EXPECT_EQ(slots_from("0"), Slots{}.set(0));
  EXPECT_EQ(slots_from("16383"), Slots{}.set(16383));
  EXPECT_EQ(slots_from("0-16383")->count(), 16384U);
}

TEST(Slots, RejectWhatIsNotSlotsThroughout) {
  for (const char* text : {"16384", "-1", "5-3", "1-2-3", "1,2", "x", "1x", "1 x", "1-", "-", " 1", "1  2", "0x1", "+1",
                           "[5->-adcf]", "99999999999999999999"})
    EXPECT_EQ(slots_from(text), std::nullopt) << '"' << text << '"';
}

NodeId id(char c) {
  return {std::string(40, c)};
}

ClusterNode node(char c, Role role, std::string_view slots = "") {
  ClusterNode n;
  n.id = id(c);
  n.role = role;
  n.slots = slots_from(slots).value();
  return n;
}

// Two masters that own slots, one of them dead, one that owns none, one replica of the first.
ClusterView small_cluster() {
  ClusterView v;
  v.nodes = {node('a', Role::master, "0-8191"), node('b', Role::master, "8192-16382"), node('c', Role::master),
             node('d', Role::replica)};
  v.nodes[0].myself = true;
  v.nodes[1].fail = true;
  v.nodes[3].master = id('a');
  return v;
}

TEST(ClusterView, FindsMyself) {
  const auto v = small_cluster();
  ASSERT_NE(v.myself(), nullptr);
  EXPECT_EQ(v.myself()->id, id('a'));
  EXPECT_EQ(ClusterView{}.myself(), nullptr);
}

TEST(ClusterView, FindsANodeByItsId) {
  const auto v = small_cluster();
  ASSERT_NE(v.find(id('d')), nullptr);
  EXPECT_EQ(v.find(id('d'))->master, id('a'));
  EXPECT_EQ(v.find(id('e')), nullptr);
}

TEST(ClusterView, NamesTheOwnerOfASlot) {
  const auto v = small_cluster();
  EXPECT_EQ(v.owner(8191)->id, id('a'));
  EXPECT_EQ(v.owner(8192)->id, id('b'));
  EXPECT_EQ(v.owner(16383), nullptr) << "nobody owns it";
}

TEST(ClusterView, CountsDeadMastersWithSlotsAmongTheVotersAndOthersNot) {
  const auto v = small_cluster();
  const auto voters = v.voters();
  ASSERT_EQ(voters.size(), 2U);
  EXPECT_EQ(voters[0]->id, id('a'));
  EXPECT_EQ(voters[1]->id, id('b'));
}

TEST(ClusterView, ListsTheReplicasOfAMaster) {
  const auto v = small_cluster();
  ASSERT_EQ(v.replicas_of(id('a')).size(), 1U);
  EXPECT_EQ(v.replicas_of(id('a'))[0]->id, id('d'));
  EXPECT_TRUE(v.replicas_of(id('b')).empty());
}

// What CLUSTER KEYSLOT answers.
TEST(Slot, IsThatOfTheServers) {
  EXPECT_EQ(slot_of("foo"), 12182);
  EXPECT_EQ(slot_of("123456789"), 0x31C3);
  EXPECT_EQ(slot_of("{foo}bar"), 12182);
  EXPECT_EQ(slot_of("x{foo}{other}"), 12182);
  EXPECT_NE(slot_of("{}foo"), slot_of("foo")) << "empty braces are part of the name";
  EXPECT_EQ(slot_of(""), 0);
}

}  // namespace
}  // namespace slotwarden
