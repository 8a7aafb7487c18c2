#include "formats/rdb.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "formats/rdb_sample.h"

namespace slotwarden::formats {
namespace {

using test::bytes_of;
using test::RdbSample;
using test::small_dump;

constexpr RdbReader redis_7_0{10, false};
constexpr RdbReader valkey_8{11, true};
constexpr RdbReader valkey_9{80, true};

Dataset check(std::string_view file, RdbReader reader = redis_7_0) {
  RdbCheck c(reader);
  c.feed(bytes_of(file));
  return c.finish();
}

DatasetState state_of(std::string_view file, RdbReader reader = redis_7_0) {
  return check(file, reader).state;
}

TEST(Rdb, ReadsWhatTheHeaderSays) {
  const auto file = small_dump().whole();
  const auto d = check(file);
  EXPECT_EQ(d.state, DatasetState::valid) << d.detail;
  EXPECT_EQ(d.detail, "");
  EXPECT_EQ(d.keys, 3u);
  EXPECT_EQ(d.keys_with_expiry, 1u);
  EXPECT_EQ(d.replid, test::sample_replid);
  EXPECT_EQ(d.offset, Offset{757});
  EXPECT_EQ(d.saved_unix, 1'795'248'106);
  EXPECT_EQ(d.writer, "redis 7.0.15");
  EXPECT_EQ(d.size, Bytes{file.size()});
}

TEST(Rdb, GivesTheSameAnswerHoweverTheFileIsCutIntoPieces) {
  const auto file = small_dump().whole();
  for (std::size_t piece = 1; piece <= 20; ++piece) {
    RdbCheck c(redis_7_0);
    for (std::size_t at = 0; at < file.size(); at += piece)
      c.feed(bytes_of(file).subspan(at, std::min(piece, file.size() - at)));
    const auto d = c.finish();
    EXPECT_EQ(d.state, DatasetState::valid) << "pieces of " << piece << ": " << d.detail;
    EXPECT_EQ(d.keys, 3u);
    EXPECT_EQ(d.offset, Offset{757});
  }
}

TEST(Rdb, RefusesEveryTruncation) {
  const auto file = small_dump().whole();
  for (std::size_t n = 0; n < file.size(); ++n) {
    const auto d = check(std::string_view(file).substr(0, n));
    EXPECT_EQ(d.state, DatasetState::truncated) << n << " bytes: " << d.detail;
  }
}

TEST(Rdb, RefusesEverySingleBitFlip) {
  const auto file = small_dump().whole();
  for (std::size_t bit = 0; bit < 8 * file.size(); ++bit) {
    auto spoiled = file;
    spoiled[bit / 8] = static_cast<char>(spoiled[bit / 8] ^ 1 << bit % 8);
    const auto state = state_of(spoiled);
    EXPECT_TRUE(state != DatasetState::valid && state != DatasetState::empty && state != DatasetState::absent)
        << "bit " << bit;
  }
}

TEST(Rdb, TellsACorruptFileFromATruncatedOne) {
  auto file = small_dump().whole();
  file[file.size() - 12] ^= 1;
  const auto d = check(file);
  EXPECT_EQ(d.state, DatasetState::corrupt);
  EXPECT_NE(d.detail.find("CRC64"), std::string::npos) << d.detail;
  auto eof = small_dump().whole();
  eof[eof.size() - 9] = '\x7f';
  EXPECT_EQ(state_of(eof), DatasetState::corrupt);
}

TEST(Rdb, RefusesBytesBehindTheTrailer) {
  const auto whole = small_dump().whole();
  const auto d = check(whole + "x");
  EXPECT_EQ(d.state, DatasetState::corrupt);
  EXPECT_EQ(d.broken_at, whole.size());
  EXPECT_EQ(state_of(whole + std::string(4096, '\0')), DatasetState::corrupt);
  EXPECT_EQ(state_of(small_dump().without_checksum() + '\0'), DatasetState::corrupt);
}

TEST(Rdb, CallsAZeroByteFileTruncated) {
  EXPECT_EQ(state_of(""), DatasetState::truncated);
}

TEST(Rdb, CallsAFileOfZerosOrWithADamagedMagicCorrupt) {
  EXPECT_EQ(state_of(std::string(4096, '\0')), DatasetState::corrupt);
  EXPECT_EQ(state_of("REDIS00x0 and so on, for more than a header"), DatasetState::corrupt);
}

TEST(Rdb, CallsAFileWithoutADatabaseEmptyWhateverItsSize) {
  const auto plain = check(RdbSample().aux("redis-ver", "7.0.15").whole());
  EXPECT_EQ(plain.state, DatasetState::empty) << plain.detail;
  EXPECT_EQ(plain.keys, 0u);
  RdbSample with_library;
  with_library.aux("redis-ver", "7.0.15").function("#!lua name=l\n" + std::string(100'000, '-'));
  EXPECT_EQ(state_of(with_library.whole()), DatasetState::empty);
}

TEST(Rdb, DoesNotTakeAnEofMarkInTheHeaderForAnEmptyFile) {
  RdbSample s;
  s.aux("redis-ver", "7.0.15").raw("\xff").database(3, 0).key("a", "1");
  EXPECT_EQ(state_of(s.whole()), DatasetState::corrupt);
}

TEST(Rdb, AcceptsAChecksumThatWasSwitchedOffAndSaysSo) {
  const auto d = check(small_dump().without_checksum());
  EXPECT_EQ(d.state, DatasetState::valid);
  EXPECT_NE(d.detail.find("checksum"), std::string::npos);
}

TEST(Rdb, SkipsFunctionsAndModuleDataBeforeTheFirstDatabase) {
  RdbSample s;
  s.aux("redis-ver", "7.0.15");
  s.raw("\xf7").raw(std::string_view("\x81\x12\x34\x56\x78\x9a\xbc\xde\xf0", 9));  // a module's data
  s.raw(std::string_view("\x02\x01", 2));                                          // unsigned
  s.raw(std::string_view("\x03\1\2\3\4", 5));                                      // float
  s.raw(std::string_view("\x04\1\2\3\4\5\6\7\x08", 9));                            // double
  s.raw("\x05").raw(test::rdb_string(std::string(70'000, 'm')));                   // string
  s.raw(std::string_view("\0", 1));
  s.function("#!lua name=l").function(std::string(5000, '-')).database(2, 0).key("a", "1").key("b", "2");
  for (const std::size_t piece : {1u, 7u, 4096u, 1'000'000u}) {
    const auto file = s.whole();
    RdbCheck c(redis_7_0);
    for (std::size_t at = 0; at < file.size(); at += piece)
      c.feed(bytes_of(file).subspan(at, std::min(piece, file.size() - at)));
    EXPECT_EQ(c.finish().state, DatasetState::valid) << c.finish().detail;
    EXPECT_EQ(c.finish().keys, 2u);
    EXPECT_EQ(c.contents().functions, 2u);
    EXPECT_EQ(c.contents().module_records, 1u);
  }
}

TEST(Rdb, ReadsCompressedAndIntegerFields) {
  RdbSample s;
  // A literal run of one 'a', then a copy of 39 more: forty times 'a', a replication id.
  const std::string_view packed(
      "\x00"
      "a\xe0\x1e\x00",
      5);
  s.raw("\xfa")
      .raw(test::rdb_string("repl-id"))
      .raw("\xc3")
      .raw(test::rdb_length(5))
      .raw(test::rdb_length(40))
      .raw(packed);
  s.aux_integer("repl-offset", -5, 1).database(1, 0);
  const auto d = check(s.whole());
  EXPECT_EQ(d.replid, std::string(40, 'a')) << d.detail;
  EXPECT_EQ(d.offset, Offset{-5});
}

TEST(Rdb, KeepsTheOffsetOfALongStreamWhichIsText) {
  EXPECT_EQ(check(RdbSample().aux("repl-offset", "123456789012345").database(1, 0).whole()).offset,
            Offset{123'456'789'012'345});
}

TEST(Rdb, CountsKeysThatNothingAnnounced) {
  const auto d = check(
      RdbSample().raw(std::string_view("\xfe\0\0", 3)).raw(test::rdb_string("k")).raw(test::rdb_string("v")).whole());
  EXPECT_EQ(d.state, DatasetState::valid);
  EXPECT_EQ(d.keys, 1u);
}

TEST(Rdb, RefusesAHeaderThatNoServerWrites) {
  EXPECT_EQ(state_of(RdbSample().raw("\xfa\xc4").whole()), DatasetState::corrupt);      // no such string encoding
  EXPECT_EQ(state_of(RdbSample().raw("\xf6").whole()), DatasetState::corrupt);          // functions before 7.0
  EXPECT_EQ(state_of(RdbSample().raw("\xf7\x01\x06").whole()), DatasetState::corrupt);  // no such module value
  EXPECT_EQ(state_of(RdbSample().raw("\xfa\xc3\x02\x05").raw("\x20\x07").whole()), DatasetState::corrupt);  // bad LZF
}

// The table "cross-version load" of eight servers.
TEST(Rdb, JudgesVersionsAsTheServersDo) {
  const auto file = [](const char* magic) { return RdbSample(magic).database(1, 0).key("a", "1").whole(); };
  const auto server = [](ServerKind kind, int major, int minor) {
    return RdbReader{newest_rdb({kind, major, minor, 0}), kind == ServerKind::valkey};
  };
  using enum DatasetState;
  const RdbReader readers[] = {server(ServerKind::redis, 6, 2),  server(ServerKind::redis, 7, 0),
                               server(ServerKind::redis, 7, 2),  server(ServerKind::redis, 7, 4),
                               server(ServerKind::redis, 8, 0),  server(ServerKind::valkey, 8, 0),
                               server(ServerKind::valkey, 8, 1), server(ServerKind::valkey, 9, 1)};
  const std::pair<const char*, std::array<DatasetState, 8>> rows[] = {
      {"REDIS0009", {valid, valid, valid, valid, valid, valid, valid, valid}},
      {"REDIS0010", {too_new, valid, valid, valid, valid, valid, valid, valid}},
      {"REDIS0011", {too_new, too_new, valid, valid, valid, valid, valid, valid}},
      {"REDIS0012", {too_new, too_new, too_new, valid, valid, foreign, foreign, foreign}},
      {"VALKEY080", {foreign, foreign, foreign, foreign, foreign, too_new, too_new, valid}},
      {"REDIS0099", {too_new, too_new, too_new, too_new, too_new, foreign, foreign, foreign}},
      {"VALKEY081", {foreign, foreign, foreign, foreign, foreign, too_new, too_new, too_new}},
  };
  for (const auto& [magic, expected] : rows)
    for (std::size_t i = 0; i < expected.size(); ++i)
      EXPECT_EQ(name(state_of(file(magic), readers[i])), name(expected[i])) << magic << " on server " << i;
  EXPECT_EQ(state_of(file("VALKEY079"), valkey_9), corrupt);
}

TEST(Rdb, AnswersUnknownForAWholeFileWhenTheServerIsUnknown) {
  EXPECT_EQ(newest_rdb({}), 0);
  EXPECT_EQ(state_of(small_dump().whole(), {0, false}), DatasetState::unknown);
  EXPECT_EQ(state_of(small_dump().whole().substr(0, 100), {0, false}), DatasetState::truncated);
}

TEST(Rdb, IsSettledOnceTheMagicDoesNotFit) {
  RdbCheck c(valkey_8);
  c.feed(bytes_of("REDIS001"));
  EXPECT_FALSE(c.settled());
  c.feed(bytes_of("2"));
  EXPECT_TRUE(c.settled());
  EXPECT_EQ(c.finish().state, DatasetState::foreign);
}

TEST(Rdb, ReadsTheSlotImportRecordOfValkey9) {
  RdbSample s("VALKEY080");
  s.aux("valkey-ver", "9.1.2")
      .raw("\xf3")
      .raw(test::rdb_string("job-1"))
      .raw(std::string_view("\x02\x00\x05\x0a\x44\x00", 6));
  const auto d = check(s.database(1, 0).key("a", "1").whole(), valkey_9);
  EXPECT_EQ(d.state, DatasetState::valid) << d.detail;
  EXPECT_EQ(d.keys, 1u);
  EXPECT_EQ(d.writer, "valkey 9.1.2");
}

TEST(Rdb, DoesNotLoseTheChecksumToAnOldVersionNumber) {
  auto file = small_dump().whole();
  file[8] = '4';  // version 4 had no checksum, but no header fields either
  file[7] = '0';
  file.back() = '\xff';
  EXPECT_EQ(state_of(file), DatasetState::corrupt);
  EXPECT_EQ(state_of(std::string("REDIS0003") + std::string("\xfe\0\0\1a\1b\xff", 8)), DatasetState::valid);
}

TEST(RdbVerdict, OfWhatIsNoRdbAtAllIsForeign) {
  const auto state = [](std::string_view bytes) { return name(state_of(std::string(bytes), {12, false})); };
  EXPECT_EQ(state("notes of the last meeting, nothing else"), "foreign");
  EXPECT_EQ(state("hello"), "foreign");
  EXPECT_EQ(state(std::string("\x7f"
                              "ELF\x02\x01\x01",
                              7) +
                  std::string(100, '\0')),
            "foreign");
  EXPECT_EQ(state("REDIT0010 and more"), "corrupt") << "one letter of the magic is damaged";
  EXPECT_EQ(state(std::string(4096, '\0')), "corrupt") << "what was lost in a power cut reads as zeros";
  EXPECT_EQ(state("REDISABCD"), "corrupt");
  EXPECT_EQ(state(""), "truncated");
  EXPECT_EQ(state("RED"), "truncated");
}

}  // namespace
}  // namespace slotwarden::formats
