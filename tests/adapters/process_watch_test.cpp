// Watching processes end, and the lock that they carry.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/post.hpp>

#include "adapters/loop.h"
#include "adapters/proc_files.h"
#include "adapters/process.h"

namespace slotwarden::adapters {
namespace {

struct Watched : testing::Test {
  Pid sh(const std::string& script, int inherited_fd = -1) {
    SpawnRequest r;
    r.executable = "/bin/sh";
    r.arguments = {"-c", script};
    r.output = home / "output";
    r.inherited_fd = inherited_fd;
    const auto s = spawn(r);
    if (!s) throw std::runtime_error(s.error().what);
    return s->pid;
  }
  std::unique_ptr<ProcessWatch> watch(Pid pid) {
    auto w = ProcessWatch::open(loop.get_executor(), pid);
    if (!w) throw std::runtime_error(w.error().what);
    return std::move(*w);
  }
  ExitStatus end_of(ProcessWatch& w) { return tests::run(loop, w.wait()); }

  tests::Temporary home;
  boost::asio::io_context loop{1};
};

using ProcessWatching = Watched;

TEST_F(ProcessWatching, ReportsTheExitCode) {
  const auto w = watch(sh("exit 7"));
  const auto e = end_of(*w);
  EXPECT_EQ(e.code, 7);
  EXPECT_EQ(e.signal, std::nullopt);
  EXPECT_EQ(e.oom, Tri::unknown);
}

TEST_F(ProcessWatching, ReportsTheSignal) {
  const auto w = watch(sh("kill -SEGV $$"));
  const auto e = end_of(*w);
  EXPECT_EQ(e.code, std::nullopt);
  EXPECT_EQ(e.signal, SIGSEGV);
}

TEST_F(ProcessWatching, ReapsTheChild) {
  const auto pid = sh("exit 0");
  const auto w = watch(pid);
  end_of(*w);
  EXPECT_EQ(::waitpid(pid.n, nullptr, WNOHANG), -1);
}

TEST_F(ProcessWatching, RemembersTheEndForWhoAsksAgain) {
  const auto w = watch(sh("exit 3"));
  EXPECT_EQ(end_of(*w), end_of(*w));
}

TEST_F(ProcessWatching, SignalsOnlyTheProcessItHolds) {
  const auto w = watch(sh("exec sleep 1000"));
  ASSERT_TRUE(w->signal(SIGTERM));
  EXPECT_EQ(end_of(*w).signal, SIGTERM);
  const auto late = w->signal(SIGTERM);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().os_error, ESRCH);
}

TEST_F(ProcessWatching, FindsNoProcessThatIsGone) {
  const auto pid = sh("exit 0");
  end_of(*watch(pid));
  const auto w = ProcessWatch::open(loop.get_executor(), pid);
  ASSERT_FALSE(w);
  EXPECT_EQ(w.error().os_error, ESRCH);
}

TEST_F(ProcessWatching, TellsNoStatusOfAProcessThatIsNotOurChild) {
  // The shell's child outlives it: whoever adopts it, it is not ours.
  end_of(*watch(sh("sleep 1000 & echo $!")));
  const Pid orphan{std::stoi(tests::text_of(home / "output"))};
  const auto w = watch(orphan);
  ASSERT_TRUE(w->signal(SIGKILL));
  EXPECT_EQ(end_of(*w), ExitStatus{});
}

TEST_F(ProcessWatching, NeverTakesACancellationForADeath) {
  const auto w = watch(sh("exec sleep 1000"));
  boost::asio::cancellation_signal cancel;
  bool threw = false;
  boost::asio::co_spawn(loop, w->wait(),
                        boost::asio::bind_cancellation_slot(
                            cancel.slot(), [&](const std::exception_ptr& e, const ExitStatus&) { threw = !!e; }));
  boost::asio::post(loop, [&] { cancel.emit(boost::asio::cancellation_type::terminal); });
  loop.restart();
  loop.run();
  EXPECT_TRUE(threw);
  ASSERT_TRUE(w->signal(SIGKILL));
  EXPECT_EQ(end_of(*w).signal, SIGKILL);
}

TEST_F(ProcessWatching, NeverTakesItsOwnDestructionForADeath) {
  const auto pid = sh("exec sleep 1000");
  auto w = watch(pid);
  bool threw = false;
  boost::asio::co_spawn(loop, w->wait(), [&](const std::exception_ptr& e, const ExitStatus&) { threw = !!e; });
  boost::asio::post(loop, [&] { w.reset(); });
  loop.restart();
  loop.run();
  EXPECT_TRUE(threw);
  const auto again = watch(pid);
  ASSERT_TRUE(again->signal(SIGKILL));
  end_of(*again);
}

using Lock = Watched;

TEST_F(Lock, IsHeldByOneAtATime) {
  auto first = DirectoryLock::take(home.path());
  ASSERT_TRUE(first) << first.error().what;
  const auto second = DirectoryLock::take(home.path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().os_error, EWOULDBLOCK);
  EXPECT_NE(second.error().what.find(home.path()), std::string::npos);
  { const auto moved = std::move(*first); }
  EXPECT_TRUE(DirectoryLock::take(home.path()));
}

TEST_F(Lock, LastsAsLongAsTheServerThatInheritedIt) {
  Pid pid;
  {
    const auto lock = DirectoryLock::take(home.path());
    ASSERT_TRUE(lock) << lock.error().what;
    pid = sh("exec sleep 1000", lock->fd());
  }
  const auto meanwhile = DirectoryLock::take(home.path());
  ASSERT_FALSE(meanwhile);
  EXPECT_EQ(meanwhile.error().os_error, EWOULDBLOCK);
  const auto w = watch(pid);
  ASSERT_TRUE(w->signal(SIGKILL));
  end_of(*w);
  EXPECT_TRUE(DirectoryLock::take(home.path()));
}

TEST_F(Lock, IsNotInheritedByOthers) {
  auto lock = DirectoryLock::take(home.path());
  ASSERT_TRUE(lock) << lock.error().what;
  const auto pid = sh("exec sleep 1000");
  { const auto gone = std::move(*lock); }
  EXPECT_TRUE(DirectoryLock::take(home.path()));
  const auto w = watch(pid);
  ASSERT_TRUE(w->signal(SIGKILL));
  end_of(*w);
}

TEST_F(Lock, NamesADirectoryThatIsMissing) {
  const auto lock = DirectoryLock::take("/no/such/directory");
  ASSERT_FALSE(lock);
  EXPECT_NE(lock.error().what.find("/no/such/directory"), std::string::npos);
}

TEST_F(Lock, DoesNotFollowALink) {
  tests::write(home / "precious", "content");
  std::filesystem::create_symlink(home / "precious", home / ".slotwarden.lock");
  EXPECT_FALSE(DirectoryLock::take(home.path()));
  EXPECT_EQ(tests::text_of(home / "precious"), "content");
}

}  // namespace
}  // namespace slotwarden::adapters
