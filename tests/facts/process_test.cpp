#include "facts/process.h"

#include <gtest/gtest.h>
#include <signal.h>

namespace slotwarden {
namespace {

TEST(ExitStatus, NamesTheExitCode) {
  EXPECT_EQ(describe(ExitStatus{.code = 1, .signal = {}}), "exit code 1");
}

TEST(ExitStatus, NamesTheSignal) {
  EXPECT_EQ(describe(ExitStatus{.code = {}, .signal = SIGKILL}), "signal 9 (SIGKILL)");
  EXPECT_EQ(describe(ExitStatus{.code = {}, .signal = SIGSEGV}), "signal 11 (SIGSEGV)");
}

TEST(ExitStatus, LeavesASignalWithoutANameAsANumber) {
  EXPECT_EQ(describe(ExitStatus{.code = {}, .signal = 4711}), "signal 4711");
}

TEST(ExitStatus, NamesTheOomKillerOnlyWhenItIsKnown) {
  EXPECT_EQ(describe(ExitStatus{{}, SIGKILL, Tri::yes}), "signal 9 (SIGKILL), by the OOM killer");
  EXPECT_EQ(describe(ExitStatus{{}, SIGKILL, Tri::no}), "signal 9 (SIGKILL)");
}

TEST(ExitStatus, AdmitsWhatTheKernelDoesNotTell) {
  EXPECT_EQ(describe(ExitStatus{}), "exit status unknown (the server was adopted)");
}

TEST(ProcessIdentity, DiffersWhenAnyOfTheThreeDiffers) {
  const ProcessIdentity ours{Pid{7}, 100, "boot"};
  EXPECT_EQ(ours, (ProcessIdentity{Pid{7}, 100, "boot"}));
  EXPECT_NE(ours, (ProcessIdentity{Pid{8}, 100, "boot"}));
  EXPECT_NE(ours, (ProcessIdentity{Pid{7}, 101, "boot"}));
  EXPECT_NE(ours, (ProcessIdentity{Pid{7}, 100, "other"}));
}

}  // namespace
}  // namespace slotwarden
