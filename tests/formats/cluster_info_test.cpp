#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/cluster_nodes.h"

namespace slotwarden::formats {
namespace {

using testing::HasSubstr;

const std::string reply =
    "cluster_state:ok\r\ncluster_slots_assigned:16384\r\ncluster_slots_ok:16380\r\ncluster_slots_pfail:3\r\n"
    "cluster_slots_fail:1\r\ncluster_known_nodes:6\r\ncluster_size:3\r\ncluster_current_epoch:9\r\ncluster_my_epoch:"
    "7\r\n"
    "cluster_stats_messages_ping_sent:5\r\ntotal_cluster_links_buffer_limit_exceeded:0\r\n";

std::string without(std::string_view line) {
  auto text = reply;
  return text.erase(text.find(line), line.size());
}

TEST(ClusterInfo, ReadsItsFields) {
  const auto i = cluster_info(reply);
  ASSERT_TRUE(i) << i.error().what;
  EXPECT_TRUE(i->state_ok);
  EXPECT_EQ(i->slots_assigned, 16384);
  EXPECT_EQ(i->slots_ok, 16380);
  EXPECT_EQ(i->slots_pfail, 3);
  EXPECT_EQ(i->slots_fail, 1);
  EXPECT_EQ(i->known_nodes, 6);
  EXPECT_EQ(i->size, 3);
  EXPECT_EQ(i->current_epoch, Epoch{9});
  EXPECT_EQ(i->my_epoch, Epoch{7});
}

TEST(ClusterInfo, RefusesAReplyThatLacksAFieldOrIsNotOne) {
  const auto lacking = cluster_info(without("cluster_size:3\r\n"));
  ASSERT_FALSE(lacking);
  EXPECT_THAT(lacking.error().what, HasSubstr("cluster_size"));
  EXPECT_FALSE(cluster_info(""));
  EXPECT_FALSE(cluster_info("OK\r\n"));
  EXPECT_FALSE(cluster_info(reply.substr(0, reply.size() - 1)));
}

TEST(ClusterInfo, RefusesAValueThatItCannotRead) {
  for (const char* bad :
       {"cluster_state:maybe\r\n", "cluster_size:-1\r\n", "cluster_size:3x\r\n", "cluster_my_epoch:\r\n"})
    EXPECT_FALSE(cluster_info(reply + bad)) << bad;
}

}  // namespace
}  // namespace slotwarden::formats
