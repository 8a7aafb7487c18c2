// What a spawned process is born with.
#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adapters/fd.h"
#include "adapters/proc_files.h"
#include "adapters/process.h"

namespace slotwarden::adapters {
namespace {

using tests::proc_text;
using tests::status_field;

// A process that stays until the test is over.
class Spawn : public testing::Test {
 protected:
  Spawn() {
    request.executable = "/bin/sleep";
    request.arguments = {"1000"};
  }
  ~Spawn() override {
    for (const auto pid : spawned) {
      ::kill(pid.n, SIGKILL);
      ::waitpid(pid.n, nullptr, 0);
    }
  }
  Spawned born() {
    auto s = spawn(request);
    if (!s) throw std::runtime_error(s.error().what);
    spawned.push_back(s->pid);
    return *s;
  }
  std::string refusal() {
    const auto s = spawn(request);
    if (!s) return s.error().what;
    spawned.push_back(s->pid);
    return "";
  }

  tests::Temporary home;
  SpawnRequest request;
  std::vector<Pid> spawned;
};

TEST_F(Spawn, LeadsASessionOfItsOwn) {
  const auto pid = born().pid;
  EXPECT_EQ(::getsid(pid.n), pid.n);
  EXPECT_EQ(::getpgid(pid.n), pid.n);
  EXPECT_NE(proc_text(pid, "cmdline").find("/bin/sleep"), std::string::npos);
}

TEST_F(Spawn, HasTheArgumentsAndTheEnvironmentGivenAndNoOther) {
  request.arguments = {"1000", "0"};
  request.environment = {"LANG=C", "EMPTY="};
  const auto pid = born().pid;
  EXPECT_EQ(proc_text(pid, "cmdline"), std::string("/bin/sleep\0001000\0000\0", 18));
  EXPECT_EQ(proc_text(pid, "environ"), std::string("LANG=C\0EMPTY=\0", 14));
}

TEST_F(Spawn, RunsAsTheUserWithItsGroups) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  request.user = "nobody";
  const auto pid = born().pid;
  const auto* nobody = ::getpwnam("nobody");
  const auto uid = std::to_string(nobody->pw_uid);
  const auto gid = std::to_string(nobody->pw_gid);
  EXPECT_EQ(status_field(pid, "Uid"), uid + "\t" + uid + "\t" + uid + "\t" + uid);
  EXPECT_EQ(status_field(pid, "Gid"), gid + "\t" + gid + "\t" + gid + "\t" + gid);
  EXPECT_EQ(status_field(pid, "Groups"), gid + " ");
  EXPECT_EQ(status_field(pid, "CapEff"), "0000000000000000");
}

// As a unit with AmbientCapabilities= makes them.
bool lend_ambient(unsigned capability) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[2];
  if (::syscall(SYS_capget, &header, sets) != 0) return false;
  sets[0].inheritable |= 1u << capability;
  if (::syscall(SYS_capset, &header, sets) != 0) return false;
  return ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) == 0;
}

TEST_F(Spawn, InheritsNoCapabilityThatTheDaemonWasLent) {
  if (!lend_ambient(CAP_KILL)) GTEST_SKIP() << "no capability to lend";
  const auto pid = born().pid;
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  EXPECT_EQ(status_field(pid, "CapAmb"), "0000000000000000");
}

TEST_F(Spawn, HasTheLimitsAskedFor) {
  request.nofile = 3'000;
  request.core_bytes = 4'096;
  request.nproc = 5'000;
  EXPECT_EQ(born().nofile_granted, 3'000u);
  const auto pid = spawned.back();
  EXPECT_EQ(tests::limit(pid, "Max open files"), "3000 3000");
  EXPECT_EQ(tests::limit(pid, "Max core file size"), "4096 4096");
  EXPECT_EQ(tests::limit(pid, "Max processes"), "5000 5000");
}

TEST_F(Spawn, GetsWhatTheKernelAllowsOfTooManyDescriptors) {
  request.nofile = std::uint64_t{1} << 40;
  const auto s = born();
  EXPECT_EQ(tests::limit(s.pid, "Max open files"),
            std::to_string(s.nofile_granted) + " " + std::to_string(s.nofile_granted));
  rlimit ours{};
  ::getrlimit(RLIMIT_NOFILE, &ours);
  EXPECT_GE(s.nofile_granted, ours.rlim_max);
}

TEST_F(Spawn, SaysHowManyDescriptorsItHasWhenNoneWereAskedFor) {
  rlimit ours{};
  ::getrlimit(RLIMIT_NOFILE, &ours);
  EXPECT_EQ(born().nofile_granted, ours.rlim_cur);
}

TEST_F(Spawn, HasTheUmaskTheOomScoreAndTheDirectoryAskedFor) {
  request.umask = 0027;
  request.oom_score_adj = 321;
  request.directory = home.path();
  const auto pid = born().pid;
  EXPECT_EQ(status_field(pid, "Umask"), "0027");
  EXPECT_EQ(proc_text(pid, "oom_score_adj"), "321\n");
  EXPECT_EQ(std::filesystem::read_symlink("/proc/" + std::to_string(pid.n) + "/cwd"), home.path());
}

TEST_F(Spawn, InheritsNoSignalMaskAndNoIgnoredSignal) {
  sigset_t ours, before;
  sigemptyset(&ours);
  sigaddset(&ours, SIGTERM);
  sigaddset(&ours, SIGUSR2);
  sigprocmask(SIG_BLOCK, &ours, &before);
  const auto old = ::signal(SIGPIPE, SIG_IGN);
  const auto pid = born().pid;
  ::signal(SIGPIPE, old);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(status_field(pid, "SigBlk"), "0000000000000000");
  EXPECT_EQ(status_field(pid, "SigIgn"), "0000000000000000");
}

TEST_F(Spawn, KeepsOnlyTheInheritedDescriptor) {
  const Fd low(::open("/dev/zero", O_RDONLY));  // not close-on-exec: as careless as a socket of Asio's
  const Fd lock(::open((home / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  const Fd high(::fcntl(low.get(), F_DUPFD, 200));
  request.inherited_fd = lock.get();
  const auto files = tests::open_files(born().pid);
  ASSERT_EQ(files.size(), 4u);
  EXPECT_EQ(files.at(0), "/dev/null");
  EXPECT_EQ(files.at(1), "/dev/null");
  EXPECT_EQ(files.at(2), "/dev/null");
  EXPECT_EQ(files.at(lock.get()), home / "lock");
}

TEST_F(Spawn, LeavesItsIdentityBeforeItRuns) {
  request.identity_file = home / "7000.process";
  const auto pid = born().pid;
  const auto text = tests::text_of(request.identity_file);
  const auto boot = tests::text_of("/proc/sys/kernel/random/boot_id");
  ASSERT_TRUE(text.starts_with(boot)) << text;
  const auto left = text.substr(boot.size());
  const auto now = proc_text(pid, "stat");
  const auto start_time = [](const std::string& stat) {
    std::istringstream words(stat.substr(stat.rfind(')') + 2));
    std::string word;
    for (int field = 3; field <= 22; ++field) words >> word;
    return word;
  };
  EXPECT_TRUE(left.starts_with(std::to_string(pid.n) + " ("));
  EXPECT_EQ(start_time(left), start_time(now));
  EXPECT_FALSE(std::filesystem::exists(request.identity_file + ".new"));
}

TEST_F(Spawn, AppendsWhatItSaysToItsOutput) {
  request.output = home / "7000.log";
  tests::write(request.output, "before\n");
  request.executable = "/bin/sh";
  request.arguments = {"-c", "echo out; echo err >&2"};
  const auto pid = born().pid;
  ::waitpid(pid.n, nullptr, 0);
  spawned.clear();
  EXPECT_EQ(tests::text_of(request.output), "before\nout\nerr\n");
}

TEST_F(Spawn, MakesItsOutputPrivateToItsUserAndGroup) {
  request.output = home / "new.log";
  if (::geteuid() == 0) request.user = "nobody";
  born();
  struct stat s {};
  ASSERT_EQ(::stat(request.output.c_str(), &s), 0);
  EXPECT_EQ(s.st_mode & 07777, 0640u);
  EXPECT_EQ(s.st_uid, ::geteuid() == 0 ? ::getpwnam("nobody")->pw_uid : ::geteuid());
}

TEST_F(Spawn, DoesNotWriteThroughALinkOrIntoAPipe) {
  request.output = home / "link";
  tests::write(home / "secret", "");
  std::filesystem::create_symlink(home / "secret", request.output);
  EXPECT_NE(refusal().find(request.output), std::string::npos);
  request.output = home / "pipe";
  ASSERT_EQ(::mkfifo(request.output.c_str(), 0600), 0);
  EXPECT_NE(refusal().find(request.output), std::string::npos);
}

// Each spoils one thing; the error names it, and no process is left.
class SpawnRefusal : public Spawn {
 protected:
  void expect(const std::string& words) {
    const auto said = refusal();
    EXPECT_NE(said.find(words), std::string::npos) << said;
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child was left";
  }
};

TEST_F(SpawnRefusal, NamesAMissingExecutable) {
  request.executable = "/usr/bin/no-such-server";
  expect("cannot execute /usr/bin/no-such-server: No such file or directory");
}

TEST_F(SpawnRefusal, NamesAFileThatMayNotBeExecuted) {
  request.executable = "/etc/passwd";
  expect("cannot execute /etc/passwd: Permission denied");
}

TEST_F(SpawnRefusal, NamesAFileThatIsNoProgram) {
  request.executable = home / "text";
  tests::write(request.executable, "not a program\n");
  std::filesystem::permissions(request.executable, std::filesystem::perms(0755));
  expect("cannot execute " + request.executable + ": Exec format error");
}

TEST_F(SpawnRefusal, NamesAnUnknownUser) {
  request.user = "no-such-user";
  expect("no user no-such-user");
}

TEST_F(SpawnRefusal, NamesAMissingDirectory) {
  request.directory = "/no/such/directory";
  expect("cannot enter the directory /no/such/directory: No such file or directory");
}

TEST_F(SpawnRefusal, NamesADirectoryThatTheUserMayNotEnter) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  request.user = "nobody";
  request.directory = home / "private";
  std::filesystem::create_directory(request.directory);
  std::filesystem::permissions(request.directory, std::filesystem::perms(0700));
  expect("cannot enter the directory " + request.directory + ": Permission denied");
}

TEST_F(SpawnRefusal, NamesAnIdentityFileThatCannotBeWritten) {
  request.identity_file = "/no/such/directory/7000.process";
  expect("cannot write /no/such/directory/7000.process: No such file or directory");
}

TEST_F(SpawnRefusal, NamesAnOutputThatCannotBeOpened) {
  request.output = "/no/such/directory/7000.log";
  expect("cannot open /no/such/directory/7000.log: No such file or directory");
}

}  // namespace
}  // namespace slotwarden::adapters
