#include "act/leftovers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "adapters/temporary.h"

namespace slotwarden::act {
namespace {

struct Leftover : testing::Test {
  tests::Temporary home;
  const std::string file = home / "temp-4711.rdb";
};

// A small file system of its own, where this may be had.
struct OtherDisk {
  explicit OtherDisk(const std::string& at) : path(at) {
    std::filesystem::create_directories(path);
    mounted = ::mount("none", path.c_str(), "tmpfs", 0, "size=4m") == 0;
  }
  ~OtherDisk() {
    if (mounted) ::umount2(path.c_str(), MNT_DETACH);
  }
  std::string path;
  bool mounted = false;
};

TEST_F(Leftover, IsCarriedToAnotherDiskWhole) {
  const OtherDisk other(home / "other");
  if (!other.mounted) GTEST_SKIP() << "may not mount here";
  tests::write(file, std::string(300'000, 'x'));
  const auto now = carry_to_another_disk(file, other.path + "/aside/7000");
  ASSERT_TRUE(now) << now.error().what;
  EXPECT_EQ(tests::text_of(*now), std::string(300'000, 'x'));
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(Leftover, StaysWhereItIsWhenThatDiskIsShortToo) {
  const OtherDisk other(home / "other");
  if (!other.mounted) GTEST_SKIP() << "may not mount here";
  tests::write(file, std::string(3'900'000, 'x'));
  const auto now = carry_to_another_disk(file, other.path + "/aside");
  ASSERT_FALSE(now);
  EXPECT_EQ(now.error().os_error, ENOSPC);
  EXPECT_EQ(tests::text_of(file).size(), 3'900'000U);
}

TEST_F(Leftover, IsNotMovedWithinOneDiskWhichWouldFreeNothing) {
  tests::write(file, "x");
  const auto now = carry_to_another_disk(file, home / "aside");
  ASSERT_FALSE(now);
  EXPECT_EQ(now.error().os_error, EPERM);
  EXPECT_TRUE(std::filesystem::exists(file));
}

TEST_F(Leftover, NeverReplacesAnother) {
  const OtherDisk other(home / "other");
  if (!other.mounted) GTEST_SKIP() << "may not mount here";
  tests::write(other.path + "/temp-4711.rdb", "first");
  tests::write(file, "second");
  EXPECT_FALSE(carry_to_another_disk(file, other.path));
  EXPECT_EQ(tests::text_of(other.path + "/temp-4711.rdb"), "first");
  EXPECT_EQ(tests::text_of(file), "second");
}

TEST_F(Leftover, MustBeARegularFile) {
  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
  EXPECT_FALSE(carry_to_another_disk(file, home / "aside"));
}

}  // namespace
}  // namespace slotwarden::act
