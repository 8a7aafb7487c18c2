#include "act/host.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>

namespace slotwarden::act {
namespace {

// A process that waits to be ended, with these descriptor limits.
class Limited {
 public:
  Limited(rlim_t soft, rlim_t hard) : pid_(::fork()) {
    if (pid_ == 0)
      for (;;) ::pause();
    const rlimit limits{soft, hard};
    EXPECT_EQ(::prlimit(pid_, RLIMIT_NOFILE, &limits, nullptr), 0);
  }
  ~Limited() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Limited(const Limited&) = delete;
  Limited& operator=(const Limited&) = delete;
  [[nodiscard]] Pid pid() const { return Pid{pid_}; }
  [[nodiscard]] rlimit now() const {
    rlimit limits{};
    EXPECT_EQ(::prlimit(pid_, RLIMIT_NOFILE, nullptr, &limits), 0);
    return limits;
  }

 private:
  pid_t pid_;
};

TEST(RaiseNofile, RaisesTheSoftLimitOfARunningProcess) {
  const Limited process(64, 512);
  const auto raised = raise_nofile(process.pid(), 256);
  ASSERT_TRUE(raised) << raised.error().what;
  EXPECT_EQ(*raised, (Limit{256, 512}));
  EXPECT_EQ(process.now().rlim_cur, 256U);
}

TEST(RaiseNofile, GoesAsFarAsItMay) {
  const Limited process(64, 512);
  const auto raised = raise_nofile(process.pid(), 1'024);
  ASSERT_TRUE(raised) << raised.error().what;
  // With the privilege to raise a hard limit all of it, without it up to the hard limit.
  EXPECT_TRUE((*raised == Limit{1'024, 1'024}) || (*raised == Limit{512, 512}));
  EXPECT_EQ(process.now().rlim_cur, raised->soft);
  EXPECT_EQ(process.now().rlim_max, raised->hard);
}

TEST(RaiseNofile, NeverLowersALimit) {
  const Limited process(256, 512);
  EXPECT_EQ(*raise_nofile(process.pid(), 100), (Limit{256, 512}));
}

TEST(RaiseNofile, SaysWhenTheProcessIsGone) {
  const auto raised = raise_nofile(Pid{INT32_MAX}, 100);
  ASSERT_FALSE(raised);
  EXPECT_EQ(raised.error().os_error, ESRCH);
}

TEST(WriteSetting, WritesNothingButSettingsOfTheKernel) {
  const auto written = write_setting("/etc/hostname", "x");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().os_error, EINVAL);
}

TEST(WriteSetting, SaysWhichFileTheKernelRefused) {
  const auto written = write_setting("/proc/sys/vm/no_such_setting", "1");
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().what.find("/proc/sys/vm/no_such_setting"), std::string::npos);
  EXPECT_NE(written.error().os_error, 0);
}

TEST(WriteSetting, WritesWhatIsThereAlready) {
  std::string value;
  std::ifstream("/proc/sys/vm/swappiness") >> value;
  const auto written = write_setting("/proc/sys/vm/swappiness", value);
  const bool refused = !written && (written.error().os_error == EACCES || written.error().os_error == EROFS);
  EXPECT_TRUE(written || refused);
  std::string after;
  std::ifstream("/proc/sys/vm/swappiness") >> after;
  EXPECT_EQ(after, value);
}

}  // namespace
}  // namespace slotwarden::act
