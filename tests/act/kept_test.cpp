// Copies kept beside the data, and one of them put in place.
#include "act/kept.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <random>

#include "adapters/temporary.h"
#include "formats/kept_copy.h"

namespace slotwarden::act {
namespace {

using testing::HasSubstr;

constexpr auto never_ends = [](std::uint64_t) { return true; };

struct Kept : testing::Test {
  tests::Temporary home;
  const std::string folder = home / "slotwarden-kept/";

  KeptFolder open() {
    auto f = KeptFolder::open(home / "", {});
    EXPECT_TRUE(f) << f.error().what;
    return std::move(*f);
  }
  // Takes a file in and puts it in place of dump.rdb.
  Result<std::string> install(KeptFolder& f, const std::string& path) {
    auto in = f.take_in(path, never_ends);
    if (!in) return in.error();
    auto name = f.keep(*in, {}, "copy.rdb");
    if (!name) return name;
    if (auto put = f.put_in_place(*name, in->fd(), "dump.rdb"); !put) return put.error();
    return name;
  }
  [[nodiscard]] adapters::Fd opened(const std::string& path) const {
    return adapters::Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  }
  [[nodiscard]] std::size_t entries(const std::string& path) const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path), {}));
  }
};

TEST_F(Kept, FileOfAnOperatorIsCopiedAndNotTouched) {
  tests::write(home / "backup.rdb", "good");
  tests::write(home / "dump.rdb", "bad");
  auto f = open();
  const auto name = install(f, home / "backup.rdb");
  ASSERT_TRUE(name) << name.error().what;
  EXPECT_EQ(tests::text_of(home / "dump.rdb"), "good");
  EXPECT_EQ(tests::text_of(home / "backup.rdb"), "good");
  EXPECT_EQ(tests::text_of(folder + *name), "good");
  tests::write(home / "backup.rdb", "changed");
  EXPECT_EQ(tests::text_of(home / "dump.rdb"), "good") << "it is no second name of the operator's file";
  struct stat s {};
  ASSERT_EQ(::stat((home / "slotwarden-kept").c_str(), &s), 0);
  EXPECT_EQ(s.st_mode & 0777, 0700U);
  EXPECT_EQ(entries(folder), 2u) << "the copy and its note";
}

TEST_F(Kept, CopyHasANoteBesideIt) {
  tests::write(home / "backup.rdb", "good");
  auto f = open();
  auto in = f.take_in(home / "backup.rdb", never_ends);
  ASSERT_TRUE(in);
  KeptCopy k;
  k.why = "accepted";
  k.keys = 7;
  const auto name = f.keep(*in, k, "copy.rdb");
  ASSERT_TRUE(name) << name.error().what;
  const auto read = formats::kept_copy(tests::text_of(folder + "copy.rdb.json"));
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->keys, 7u);
}

TEST_F(Kept, CopyNeverReplacesAnother) {
  auto f = open();
  for (const std::string text : {"one", "two", "three"}) {
    tests::write(home / "backup.rdb", text);
    auto in = f.take_in(home / "backup.rdb", never_ends);
    ASSERT_TRUE(f.keep(*in, {}, "copy.rdb"));
  }
  EXPECT_EQ(tests::text_of(folder + "copy.rdb"), "one");
  EXPECT_EQ(tests::text_of(folder + "copy.2.rdb"), "two");
  EXPECT_EQ(tests::text_of(folder + "copy.3.rdb"), "three");
}

TEST_F(Kept, FileThatWasNotKeptLeavesNothing) {
  tests::write(home / "backup.rdb", "bad");
  auto f = open();
  (void)f.take_in(home / "backup.rdb", never_ends);
  EXPECT_EQ(entries(folder), 0u);
  const auto ended = f.take_in(home / "backup.rdb", [](std::uint64_t) { return false; });
  EXPECT_TRUE(ended || ended.error().os_error == ECANCELED) << "cloned at once, or ended";
  EXPECT_EQ(entries(folder), 0u);
}

TEST_F(Kept, PresentFileStaysInPlaceUntilItIsReplaced) {
  tests::write(home / "dump.rdb", "old");
  auto f = open();
  const auto kept = f.keep_present("dump.rdb", {}, "old.rdb");
  ASSERT_TRUE(kept) << kept.error().what;
  EXPECT_EQ(tests::text_of(home / "dump.rdb"), "old");
  tests::write(home / "backup.rdb", "new");
  ASSERT_TRUE(install(f, home / "backup.rdb"));
  EXPECT_EQ(tests::text_of(home / "dump.rdb"), "new");
  EXPECT_EQ(tests::text_of(folder + "old.rdb"), "old");
}

TEST_F(Kept, PresentThingThatIsNoFileIsMoved) {
  auto f = open();
  std::filesystem::create_directories(home / "appendonlydir");
  tests::write(home / "appendonlydir/a.manifest", "x");
  ASSERT_TRUE(f.keep_present("appendonlydir", {}, "old.aof"));
  EXPECT_EQ(tests::text_of(folder + "old.aof/a.manifest"), "x");
  EXPECT_FALSE(std::filesystem::exists(home / "appendonlydir"));

  ASSERT_EQ(::symlink("nowhere", (home / "dump.rdb").c_str()), 0);
  ASSERT_TRUE(f.keep_present("dump.rdb", {}, "link.rdb"));
  ASSERT_EQ(::mkdir((home / "dump.rdb").c_str(), 0700), 0) << "the link is out of the way";
  ASSERT_TRUE(f.keep_present("dump.rdb", {}, "folder.rdb"));
  tests::write(home / "backup.rdb", "new");
  ASSERT_TRUE(install(f, home / "backup.rdb"));
  EXPECT_EQ(tests::text_of(home / "dump.rdb"), "new");
  const auto nothing = f.keep_present("other.rdb", {}, "none.rdb");
  ASSERT_TRUE(nothing);
  EXPECT_EQ(*nothing, "");
}

TEST_F(Kept, PresentFileCanBeMovedAway) {
  tests::write(home / "appendonly.aof", "old");
  auto f = open();
  ASSERT_TRUE(f.move_in("appendonly.aof", {}, "old.aof"));
  EXPECT_EQ(tests::text_of(folder + "old.aof"), "old");
  EXPECT_FALSE(std::filesystem::exists(home / "appendonly.aof"));
  EXPECT_EQ(*f.move_in("appendonly.aof", {}, "old.aof"), "");
}

TEST_F(Kept, CopyThatIsInPlaceAlreadyStaysThere) {
  tests::write(home / "backup.rdb", "good");
  auto f = open();
  const auto name = install(f, home / "backup.rdb");
  ASSERT_TRUE(name);
  const auto again = f.put_in_place(*name, opened(folder + *name).get(), "dump.rdb");
  EXPECT_TRUE(again) << again.error().what;
  EXPECT_EQ(tests::text_of(home / "dump.rdb"), "good");
  EXPECT_FALSE(std::filesystem::exists(home / ".slotwarden-installing"));
}

TEST_F(Kept, CopyIsNotPutInPlaceAfterItWasExchanged) {
  tests::write(home / "dump.rdb", "old");
  tests::write(home / "backup.rdb", "good");
  auto f = open();
  auto in = f.take_in(home / "backup.rdb", never_ends);
  const auto name = f.keep(*in, {}, "copy.rdb");
  std::filesystem::rename(folder + *name, folder + "elsewhere");
  tests::write(folder + *name, "evil");
  const auto put = f.put_in_place(*name, in->fd(), "dump.rdb");
  ASSERT_FALSE(put);
  EXPECT_THAT(put.error().what, HasSubstr("not the file that was verified"));
  EXPECT_EQ(tests::text_of(home / "dump.rdb"), "old");
  std::filesystem::rename(folder + *name, folder + "evil");
  ASSERT_EQ(::symlink("/etc/passwd", (folder + *name).c_str()), 0);
  EXPECT_FALSE(f.put_in_place(*name, in->fd(), "dump.rdb"));
  EXPECT_FALSE(f.put_in_place("../backup.rdb", in->fd(), "dump.rdb"));
  EXPECT_EQ(tests::text_of(home / "dump.rdb"), "old");
  EXPECT_FALSE(std::filesystem::exists(home / ".slotwarden-installing"));
}

TEST_F(Kept, InterruptedInstallationIsSimplyBegunAgain) {
  tests::write(home / "backup.rdb", "good");
  tests::write(home / "dump.rdb", "old");
  tests::write(home / ".slotwarden-installing", "half");
  auto f = open();
  ASSERT_TRUE(install(f, home / "backup.rdb"));
  EXPECT_EQ(tests::text_of(home / "dump.rdb"), "good");
  EXPECT_FALSE(std::filesystem::exists(home / ".slotwarden-installing"));
}

TEST_F(Kept, FolderBehindALinkIsRefused) {
  tests::Temporary other;
  ASSERT_EQ(::symlink((other / "").c_str(), (home / "slotwarden-kept").c_str()), 0);
  EXPECT_FALSE(KeptFolder::open(home / "", {}));
}

TEST_F(Kept, OnlyRegularFilesAreTakenIn) {
  auto f = open();
  ASSERT_EQ(::mkfifo((home / "fifo").c_str(), 0600), 0);
  EXPECT_FALSE(f.take_in(home / "fifo", never_ends));
  EXPECT_FALSE(f.take_in(home / "", never_ends));
  tests::write(home / "backup.rdb", "good");
  ASSERT_EQ(::symlink("backup.rdb", (home / "link").c_str()), 0);
  EXPECT_FALSE(f.take_in(home / "link", never_ends));
  EXPECT_FALSE(f.take_in(home / "nothing", never_ends));
}

TEST_F(Kept, FilesAreGivenToTheServersUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  const auto owner = owner_of(home / "", "nobody");
  ASSERT_TRUE(owner) << owner.error().what;
  tests::write(home / "backup.rdb", "good");
  auto f = KeptFolder::open(home / "", *owner);
  ASSERT_TRUE(f);
  ASSERT_TRUE(install(*f, home / "backup.rdb"));
  for (const auto& path :
       {home / "slotwarden-kept", home / "dump.rdb", folder + "copy.rdb", folder + "copy.rdb.json"}) {
    struct stat s {};
    ASSERT_EQ(::stat(path.c_str(), &s), 0) << path;
    EXPECT_EQ(s.st_uid, *owner->uid) << path;
  }
}

// kill -9 at any moment: dump.rdb is the old one or the new one, whole, and nothing that was there is gone.
TEST_F(Kept, DumpIsAlwaysWholeWheneverTheInstallerDies) {
  const std::string olds(300'000, 'o');
  const std::string news(300'000, 'n');
  tests::write(home / "backup.rdb", news);
  std::mt19937 random(1);
  int replaced = 0;
  for (int round = 0; round < 60; ++round) {
    const auto data = home / ("data" + std::to_string(round));
    std::filesystem::create_directory(data);
    tests::write(data + "/dump.rdb", olds);
    const auto child = ::fork();
    if (child == 0) {
      auto f = KeptFolder::open(data, {});
      if (!f || !f->keep_present("dump.rdb", {}, "old.rdb")) ::_exit(1);
      auto in = f->take_in(home / "backup.rdb", never_ends);
      auto name = f->keep(*in, {}, "copy.rdb");
      ::_exit(f->put_in_place(*name, in->fd(), "dump.rdb") ? 0 : 1);
    }
    ::usleep(static_cast<useconds_t>(random() % 4000));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const auto now = tests::text_of(data + "/dump.rdb");
    ASSERT_TRUE(now == olds || now == news) << "round " << round;
    if (now == news) {
      ++replaced;
      ASSERT_EQ(tests::text_of(data + "/slotwarden-kept/old.rdb"), olds);
    }
  }
  RecordProperty("replaced", replaced);
}

}  // namespace
}  // namespace slotwarden::act
