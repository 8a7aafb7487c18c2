#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "observe/proc.h"
#include "observe/scratch.h"

namespace slotwarden::observe {
namespace {

using test::Scratch;

TEST(DiskSpace, IsThatOfTheFileSystemOfThePath) {
  const Scratch dir;
  const auto s = disk_space(dir.path());
  ASSERT_TRUE(s) << s.error().what;
  EXPECT_GT(s->total, 0u);
  EXPECT_LE(s->free, s->total);
  EXPECT_EQ(disk_space(dir / "none").error().os_error, ENOENT);
}

TEST(WritableBy, FollowsTheModeBitsForAnotherUser) {
  const Scratch dir;
  ::chmod(dir.path().c_str(), 0700);
  EXPECT_TRUE(*writable_by(dir.path(), std::nullopt));
  EXPECT_FALSE(*writable_by(dir.path(), "nobody"));
  ::chmod(dir.path().c_str(), 0707);
  EXPECT_TRUE(*writable_by(dir.path(), "nobody"));
  ::chmod(dir.path().c_str(), 0706);
  EXPECT_FALSE(*writable_by(dir.path(), "nobody")) << "without search permission nothing can be created";
}

TEST(WritableBy, NeedsTheWayThereToo) {
  const Scratch dir;
  dir.write("data/x", "");
  ::chmod((dir / "data").c_str(), 0777);
  ::chmod(dir.path().c_str(), 0700);
  EXPECT_FALSE(*writable_by(dir / "data", "nobody"));
  ::chmod(dir.path().c_str(), 0711);
  EXPECT_TRUE(*writable_by(dir / "data", "nobody"));
}

TEST(WritableBy, IsAnErrorForWhatIsNoDirectoryAndForAnUnknownUser) {
  const Scratch dir;
  EXPECT_EQ(writable_by(dir / "none", std::nullopt).error().os_error, ENOENT);
  EXPECT_EQ(writable_by(dir.write("file", ""), std::nullopt).error().os_error, ENOTDIR);
  EXPECT_FALSE(writable_by(dir.path(), "no-such-user-here"));
}

}  // namespace
}  // namespace slotwarden::observe
