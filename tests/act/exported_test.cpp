// A folder that is written elsewhere is there as a whole or not at all.
#include "act/exported.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>

#include "adapters/temporary.h"

namespace slotwarden::act {
namespace {

using ::testing::HasSubstr;

struct Exported : testing::Test {
  tests::Temporary home;
  const std::string off_site = home / "off-site";
  void SetUp() override {
    std::filesystem::create_directories(off_site);
    tests::write(home / "generation", "data of a generation");
  }
  [[nodiscard]] adapters::Fd source() const {
    return adapters::Fd(::open((home / "generation").c_str(), O_RDONLY | O_CLOEXEC));
  }
  [[nodiscard]] bool nothing_there() const { return std::filesystem::is_empty(off_site); }
};

TEST_F(Exported, HasItsNameWithAllItsFiles) {
  auto f = ExportFolder::begin(off_site, "7000-x");
  ASSERT_TRUE(f) << f.error().what;
  std::uint64_t told = 0;
  ASSERT_TRUE(f->copy(source().get(), Bytes{20}, "x.rdb", [&](std::uint64_t n) { told = n; }));
  EXPECT_EQ(told, 20U);
  EXPECT_FALSE(std::filesystem::exists(off_site + "/7000-x"));
  EXPECT_EQ(tests::text_of(f->path_of("x.rdb")), "data of a generation");
  ASSERT_TRUE(f->write("SHA256SUMS", "sums\n"));
  const auto path = f->finish();
  ASSERT_TRUE(path) << path.error().what;
  EXPECT_EQ(*path, off_site + "/7000-x");
  EXPECT_EQ(tests::text_of(*path + "/x.rdb"), "data of a generation");
  EXPECT_EQ(f->path_of("x.rdb"), *path + "/x.rdb");
}

TEST_F(Exported, LeavesNothingUnlessItWasFinished) {
  {
    auto f = ExportFolder::begin(off_site, "7000-x");
    ASSERT_TRUE(f->copy(source().get(), Bytes{20}, "x.rdb", [](std::uint64_t) {}));
    EXPECT_FALSE(nothing_there());
  }
  EXPECT_TRUE(nothing_there());
}

TEST_F(Exported, NeverTakesThePlaceOfWhatIsThere) {
  std::filesystem::create_directories(off_site + "/7000-x");
  tests::write(off_site + "/7000-x/x.rdb", "an earlier one");
  const auto refused = ExportFolder::begin(off_site, "7000-x");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("is there already"));
  auto f = ExportFolder::begin(off_site, "7001-x");
  ASSERT_TRUE(f->write("a", "a"));
  std::filesystem::create_directories(off_site + "/7001-x");
  tests::write(off_site + "/7001-x/a", "came meanwhile");
  EXPECT_FALSE(f->finish());
  EXPECT_EQ(tests::text_of(off_site + "/7001-x/a"), "came meanwhile");
}

TEST_F(Exported, ClearsWhatAKilledOneHasLeftAndNothingElse) {
  const std::string dead = off_site + "/.slotwarden-export-0123456789abcdef";
  const std::string stranger = off_site + "/.slotwarden-export-0123456789abcde0";
  const std::string other = off_site + "/.slotwarden-export-mine";
  for (const auto& folder : {dead, stranger, other}) std::filesystem::create_directories(folder);
  tests::write(dead + "/20261122T001809Z-5keys-replunknown-offsetunknown.rdb", "half of it");
  tests::write(dead + "/topology.json", "{}");
  tests::write(stranger + "/topology.json", "{}");
  tests::write(stranger + "/holiday.jpg", "somebody's");
  auto alive = ExportFolder::begin(off_site, "7000-x");
  ASSERT_TRUE(alive) << alive.error().what;
  EXPECT_EQ(alive->cleared(), 1);
  EXPECT_FALSE(std::filesystem::exists(dead));
  EXPECT_TRUE(std::filesystem::exists(stranger + "/topology.json"));
  EXPECT_TRUE(std::filesystem::exists(other));
  ASSERT_TRUE(alive->write("SHA256SUMS", "sums\n"));
  auto second = ExportFolder::begin(off_site, "7001-x");
  ASSERT_TRUE(second);
  EXPECT_EQ(second->cleared(), 0) << "the other one is still made";
  EXPECT_TRUE(alive->finish());
  EXPECT_TRUE(second->finish());
}

TEST_F(Exported, SaysWhatToDoWhereItCannotBe) {
  const auto missing = ExportFolder::begin(home / "nowhere", "7000-x");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().what, HasSubstr("make it, or mount"));
  const auto no_folder = ExportFolder::begin(home / "generation", "7000-x");
  ASSERT_FALSE(no_folder);
  EXPECT_THAT(no_folder.error().what, HasSubstr("name a directory"));
}

TEST_F(Exported, SaysThatTheDiskIsFullAndLeavesNothing) {
  {
    auto f = ExportFolder::begin(off_site, "7000-x");
    ASSERT_TRUE(f);
    const auto full = f->copy(source().get(), Bytes{1ULL << 60}, "x.rdb", [](std::uint64_t) {});
    ASSERT_FALSE(full) << "an exabyte";
    EXPECT_THAT(full.error().what, HasSubstr("room"));
  }
  EXPECT_TRUE(nothing_there());
}

}  // namespace
}  // namespace slotwarden::act
