#include "observe/tail.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace slotwarden::observe {
namespace {

class TailTest : public ::testing::Test {
 protected:
  std::string file(const std::string& text) {
    const auto path = (std::filesystem::temp_directory_path() / ("tail-" + std::to_string(::getpid()))).string();
    std::ofstream(path) << text;
    path_ = path;
    return path;
  }
  void TearDown() override { std::filesystem::remove(path_); }

 private:
  std::string path_;
};

TEST_F(TailTest, ShowsTheLastLinesAsked) {
  const auto path = file("one\ntwo\nthree\n");
  EXPECT_EQ(tail(path, 1000, 2)->text, "two\nthree\n");
  EXPECT_TRUE(tail(path, 1000, 2)->truncated);
  EXPECT_EQ(tail(path, 1000, 3)->text, "one\ntwo\nthree\n");
  EXPECT_FALSE(tail(path, 1000, 3)->truncated);
  EXPECT_EQ(tail(path, 1000, 99)->text, "one\ntwo\nthree\n");
}

TEST_F(TailTest, CountsALineThatIsStillBeingWritten) {
  EXPECT_EQ(tail(file("one\ntwo\nthr"), 1000, 2)->text, "two\nthr");
}

TEST_F(TailTest, CountsEmptyLines) {
  EXPECT_EQ(tail(file("one\n\n\n"), 1000, 2)->text, "\n\n");
}

TEST_F(TailTest, StopsAtTheBytesAllowed) {
  const auto t = tail(file("one\ntwo\nthree\n"), 8, 5);
  EXPECT_EQ(t->text, "three\n");
  EXPECT_EQ(t->ends_at, 14);
}

TEST_F(TailTest, BeginsWithinALineWhenNoneBeginsAmongTheBytes) {
  const auto path = file("one\ntwo\nthree\n");
  EXPECT_EQ(tail(path, 6)->text, "three\n");
  EXPECT_EQ(tail(path, 4)->text, "ree\n");
  EXPECT_TRUE(tail(path, 4)->truncated);
}

TEST_F(TailTest, IsEmptyForAnEmptyFile) {
  EXPECT_EQ(tail(file(""), 1000, 5)->text, "");
}

}  // namespace
}  // namespace slotwarden::observe
