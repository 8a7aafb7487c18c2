// The folder of a rehearsal, made and removed, and nothing else with it.
#include "act/scratch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "adapters/temporary.h"

namespace slotwarden::act {
namespace {

struct ScratchFolder : testing::Test {
  tests::Temporary home;
  const std::string kept = home / "slotwarden-kept";
  const std::string folder = kept + "/.rehearsal";
  void SetUp() override {
    std::filesystem::create_directories(kept);
    tests::write(kept + "/generation.rdb", "data");
  }
  Result<Scratch> make() {
    const adapters::Fd fd(::open((kept + "/generation.rdb").c_str(), O_RDONLY | O_CLOEXEC));
    return Scratch::make(home / "", {}, fd.get(), "dump.rdb", "port 0\n");
  }
};

TEST_F(ScratchFolder, HasTheGenerationByASecondName) {
  const auto s = make();
  ASSERT_TRUE(s) << s.error().what;
  EXPECT_EQ(tests::text_of(folder + "/dump.rdb"), "data");
  EXPECT_EQ(tests::text_of(folder + "/server.conf"), "port 0\n");
  EXPECT_TRUE(std::filesystem::equivalent(folder + "/dump.rdb", kept + "/generation.rdb"));
  EXPECT_TRUE(std::filesystem::equivalent(s->short_path(), folder));
}

TEST_F(ScratchFolder, IsRemovedAndTheGenerationStays) {
  ASSERT_TRUE(make());
  tests::write(folder + "/output.log", "loading");
  ASSERT_TRUE(remove_scratch(home / ""));
  EXPECT_FALSE(std::filesystem::exists(folder));
  EXPECT_EQ(tests::text_of(kept + "/generation.rdb"), "data");
  EXPECT_TRUE(remove_scratch(home / "")) << "nothing there is nothing to do";
}

TEST_F(ScratchFolder, TakesThePlaceOfWhatAnEarlierOneLeft) {
  ASSERT_TRUE(make());
  tests::write(folder + "/process", "4711");
  ASSERT_TRUE(make());
  EXPECT_FALSE(std::filesystem::exists(folder + "/process"));
}

TEST_F(ScratchFolder, IsNotRemovedWithWhatNobodyKnows) {
  ASSERT_TRUE(make());
  tests::write(folder + "/precious", "x");
  EXPECT_FALSE(remove_scratch(home / ""));
  EXPECT_EQ(tests::text_of(folder + "/precious"), "x");
}

TEST_F(ScratchFolder, IsNoLink) {
  const auto elsewhere = home / "elsewhere";
  std::filesystem::create_directories(elsewhere);
  tests::write(elsewhere + "/dump.rdb", "the real one");
  std::filesystem::create_directory_symlink(elsewhere, folder);
  EXPECT_FALSE(make());
  EXPECT_EQ(tests::text_of(elsewhere + "/dump.rdb"), "the real one");
}

}  // namespace
}  // namespace slotwarden::act
