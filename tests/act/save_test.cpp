#include "act/save.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "formats/proc.h"

namespace slotwarden::act {
namespace {

// A child of this process that waits to be ended.
class Forked {
 public:
  Forked() : pid_(::fork()) {
    if (pid_ == 0)
      for (;;) ::pause();
  }
  ~Forked() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  [[nodiscard]] ForkedChild seen() const {
    std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
    const auto stat = formats::proc_stat(std::string{std::istreambuf_iterator<char>(file), {}});
    return {Pid{pid_}, Pid{::getpid()}, ForkKind::rdb_save, stat ? stat->start_ticks : 0};
  }
  [[nodiscard]] int signal_that_ended_it() {
    int status = 0;
    ::waitpid(std::exchange(pid_, 0), &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }
  [[nodiscard]] bool runs() const { return ::waitpid(pid_, nullptr, WNOHANG) == 0; }
  void stop() const {
    ::kill(pid_, SIGSTOP);
    ::waitpid(pid_, nullptr, WUNTRACED);
  }

 private:
  pid_t pid_;
};

TEST(EndSave, SendsTheSignalThatIsNoFailure) {
  Forked child;
  const auto ended = end_save(child.seen());
  ASSERT_TRUE(ended) << ended.error().what;
  EXPECT_EQ(child.signal_that_ended_it(), SIGUSR1);
}

TEST(EndSave, WakesOneThatWasStopped) {
  Forked child;
  child.stop();
  ASSERT_TRUE(end_save(child.seen()));
  EXPECT_EQ(child.signal_that_ended_it(), SIGUSR1);
}

TEST(EndSave, NeverSignalsAnotherProcess) {
  Forked child;
  auto other = child.seen();
  other.start_ticks += 1;  // the pid was given to somebody else
  EXPECT_EQ(end_save(other).error().os_error, ESRCH);
  other = child.seen();
  other.server = Pid{1};  // or it is nobody's child
  EXPECT_EQ(end_save(other).error().os_error, ESRCH);
  other = child.seen();
  other.pid = Pid{::getpid()};  // or it is the server itself
  EXPECT_EQ(end_save(other).error().os_error, ESRCH);
  EXPECT_TRUE(child.runs());
}

}  // namespace
}  // namespace slotwarden::act
