#include "observe/memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "observe/child.h"
#include "observe/scratch.h"

namespace slotwarden::observe {
namespace {

using test::Child;
using test::Scratch;
using test::wait_for_end;
using testing::SizeIs;

constexpr auto no_limit = "9223372036854771712\n";

void group_1(const Scratch& dir, const std::string& group, const std::string& limit, const std::string& used) {
  dir.write("memory" + group + "/memory.limit_in_bytes", limit);
  dir.write("memory" + group + "/memory.usage_in_bytes", used);
  dir.write("memory" + group + "/memory.stat",
            "inactive_file 100\nactive_file 50\ndirty 10\ntotal_inactive_file 100\n");
}

void group_2(const Scratch& dir, const std::string& group, const std::string& limit, const std::string& used) {
  dir.write(group.substr(1) + "/memory.max", limit);
  dir.write(group.substr(1) + "/memory.current", used);
  dir.write(group.substr(1) + "/memory.stat", "anon 1\nfile 150\ninactive_file 100\nactive_file 50\nfile_dirty 10\n");
}

TEST(GroupMemory, OfVersionOneIsThatOfEachGroupWithALimit) {
  const Scratch dir;
  group_1(dir, "", no_limit, "5000\n");
  group_1(dir, "/slotwarden", no_limit, "5000\n");
  group_1(dir, "/slotwarden/7000", "2000\n", "1500\n");
  const auto rooms = group_memory({.unified = "/", .memory = "/slotwarden/7000"}, dir.path());
  ASSERT_TRUE(rooms) << rooms.error().what;
  ASSERT_THAT(*rooms, SizeIs(1));
  EXPECT_EQ((*rooms)[0].name, "/slotwarden/7000");
  EXPECT_EQ((*rooms)[0].total.n, 2000u);
  EXPECT_EQ((*rooms)[0].available.n, 2000u - (1500u - 140u));
}

TEST(GroupMemory, OfVersionTwoIsThatOfEachGroupWithALimit) {
  const Scratch dir;
  group_2(dir, "/slice", "10000\n", "9000\n");
  group_2(dir, "/slice/7000.scope", "2000\n", "2100\n");
  group_2(dir, "/slice/7001.scope", "max\n", "100\n");
  const auto rooms = group_memory({.unified = "/slice/7000.scope", .memory = ""}, dir.path());
  ASSERT_TRUE(rooms) << rooms.error().what;
  ASSERT_THAT(*rooms, SizeIs(2));
  EXPECT_EQ((*rooms)[0].available.n, 40u);
  EXPECT_EQ((*rooms)[1].name, "/slice");
  EXPECT_EQ((*rooms)[1].available.n, 1140u);
  EXPECT_THAT(*group_memory({.unified = "/slice/7001.scope", .memory = ""}, dir.path()), SizeIs(1));
}

TEST(GroupMemory, ThatCannotBeReadIsNoRoomWithoutALimit) {
  const Scratch dir;
  dir.write("slice/memory.max", "2000\n");
  EXPECT_FALSE(group_memory({.unified = "/slice", .memory = ""}, dir.path()));
  group_2(dir, "/slice", "plenty\n", "1\n");
  EXPECT_FALSE(group_memory({.unified = "/slice", .memory = ""}, dir.path()));
}

TEST(GroupMemory, OfARunningProcessCanBeAsked) {
  const auto rooms = group_memory_of(Pid{::getpid()});
  ASSERT_TRUE(rooms) << rooms.error().what;
  EXPECT_FALSE(group_memory_of(Pid{INT32_MAX}));
}

TEST(OomCount, OfVersionOneIsThatOfTheGroupItself) {
  const Scratch dir;
  dir.write("memory/slotwarden/7000/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");
  const auto count = oom_count({.unified = "/elsewhere", .memory = "/slotwarden/7000"}, dir.path());
  ASSERT_TRUE(count) << count.error().what;
  EXPECT_EQ(count->group, "/slotwarden/7000");
  EXPECT_EQ(count->kills, 3u);
}

TEST(OomCount, OfVersionTwoIsThatOfTheGroupItself) {
  const Scratch dir;
  dir.write("slice/7000.scope/memory.events", "low 0\nhigh 0\nmax 7\noom 2\noom_kill 1\noom_group_kill 0\n");
  const auto count = oom_count({.unified = "/slice/7000.scope", .memory = ""}, dir.path());
  ASSERT_TRUE(count) << count.error().what;
  EXPECT_EQ(count->kills, 1u);
  dir.write("slice/7000.scope/memory.events", "low 0\nhigh 0\nmax 9\noom 3\noom_kill 2\noom_group_kill 0\n");
  const auto later = oom_kills_now(*count);
  ASSERT_TRUE(later) << later.error().what;
  EXPECT_EQ(*later, 2u);
}

TEST(OomCount, OfAKernelThatDoesNotCountIsAnError) {
  const Scratch dir;
  dir.write("memory/slotwarden/7000/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\n");
  EXPECT_FALSE(oom_count({.unified = "", .memory = "/slotwarden/7000"}, dir.path()));
}

TEST(OomCount, OfAGroupThatHasGoneIsAnError) {
  const Scratch dir;
  EXPECT_FALSE(oom_kills_now({"/slice/7000.scope", dir.path() + "/slice/7000.scope/memory.events", 0}));
}

TEST(HostMemory, IsAvailableWithinWhatThereIs) {
  const auto room = host_memory();
  ASSERT_TRUE(room) << room.error().what;
  EXPECT_GT(room->available.n, 0u);
  EXPECT_LT(room->available, room->total);
}

TEST(ProcessorTimes, OfThisHostGrow) {
  const auto then = processor_times();
  const auto now = processor_times();
  ASSERT_TRUE(then && now);
  EXPECT_GE(now->all, then->all);
  EXPECT_GE(now->processors, 1);
}

TEST(ForkedChildren, OfAServerThatForksNothingAreNone) {
  const Child idle([](auto ready) {
    ready();
    wait_for_end();
  });
  const auto children = forked_children(idle.pid());
  ASSERT_TRUE(children) << children.error().what;
  EXPECT_THAT(*children, SizeIs(0));
}

TEST(ForkedChildren, AreNamedByPidAndStartAlsoBeforeTheyHaveATitle) {
  const Child parent([](auto ready) {
    const auto forked = ::fork();
    if (forked == 0) wait_for_end();
    ready(std::to_string(forked));
    wait_for_end();
  });
  const auto children = forked_children(parent.pid());
  ASSERT_TRUE(children) << children.error().what;
  ASSERT_THAT(*children, SizeIs(1));
  const auto& c = children->front();
  EXPECT_EQ(std::to_string(c.pid.n), parent.word());
  EXPECT_EQ(c.server, parent.pid());
  EXPECT_EQ(c.kind, ForkKind::unknown);
  EXPECT_GT(c.start_ticks, 0u);
  ::kill(c.pid.n, SIGKILL);
}

}  // namespace
}  // namespace slotwarden::observe
