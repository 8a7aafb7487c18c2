// What verify and export tell, and the files beside an exported generation.
#include "control/verification.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/topology.h"

namespace slotwarden::control {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

VerifiedGeneration generation(DatasetState s) {
  VerifiedGeneration g;
  g.copy.name = "20261121T110128Z-3keys.rdb";
  g.copy.why = saved_generation;
  g.copy.keys = 3;
  g.noted = true;
  g.state = s;
  return g;
}

PortVerification port_with(std::vector<VerifiedGeneration> copies) {
  PortVerification p;
  p.port = Port{7000};
  p.enabled = true;
  p.copies = std::move(copies);
  return p;
}

TEST(Verification, EndsWithZeroOnlyWhenEveryGenerationIsWhole) {
  EXPECT_EQ(exit_code({port_with({generation(DatasetState::valid)})}), ExitCode::done);
  for (const auto s : {DatasetState::corrupt, DatasetState::truncated, DatasetState::empty, DatasetState::absent,
                       DatasetState::foreign, DatasetState::too_new})
    EXPECT_EQ(exit_code({port_with({generation(DatasetState::valid), generation(s)})}), ExitCode::refused) << name(s);
  EXPECT_EQ(exit_code({port_with({generation(DatasetState::corrupt), generation(DatasetState::unreadable)})}),
            ExitCode::failed)
      << "what could not be read is not known to be bad";
}

TEST(Verification, TakesNoGenerationForNoneThatIsGood) {
  EXPECT_EQ(exit_code({port_with({})}), ExitCode::refused);
  auto off = port_with({});
  off.enabled = false;
  EXPECT_EQ(exit_code({off}), ExitCode::done);
  off.trouble = "cannot read /data: Permission denied";
  EXPECT_EQ(exit_code({off}), ExitCode::failed);
}

TEST(Verification, SaysWhatToDoAboutABadOne) {
  EXPECT_EQ(what_to_do(Port{7000}, generation(DatasetState::valid)), "");
  auto bad = generation(DatasetState::corrupt);
  EXPECT_THAT(what_to_do(Port{7000}, bad), HasSubstr("slotwardenctl save 7000 --now"));
  EXPECT_THAT(what_to_do(Port{7000}, bad), Not(HasSubstr("restarted")));
  bad.in_place = true;
  EXPECT_THAT(what_to_do(Port{7000}, bad), HasSubstr("before the server is restarted"));
  EXPECT_THAT(what_to_do(Port{7000}, generation(DatasetState::unreadable)), HasSubstr("as root"));
}

TEST(Verification, IsTheSameInJson) {
  auto bad = generation(DatasetState::truncated);
  bad.detail = "it ends in the middle of a key";
  const auto j = to_json(std::vector{port_with({generation(DatasetState::valid), bad})});
  ASSERT_EQ(j.size(), 1U);
  EXPECT_EQ(j[0]["port"], 7000);
  EXPECT_EQ(j[0]["copies"][0]["state"], "valid");
  EXPECT_TRUE(j[0]["copies"][0]["do"].is_null());
  EXPECT_EQ(j[0]["copies"][1]["detail"], "it ends in the middle of a key");
  EXPECT_FALSE(j[0]["copies"][1]["do"].is_null());
}

ClusterView two_nodes() {
  ClusterView v;
  ClusterNode master, replica;
  master.id.hex = std::string(40, 'a');
  master.role = Role::master;
  master.at = {"10.0.0.1", Port{7000}};
  master.bus_port = 17000;
  master.slots = *slots_from("0-5460");
  replica.id.hex = std::string(40, 'b');
  replica.role = Role::replica;
  replica.master = master.id;
  replica.myself = true;
  v.nodes = {master, replica};
  v.current_epoch = Epoch{7};
  return v;
}

TEST(Topology, NamesEveryNodeWithItsShardsSlots) {
  Topology t;
  t.port = Port{7000};
  t.cluster = two_nodes();
  const auto j = read(topology_file(t));
  ASSERT_TRUE(j) << j.error().what;
  const auto& nodes = (*j)["cluster"]["nodes"];
  ASSERT_EQ(nodes.size(), 2U);
  EXPECT_EQ(nodes[0]["address"], "10.0.0.1");
  EXPECT_EQ(nodes[0]["shard_slots"], "0-5460");
  EXPECT_EQ(nodes[1]["role"], "replica");
  EXPECT_EQ(nodes[1]["shard_slots"], "0-5460") << "those of its master";
  EXPECT_EQ(nodes[1]["master"], std::string(40, 'a'));
  EXPECT_EQ((*j)["cluster"]["current_epoch"], 7);
}

TEST(Topology, SaysNullForWhatIsNotKnown) {
  const auto j = read(topology_file({}));
  ASSERT_TRUE(j);
  EXPECT_TRUE((*j)["cluster"].is_null());
  EXPECT_TRUE((*j)["record"].is_null());
}

TEST(Sums, AreLinesAsSha256sumWritesThem) {
  EXPECT_EQ(sums_file({{"ab", "a.rdb"}, {"cd", "topology.json"}}), "ab  a.rdb\ncd  topology.json\n");
}

}  // namespace
}  // namespace slotwarden::control
