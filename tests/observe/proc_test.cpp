#include "observe/proc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "observe/child.h"
#include "observe/scratch.h"

namespace slotwarden::observe {
namespace {

using test::Child;
using test::Scratch;
using test::wait_for_end;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Child idle() {
  return Child([](auto ready) {
    ready();
    wait_for_end();
  });
}

TEST(Identity, OfARunningProcessStaysTheSame) {
  const auto child = idle();
  const auto first = identity_of(child.pid());
  const auto again = identity_of(child.pid());
  ASSERT_TRUE(first) << first.error().what;
  EXPECT_EQ(*first, *again);
  EXPECT_EQ(first->pid, child.pid());
  EXPECT_GT(first->start_ticks, 0u);
  EXPECT_EQ(first->boot_id, *boot_id());
  EXPECT_EQ(first->boot_id.size(), 36u);
}

TEST(Identity, OfAZombieOrOfNobodyIsNoSuchProcess) {
  Child child([](auto ready) { ready(); });
  child.await_zombie();
  EXPECT_EQ(identity_of(child.pid()).error().os_error, ESRCH);
  const auto pid = child.pid();
  child.end();
  EXPECT_EQ(identity_of(pid).error().os_error, ESRCH);
  EXPECT_EQ(kernel_state(pid), '?');
}

TEST(Identity, IsRememberedAsTheChildWroteIt) {
  const Scratch dir;
  const auto child = idle();
  std::ifstream stat("/proc/" + std::to_string(child.pid().n) + "/stat");
  const std::string line{std::istreambuf_iterator<char>(stat), {}};
  const auto text = *boot_id() + "\n" + line;
  const auto remembered = remembered_identity(dir.write("7000.identity", text));
  ASSERT_TRUE(remembered) << remembered.error().what;
  EXPECT_EQ(*remembered, *identity_of(child.pid()));
  for (auto n = text.size(); n-- > 0;) {
    dir.cut("7000.identity", n);
    EXPECT_FALSE(remembered_identity(dir / "7000.identity")) << n << " bytes";
  }
  EXPECT_EQ(remembered_identity(dir / "none").error().os_error, ENOENT);
}

TEST(KernelState, TellsAStoppedProcessFromASleepingOne) {
  const auto child = idle();
  EXPECT_THAT(kernel_state(child.pid()), testing::AnyOf('S', 'R'));
  child.signal(SIGSTOP);
  child.await_stop();
  EXPECT_EQ(kernel_state(child.pid()), 'T');
}

TEST(SessionMembers, AreTheChildrenThatADeadServerLeft) {
  Child leader([](auto ready) {
    ::setsid();
    const pid_t orphan = ::fork();
    if (orphan == 0) wait_for_end();
    ready(std::to_string(orphan));
    wait_for_end();
  });
  const Pid orphan{std::stoi(leader.word())};
  const auto session = leader.pid();
  EXPECT_THAT(session_members(session, *process_table()), ElementsAre(orphan)) << "the leader itself is left out";
  leader.end();
  EXPECT_THAT(session_members(session, *process_table()), ElementsAre(orphan)) << "its session outlives it";
  ::kill(orphan.n, SIGKILL);
}

TEST(CommandOf, NamesTheProcessAndItsUserButNotItsArguments) {
  const Child child([](auto ready) {
    ready();
    ::execl("/bin/sh", "redis-cli", "-c", "kill -STOP $$", "--pass", "s3cret", nullptr);
  });
  child.await_stop();
  const auto command = command_of(child.pid());
  EXPECT_THAT(command, HasSubstr("redis-cli (pid " + std::to_string(child.pid().n) + ", user "));
  EXPECT_THAT(command, Not(HasSubstr("s3cret")));
}

TEST(CommandOf, SaysSomethingOfAProcessThatIsGone) {
  auto child = idle();
  const auto pid = child.pid();
  child.end();
  EXPECT_EQ(command_of(pid), "a process (pid " + std::to_string(pid.n) + ", user unknown)");
}

TEST(OomKills, AreCountedByTheKernel) {
  const auto n = oom_kills();
  ASSERT_TRUE(n) << n.error().what;
  EXPECT_GE(*oom_kills(), *n);
}

TEST(OomKilled, IsNotSaidOfALivingProcess) {
  EXPECT_NE(oom_killed(Pid{::getpid()}), Tri::yes);
}

}  // namespace
}  // namespace slotwarden::observe
