#include "formats/proc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slotwarden::formats {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string rest =
    " 1 4711 4711 0 -1 4194560 2030 0 0 0 7 9 0 0 20 0 5 0 889177 68845568 3200 18446744073709551615 1 1 0 0 0 0 0\n";

TEST(ProcStat, ReadsTheFieldsBehindTheName) {
  const auto s = proc_stat("4711 (redis-server) S" + rest);
  ASSERT_TRUE(s) << s.error().what;
  EXPECT_EQ(s->pid, Pid{4711});
  EXPECT_EQ(s->comm, "redis-server");
  EXPECT_EQ(s->state, 'S');
  EXPECT_EQ(s->parent, Pid{1});
  EXPECT_EQ(s->session, Pid{4711});
  EXPECT_EQ(s->start_ticks, 889'177u);
}

TEST(ProcStat, IsNotFooledByTheNameOfAProcess) {
  const auto s = proc_stat("7 (evil) Z 9 9 9 (\n) S" + rest);
  ASSERT_TRUE(s) << s.error().what;
  EXPECT_EQ(s->comm, "evil) Z 9 9 9 (\n");
  EXPECT_EQ(s->state, 'S');
  EXPECT_EQ(s->start_ticks, 889'177u);
}

TEST(ProcStat, RefusesAnythingElse) {
  const auto whole = "4711 (redis-server) S" + rest;
  const auto start = whole.find(" 889177 ");
  for (std::size_t n = 0; n <= start; ++n) EXPECT_FALSE(proc_stat(whole.substr(0, n))) << n;
  EXPECT_FALSE(proc_stat("x (a) S" + rest));
  EXPECT_FALSE(proc_stat("1 (a) SS" + rest));
  EXPECT_FALSE(proc_stat("1 a S" + rest));
}

const std::string tcp4 =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    "   0: 0100007F:1B58 00000000:0000 0A 00000000:00000000 00:00000000 00000000   105        0 65627 1 "
    "0000000000000000 100 0 0 10 0\n"
    "   1: 0100007F:1B58 0100007F:D431 01 00000000:00000000 02:000001F4 00000000   105        0 70000 2 "
    "0000000000000000 20 4 30 10 -1\n";
const std::string tcp6 =
    "  sl  local_address                         remote_address                        st tx_queue rx_queue tr "
    "tm->when retrnsmt   uid  timeout inode\n"
    "   0: 00000000000000000000000000000000:1B58 00000000000000000000000000000000:0000 0A 00000000:00000000 "
    "00:00000000 00000000     0        0 65628 1 0000000000000000 100 0 0 10 0\n";

TEST(ProcNetTcp, FindsTheListenersOfAPort) {
  EXPECT_THAT(*listeners(tcp4, Port{7000}), ElementsAre(65627u));
  EXPECT_THAT(*listeners(tcp6, Port{7000}), ElementsAre(65628u));
  EXPECT_THAT(*listeners(tcp4, Port{7001}), IsEmpty());
}

TEST(ProcNetTcp, RefusesATableThatIsNotOne) {
  EXPECT_FALSE(listeners("", Port{7000}));
  EXPECT_FALSE(listeners("hello\n", Port{7000}));
  EXPECT_FALSE(listeners(tcp4 + "   2: 0100007F:1B58 0000\n", Port{7000}));
  EXPECT_FALSE(tcp_socket("   0: 0100007F:XXXX 00000000:0000 0A 00000000:00000000 00:00000000 00000000 105 0 65627"));
}

TEST(ProcVmstat, ReadsOneField) {
  EXPECT_EQ(*vmstat_field("nr_free 1\noom_kill 3\nx 2\n", "oom_kill"), 3u);
  EXPECT_FALSE(vmstat_field("nr_free 1\noom_killer 3\n", "oom_kill"));
  EXPECT_FALSE(vmstat_field("oom_kill three\n", "oom_kill"));
}

TEST(ProcStatus, ReadsTheEffectiveUser) {
  EXPECT_EQ(*effective_uid("Name:\tredis\nUid:\t0\t105\t0\t105\nGid:\t7\t7\t7\t7\n"), 105u);
  EXPECT_FALSE(effective_uid("Name:\tredis\n"));
  EXPECT_FALSE(effective_uid("Uid:\t0\n"));
}

TEST(ProcFd, ReadsTheInodeOfASocket) {
  EXPECT_EQ(socket_inode("socket:[65627]"), 65'627u);
  for (const char* link : {"pipe:[65627]", "socket:[65627", "socket:[]", "socket:[x]", "/dev/null", ""})
    EXPECT_FALSE(socket_inode(link)) << link;
}

TEST(ProcLocks, FindsTheHoldersOfAFile) {
  const std::string locks =
      "1: FLOCK  ADVISORY  WRITE 4711 fe:01:131 0 EOF\n1: -> FLOCK  ADVISORY  WRITE 4712 fe:01:131 0 EOF\n"
      "2: POSIX  ADVISORY  READ 4713 fe:01:132 0 EOF\nnonsense\n";
  EXPECT_THAT(lock_holders(locks, 0xfe, 1, 131), ElementsAre(Pid{4711}));
  EXPECT_THAT(lock_holders(locks, 0xfe, 1, 133), IsEmpty());
  EXPECT_THAT(lock_holders(locks, 0xfd, 1, 131), IsEmpty());
}

TEST(Kmsg, FindsTheVictimOfTheOomKiller) {
  EXPECT_EQ(oom_victim("3,1234,5678,-;Out of memory: Killed process 4711 (redis-server) total-vm:1kB\n"), Pid{4711});
  EXPECT_EQ(oom_victim("3,1,2,-;Memory cgroup out of memory: Killed process 12 (a) total-vm:1kB\n"), Pid{12});
  EXPECT_FALSE(oom_victim("6,1,2,-;redis-server invoked oom-killer: gfp_mask=0x0\n"));
  EXPECT_FALSE(oom_victim("3,1,2,-;Out of memory: Killed process (x)\n"));
  EXPECT_FALSE(oom_victim(""));
}

TEST(ControlGroup, IsTheUnifiedOneOrSystemdsOwn) {
  EXPECT_EQ(control_group("0::/system.slice/redis-7000.service\n"), "/system.slice/redis-7000.service");
  EXPECT_EQ(control_group("9:name=systemd:/user.slice\n8:pids:/a\n0::/\n"), "/user.slice");
  EXPECT_EQ(control_group("9:name=systemd:/\n0::/system.slice/x.service\n"), "/system.slice/x.service");
  EXPECT_EQ(control_group("8:pids:/a\n0::/\n"), "");
  EXPECT_EQ(control_group("not that file"), "");
}

}  // namespace
}  // namespace slotwarden::formats
