#include "run/host_repair.h"

#include <gmock/gmock.h>

#include "adapters/redis_server.h"
#include "adapters/resp_world.h"

namespace slotwarden::run {
namespace {

TEST(FoundValuesText, IsReadBackAsItWas) {
  const FoundValues found{{"/proc/sys/vm/swappiness", "60"}, {"/proc/sys/net/ipv4/ip_local_reserved_ports", ""}};
  const auto again = found_values(to_text(found));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, found);
  EXPECT_TRUE(found_values("")->empty());
}

TEST(FoundValuesText, IsRejectedWhenItIsCutOrStrange) {
  for (const auto* bad : {"/proc/sys/vm/swappiness\t60", "/proc/sys/vm/swappiness\n", "swappiness\t60\n", "\n"})
    EXPECT_FALSE(found_values(bad)) << bad;
}

struct RepairOfAServer : testing::Test {
  Result<std::string> set(const std::string& name, const std::string& value) {
    const auto c = world.open(server.at());
    EXPECT_TRUE(c);
    const Repair r{Repair::How::server_setting, name, value, server.port(), server.pid()};
    return tests::run(world.loop, carry_out(r, c->get()));
  }
  tests::RedisServer server;
  tests::RespWorld world;
};

TEST_F(RepairOfAServer, IsReadBack) {
  const auto done = set("timeout", "17");
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_THAT(*done, testing::HasSubstr("timeout: 0 is 17 now"));
}

TEST_F(RepairOfAServer, SetsAValueOfSeveralWords) {
  EXPECT_TRUE(set("client-output-buffer-limit", "slave 536870912 134217728 60"));
}

TEST_F(RepairOfAServer, FailsInTheWordsOfTheServer) {
  const auto done = set("maxmemory-policy", "nonsense");
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().what, testing::HasSubstr("maxmemory-policy"));
}

TEST_F(RepairOfAServer, NeedsAConnection) {
  const Repair r{Repair::How::server_setting, "timeout", "17", Port{7000}, Pid{1}};
  const auto done = tests::run(world.loop, carry_out(r, nullptr));
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().what, testing::HasSubstr("7000"));
}

}  // namespace
}  // namespace slotwarden::run
