// Generations of backups: kept by a second name, put in place beside a server that runs, and removed again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

#include "act/kept.h"
#include "adapters/temporary.h"
#include "formats/kept_copy.h"

namespace slotwarden::act {
namespace {

struct Generations : testing::Test {
  tests::Temporary home;
  const std::string folder = home / "slotwarden-kept/";

  KeptFolder open() {
    auto f = KeptFolder::open(home / "", {});
    EXPECT_TRUE(f) << f.error().what;
    return std::move(*f);
  }
  [[nodiscard]] adapters::Fd opened(const std::string& path) const {
    return adapters::Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  }
  // The server's dump as a generation.
  std::string keep_dump(KeptFolder& f, const std::string& why = saved_generation) {
    KeptCopy k;
    k.why = why;
    const auto fd = opened(home / "dump.rdb");
    auto name = f.keep_linked(fd.get(), k, "generation.rdb");
    EXPECT_TRUE(name) << name.error().what;
    return *name;
  }
};

TEST_F(Generations, AreTheDumpByASecondNameAndOutliveItsReplacement) {
  tests::write(home / "dump.rdb", "first");
  auto f = open();
  const auto name = keep_dump(f);
  struct stat dump {
  }, kept{};
  ASSERT_EQ(::stat((home / "dump.rdb").c_str(), &dump), 0);
  ASSERT_EQ(::stat((folder + name).c_str(), &kept), 0);
  EXPECT_EQ(dump.st_ino, kept.st_ino);
  tests::write(home / "temp-1.rdb", "second");
  std::filesystem::rename(home / "temp-1.rdb", home / "dump.rdb");
  EXPECT_EQ(tests::text_of(folder + name), "first");
  EXPECT_EQ(formats::kept_copy(tests::text_of(folder + name + ".json"))->why, "saved");
}

TEST_F(Generations, HaveNoNameWhereTheirNoteCannotBeWritten) {
  tests::write(home / "dump.rdb", "data");
  auto f = open();
  std::filesystem::create_directories(folder + "generation.rdb.json");
  EXPECT_FALSE(f.keep_linked(opened(home / "dump.rdb").get(), {}, "generation.rdb"));
  EXPECT_FALSE(std::filesystem::exists(folder + "generation.rdb")) << "nobody would ever remove it";
  EXPECT_EQ(tests::text_of(home / "dump.rdb"), "data");
}

TEST_F(Generations, ThatAreThereLoseNoNoteAndAreNeverRemovedForALoneOne) {
  tests::write(home / "dump.rdb", "data");
  auto f = open();
  const auto generation = keep_dump(f);
  EXPECT_EQ(f.remove_lone_note(generation).error().os_error, EEXIST);
  EXPECT_TRUE(std::filesystem::exists(folder + generation));
  EXPECT_TRUE(std::filesystem::exists(folder + generation + ".json"));
  std::filesystem::remove(folder + generation);
  EXPECT_TRUE(f.remove_lone_note(generation));
  EXPECT_FALSE(std::filesystem::exists(folder + generation + ".json"));
}

TEST_F(Generations, AreRemovedWithTheirNotesAndNothingElseIs) {
  tests::write(home / "dump.rdb", "data");
  auto f = open();
  const auto generation = keep_dump(f);
  const auto replaced = keep_dump(f, "replaced");
  tests::write(folder + "by-hand.rdb", "mine");
  tests::write(folder + "damaged.rdb", "data");
  tests::write(folder + "damaged.rdb.json", "{\"why\": ");
  EXPECT_TRUE(f.remove_generation(generation));
  EXPECT_FALSE(std::filesystem::exists(folder + generation));
  EXPECT_FALSE(std::filesystem::exists(folder + generation + ".json"));
  EXPECT_EQ(tests::text_of(home / "dump.rdb"), "data") << "the dump is there by its own name";
  EXPECT_EQ(f.remove_generation(replaced).error().os_error, EPERM);
  EXPECT_FALSE(f.remove_generation("by-hand.rdb"));
  EXPECT_FALSE(f.remove_generation("damaged.rdb"));
  EXPECT_FALSE(f.remove_generation("../dump.rdb"));
  for (const auto* left : {"by-hand.rdb", "damaged.rdb"}) EXPECT_TRUE(std::filesystem::exists(folder + left)) << left;
  EXPECT_TRUE(std::filesystem::exists(folder + replaced));
  EXPECT_TRUE(std::filesystem::exists(home / "dump.rdb"));
}

TEST_F(Generations, GoInPlaceOfTheDumpThatWasJudged) {
  tests::write(home / "dump.rdb", "older");
  tests::write(home / "arrived.rdb", "fresher");
  auto f = open();
  keep_dump(f);
  const auto present = present_of(opened(home / "dump.rdb").get());
  auto in = f.take_in(home / "arrived.rdb", [](std::uint64_t) { return true; });
  ASSERT_TRUE(in);
  const auto name = f.keep(*in, {}, "arrived.rdb");
  ASSERT_TRUE(name);
  ASSERT_TRUE(f.put_in_place_of(present, *name, in->fd(), "dump.rdb"));
  EXPECT_EQ(tests::text_of(home / "dump.rdb"), "fresher");
  EXPECT_EQ(tests::text_of(folder + "generation.rdb"), "older");
  EXPECT_FALSE(std::filesystem::exists(home / ".slotwarden-installing"));
}

TEST_F(Generations, NeverTakeThePlaceOfWhatTheServerSavedMeanwhile) {
  tests::write(home / "dump.rdb", "older");
  tests::write(home / "arrived.rdb", "fresher");
  auto f = open();
  keep_dump(f);
  const auto old = opened(home / "dump.rdb");  // held, so that its number is nobody else's
  auto in = f.take_in(home / "arrived.rdb", [](std::uint64_t) { return true; });
  const auto name = f.keep(*in, {}, "arrived.rdb");
  tests::write(home / "temp-1.rdb", "just saved");
  std::filesystem::rename(home / "temp-1.rdb", home / "dump.rdb");
  const auto put = f.put_in_place_of(present_of(old.get()), *name, in->fd(), "dump.rdb");
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().os_error, ESTALE);
  EXPECT_EQ(tests::text_of(home / "dump.rdb"), "just saved");
  EXPECT_FALSE(f.put_in_place_of({}, *name, in->fd(), "dump.rdb")) << "something is there now";
  EXPECT_EQ(tests::text_of(home / "dump.rdb"), "just saved");
  EXPECT_FALSE(std::filesystem::exists(home / ".slotwarden-installing"));
}

TEST_F(Generations, GoWhereThereIsNothing) {
  tests::write(home / "arrived.rdb", "fresher");
  auto f = open();
  auto in = f.take_in(home / "arrived.rdb", [](std::uint64_t) { return true; });
  const auto name = f.keep(*in, {}, "arrived.rdb");
  ASSERT_TRUE(f.put_in_place_of({}, *name, in->fd(), "dump.rdb"));
  EXPECT_EQ(tests::text_of(home / "dump.rdb"), "fresher");
}

TEST_F(Generations, AreReceivedIntoAFileWithoutAName) {
  auto f = open();
  {
    auto in = f.make_room(Bytes{1 << 20});
    ASSERT_TRUE(in) << in.error().what;
    ASSERT_EQ(::write(in->fd(), "half", 4), 4);
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder)) << "what was cut off leaves nothing";
}

}  // namespace
}  // namespace slotwarden::act
