// The state database: what goes in comes out, and a file that cannot be used is named and left alone.
#include "adapters/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/record_json.h"
#include "adapters/sqlite.h"
#include "adapters/temporary.h"

namespace slotwarden::adapters {
namespace {

Record full_record() {
  Record r;
  r.port = {7001};
  r.node_id = {std::string(40, 'a')};
  r.role = Role::replica;
  r.master = {std::string(40, 'b')};
  r.config_epoch = {7};
  r.slots = *slots_from("0-5460 5462");
  r.ever_owned_slots = true;
  r.keys = 1'000'000'000'000;
  r.keys_with_expiry = 3;
  r.replid = std::string(40, 'c');
  r.offset = {1LL << 50};
  r.replid2 = std::string(40, 'd');
  r.second_offset = {1LL << 40};
  r.replicas = {{{"d"}, {"10.0.0.2", {7002}}, true, {99}}};
  r.migrating = {{12, {"e"}}};
  r.importing = {{16383, {"f"}}};
  r.nodes = {{{"d"}, {"::1", {7002}}, {"e"}, *slots_from("16383"), {4}}, {}};
  r.node_timeout_ms = 5'000;
  r.seen = {"boot", 4711, 1'700'000'000'000};
  r.quarantined = true;
  r.succeeded = true;
  r.stopped_cleanly = true;
  r.saved = {1'700'000'000, true, 9, 1, std::string(40, 'd'), {77}};
  r.aof_pending = true;
  return r;
}

class StoreFile : public testing::Test {
 protected:
  std::unique_ptr<Store> opened() {
    auto s = Store::open(home.path());
    if (!s) throw std::runtime_error(s.error().what);
    return std::move(*s);
  }

  tests::Temporary home;
  const std::string file = home / "state.db";
};

TEST_F(StoreFile, GivesBackEveryFieldOfARecord) {
  ASSERT_TRUE(opened()->save(full_record()));
  const auto back = opened()->records();
  ASSERT_TRUE(back) << back.error().what;
  ASSERT_EQ(back->size(), 1u);
  EXPECT_EQ(to_json(back->front()), to_json(full_record()));
  const auto& r = back->front();
  EXPECT_EQ(r.slots, full_record().slots);
  EXPECT_EQ(r.nodes, full_record().nodes);
  EXPECT_EQ(r.replicas, full_record().replicas);
  EXPECT_EQ(r.importing, full_record().importing);
  EXPECT_EQ(r.offset, full_record().offset);
  EXPECT_EQ(r.role, Role::replica);
  EXPECT_EQ(r.saved, full_record().saved);
  EXPECT_TRUE(r.aof_pending);
}

TEST_F(StoreFile, KeepsOneRecordForEachPort) {
  const auto s = opened();
  auto r = full_record();
  ASSERT_TRUE(s->save(r));
  r.keys = 5;
  ASSERT_TRUE(s->save(r));
  r.port = {7000};
  ASSERT_TRUE(s->save(r));
  const auto all = s->records();
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ((*all)[0].port, Port{7000});
  EXPECT_EQ((*all)[1].keys, 5u);
}

TEST_F(StoreFile, GivesBackIntents) {
  Intent i{false, true, true, "uid 0 (root), pid 4711", "\"quoted\" and \xff not UTF-8", 42};
  ASSERT_TRUE(opened()->save(Port{7000}, i));
  const auto back = opened()->intents();
  ASSERT_TRUE(back) << back.error().what;
  const auto& got = back->at(Port{7000});
  i.reason = got.reason;
  EXPECT_EQ(got, i);
  EXPECT_TRUE(got.reason.starts_with("\"quoted\" and "));
}

TEST_F(StoreFile, GivesBackTheNewestVoteClockOfEachMaster) {
  const auto s = opened();
  ASSERT_TRUE(s->save(VoteClock{{"m"}, {"boot", 1, 1}, {"x"}, false}));
  ASSERT_TRUE(s->save(VoteClock{{"m"}, {"boot", 2, 2}, {"y"}, true}));
  ASSERT_TRUE(s->save(VoteClock{{"n"}, {"boot", 3, 3}, {"z"}, false}));
  const auto all = s->vote_clocks();
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ((*all)[0].asked.boot_ms, 2);
  EXPECT_EQ((*all)[0].candidate.hex, "y");
  EXPECT_TRUE((*all)[0].won);
}

TEST_F(StoreFile, GivesBackSmallValuesUntilTheyAreEmptied) {
  const auto s = opened();
  EXPECT_EQ(*s->get("rolling"), "");
  ASSERT_TRUE(s->put("rolling", "7001 7002"));
  EXPECT_EQ(*s->get("rolling"), "7001 7002");
  ASSERT_TRUE(s->put("rolling", ""));
  EXPECT_EQ(*s->get("rolling"), "");
}

TEST_F(StoreFile, GivesTheNewestEventsOldestFirst) {
  const auto s = opened();
  for (int n = 1; n <= 6; ++n) {
    const Event e{0, n, {static_cast<std::uint16_t>(7000 + n % 2)}, "exited", "backoff", std::to_string(n)};
    const auto id = s->append(e);
    ASSERT_TRUE(id);
    EXPECT_EQ(*id, n);
  }
  const auto newest = s->events(std::nullopt, 2);
  ASSERT_TRUE(newest);
  ASSERT_EQ(newest->size(), 2u);
  EXPECT_EQ((*newest)[0].detail, "5");
  EXPECT_EQ((*newest)[1].detail, "6");
  EXPECT_EQ((*newest)[1].id, 6);
  const auto of_port = s->events(Port{7001}, 10);
  ASSERT_EQ(of_port->size(), 3u);
  EXPECT_EQ((*of_port)[0].detail, "1");
  EXPECT_EQ((*of_port)[2].rule, "backoff");
}

TEST_F(StoreFile, ForgetsEventsBeyondTenThousand) {
  const auto s = opened();
  for (int n = 1; n <= 10'003; ++n) ASSERT_TRUE(s->append({0, n, {7000}, "e", "", ""}));
  const auto all = s->events(std::nullopt, 20'000);
  ASSERT_EQ(all->size(), 10'000u);
  EXPECT_EQ(all->front().id, 4);
  EXPECT_EQ(all->back().id, 10'003);
}

TEST_F(StoreFile, IsReadableByItsOwnerOnly) {
  const auto before = ::umask(0);
  const auto s = opened();
  ASSERT_TRUE(s->put("a", "b"));
  ::umask(before);
  for (const auto* suffix : {"", "-wal", "-shm"}) {
    struct stat f {};
    ASSERT_EQ(::stat((file + suffix).c_str(), &f), 0) << suffix;
    EXPECT_EQ(f.st_mode & 07777, 0600u) << suffix;
  }
}

TEST_F(StoreFile, DamagedIsNamedWithTheMendAndLeftAsItIs) {
  const std::string garbage(8'192, 'x');
  tests::write(file, garbage);
  const auto s = Store::open(home.path());
  ASSERT_FALSE(s);
  EXPECT_NE(s.error().what.find(file), std::string::npos) << s.error().what;
  EXPECT_NE(s.error().what.find("move it aside"), std::string::npos) << s.error().what;
  EXPECT_EQ(tests::text_of(file), garbage);
}

TEST_F(StoreFile, OfANewerSchemaIsRefusedAndLeftAsItIs) {
  { const auto s = opened(); }
  auto db = Database::open(file, SQLITE_OPEN_READWRITE);
  ASSERT_TRUE(db);
  ASSERT_TRUE(db->run("PRAGMA user_version = 99"));
  for (const auto& s : {Store::open(home.path()).error(), Store::open_read_only(home.path()).error()})
    EXPECT_NE(s.what.find("newer slotwarden"), std::string::npos) << s.what;
}

TEST_F(StoreFile, WithARecordThatCannotBeReadSaysWhichPort) {
  const auto s = opened();
  auto db = Database::open(file, SQLITE_OPEN_READWRITE);
  ASSERT_TRUE(db->run("INSERT INTO records VALUES (7003, '{\"slots\": \"0-99999\"}')"));
  const auto all = s->records();
  ASSERT_FALSE(all);
  EXPECT_NE(all.error().what.find("port 7003"), std::string::npos) << all.error().what;
}

TEST_F(StoreFile, InADirectoryThatIsNoneIsNamed) {
  tests::write(home / "file", "");
  const auto s = Store::open(home / "file");
  ASSERT_FALSE(s);
  EXPECT_EQ(s.error().os_error, ENOTDIR);
  EXPECT_NE(s.error().what.find("file/state.db"), std::string::npos);
}

TEST_F(StoreFile, BehindALinkIsRefused) {
  tests::write(home / "elsewhere", "");
  std::filesystem::create_symlink(home / "elsewhere", file);
  EXPECT_FALSE(Store::open(home.path()));
}

TEST_F(StoreFile, OnAFullDiskSaysSoAndKeepsWhatItHas) {
  const auto small = home / "small";
  std::filesystem::create_directory(small);
  if (::mount("none", small.c_str(), "tmpfs", 0, "size=400k") != 0) GTEST_SKIP() << "cannot mount a small file system";
  {
    auto s = Store::open(small);
    ASSERT_TRUE(s) << s.error().what;
    ASSERT_TRUE((*s)->put("kept", "yes"));
    Result<void> put;
    for (int n = 0; n < 1'000 && put; ++n) put = (*s)->put(std::to_string(n), std::string(10'000, 'x'));
    ASSERT_FALSE(put);
    EXPECT_NE(put.error().what.find(small + "/state.db"), std::string::npos) << put.error().what;
    EXPECT_EQ(*(*s)->get("kept"), "yes");
  }
  ::umount(small.c_str());
}

TEST_F(StoreFile, KeepsWhatMustBePutBackOnAServer) {
  SaveRecord r;
  r.port = Port{7000};
  r.taken = TakenSettings{"3600 1 300 100", "100", "3600 1 300 100", "7200 1", "100", "400"};
  r.lent = LentMemory{100_MiB, 90_MiB, 80_MiB, 100_MiB, "3ed78de9616926f6aa35347c30f2be726cc9578c"};
  r.save = ForkSample{30_MiB, 300_MiB, std::chrono::seconds(5), 5000, 0.5};
  r.failures = 2;
  r.failed_unix_ms = 1795248106000;
  r.last_result = "saved";
  r.last_unix_ms = 1795248107000;
  ASSERT_TRUE(opened()->save(r));
  EXPECT_THAT(*opened()->save_records(), testing::ElementsAre(r));
  r.taken.reset();
  r.lent.reset();
  r.save.reset();
  ASSERT_TRUE(opened()->save(r));
  EXPECT_THAT(*opened()->save_records(), testing::ElementsAre(r));
}

TEST_F(StoreFile, CanBeReadWhileTheDaemonIsDown) {
  ASSERT_TRUE(opened()->save(full_record()));
  auto s = Store::open_read_only(home.path());
  ASSERT_TRUE(s) << s.error().what;
  EXPECT_EQ((*s)->records()->size(), 1u);
  EXPECT_FALSE((*s)->save(full_record()));
}

TEST_F(StoreFile, CanBeReadAfterTheDaemonWasKilledInTheMiddle) {
  const auto s = opened();  // still open: the write-ahead log is not folded in
  ASSERT_TRUE(s->save(full_record()));
  std::filesystem::copy(home.path(), home / "copy", std::filesystem::copy_options::none);
  for (const auto* f : {"state.db", "state.db-wal"})
    std::filesystem::copy(home / f, (home / "copy") + "/" + f, std::filesystem::copy_options::overwrite_existing);
  auto copy = Store::open_read_only(home / "copy");
  ASSERT_TRUE(copy) << copy.error().what;
  EXPECT_EQ((*copy)->records()->size(), 1u);
}

TEST_F(StoreFile, IsNotMadeByWhoOnlyReads) {
  const auto s = Store::open_read_only(home.path());
  ASSERT_FALSE(s);
  EXPECT_EQ(s.error().os_error, ENOENT);
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST(RecordJson, PassesOverFieldsOfOtherVersions) {
  const auto r = record_from_json(R"({"port": 7000, "invented": {"later": 1}})");
  ASSERT_TRUE(r) << r.error().what;
  EXPECT_EQ(r->port, Port{7000});
  EXPECT_EQ(r->node_timeout_ms, 15'000);
}

TEST(RecordJson, RejectsWhatIsNotARecord) {
  for (const auto* text :
       {"", "{", "[]", "7", R"({"port": "seven"})", R"({"slots": "1-x"})", R"({"role": "boss"})", R"({"nodes": [7]})"})
    EXPECT_FALSE(record_from_json(text)) << text;
}

}  // namespace
}  // namespace slotwarden::adapters
