// Files set aside and published, and the children of a dead server ended.
#include "act/files.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "act/publish.h"
#include "adapters/loop.h"
#include "adapters/proc_files.h"
#include "adapters/process.h"
#include "adapters/temporary.h"

namespace slotwarden::act {
namespace {

struct Files : testing::Test {
  tests::Temporary home;
};

using SetAside = Files;

TEST_F(SetAside, KeepsTheContentBesideItsOldName) {
  tests::write(home / "dump.rdb", "data");
  const auto aside = set_aside(home / "dump.rdb");
  ASSERT_TRUE(aside) << aside.error().what;
  EXPECT_TRUE(aside->starts_with(home / "dump.rdb.set-aside-")) << *aside;
  EXPECT_EQ(tests::text_of(*aside), "data");
  EXPECT_FALSE(std::filesystem::exists(home / "dump.rdb"));
}

TEST_F(SetAside, NeverReplacesWhatWasSetAsideBefore) {
  std::set<std::string> names;
  for (int n = 0; n < 5; ++n) {
    tests::write(home / "dump.rdb", std::to_string(n));
    const auto aside = set_aside(home / "dump.rdb");
    ASSERT_TRUE(aside) << aside.error().what;
    EXPECT_EQ(tests::text_of(*aside), std::to_string(n));
    names.insert(*aside);
  }
  EXPECT_EQ(names.size(), 5u);
  for (const auto& name : names) EXPECT_TRUE(std::filesystem::exists(name));
}

TEST_F(SetAside, MovesAWholeAppendOnlyDirectory) {
  std::filesystem::create_directory(home / "appendonlydir");
  tests::write(home / "appendonlydir/appendonly.aof.manifest", "file a seq 1 type b\n");
  const auto aside = set_aside(home / "appendonlydir");
  ASSERT_TRUE(aside) << aside.error().what;
  EXPECT_EQ(tests::text_of(*aside + "/appendonly.aof.manifest"), "file a seq 1 type b\n");
}

TEST_F(SetAside, NamesWhatIsNotThere) {
  const auto aside = set_aside(home / "dump.rdb");
  ASSERT_FALSE(aside);
  EXPECT_EQ(aside.error().os_error, ENOENT);
  EXPECT_NE(aside.error().what.find(home / "dump.rdb"), std::string::npos);
}

using Publish = Files;

TEST_F(Publish, ReplacesTheWholeFile) {
  ASSERT_TRUE(publish(home / "status", "a long first text\n", 0640));
  ASSERT_TRUE(publish(home / "status", "short\n", 0600));
  EXPECT_EQ(tests::text_of(home / "status"), "short\n");
  struct stat s {};
  ::stat((home / "status").c_str(), &s);
  EXPECT_EQ(s.st_mode & 07777, 0600u);
}

TEST_F(Publish, LeavesTheOldFileAndNothingElseWhenItFails) {
  std::filesystem::create_directory(home / "status");  // a file cannot be renamed over it
  const auto done = publish(home / "status", "text", 0600);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().what.find(home / "status"), std::string::npos) << done.error().what;
  EXPECT_TRUE(std::filesystem::is_directory(home / "status"));
  EXPECT_FALSE(std::filesystem::exists(home / "status.new"));
}

// A dead leader's session with two members left in it, and a process of another session.
struct Orphans : Files {
  Pid sh(const std::string& script, const std::string& output) {
    adapters::SpawnRequest r;
    r.executable = "/bin/sh";
    r.arguments = {"-c", script};
    r.output = home / output;
    const auto s = adapters::spawn(r);
    if (!s) throw std::runtime_error(s.error().what);
    return s->pid;
  }
  void SetUp() override {
    leader = sh("sleep 1000 & sleep 1000 & echo $!", "one");
    ::waitpid(leader.n, nullptr, 0);
    member = {std::stoi(tests::text_of(home / "one"))};
    stranger = sh("exec sleep 1000", "two");
  }
  void TearDown() override {
    ::kill(stranger.n, SIGKILL);
    ::waitpid(stranger.n, nullptr, 0);
    ::kill(-leader.n, SIGKILL);  // the other member: the leader's process group
  }

  boost::asio::io_context loop{1};
  Pid leader, member, stranger;
};

TEST_F(Orphans, AreGoneWhenItReturns) {
  const auto done = tests::run(loop, end_processes({member}, leader));
  ASSERT_TRUE(done) << done.error().what;
  const auto state = tests::status_field(member, "State");
  EXPECT_TRUE(state.empty() || state.starts_with("Z")) << state;  // gone, or yet to be reaped by whoever adopted it
}

TEST_F(Orphans, OfAnotherSessionAreSpared) {
  const auto done = tests::run(loop, end_processes({stranger, {::getpid()}}, leader));
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_EQ(::kill(stranger.n, 0), 0);
  EXPECT_EQ(::waitpid(stranger.n, nullptr, WNOHANG), 0);
}

TEST_F(Orphans, ThatAreGoneAlreadyAreFine) {
  EXPECT_TRUE(tests::run(loop, end_processes({leader}, leader)));
}

}  // namespace
}  // namespace slotwarden::act
