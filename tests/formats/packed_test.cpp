#include "formats/packed.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "formats/packed_sample.h"

namespace slotwarden::formats {
namespace {

using enum PackedForm;
using enum PackedUse;
using test::bytes_of;
using test::Listpack;
using test::numbers;
using test::Ziplist;

// What is wrong with it, or nothing; the same in pieces of every size.
std::string problem(PackedForm form, PackedUse use, std::string_view bytes) {
  Fingerprints members;
  Packed p(members);
  std::string first;
  for (const std::size_t piece : {std::size_t{1} << 20, std::size_t{1}, std::size_t{3}, std::size_t{10}}) {
    p.begin(form, use, bytes.size());
    for (std::size_t at = 0; at < bytes.size() && p.problem().empty(); at += piece)
      p.feed(bytes_of(bytes.substr(at, piece)));
    if (p.problem().empty()) p.end();
    if (piece == 1 << 20)
      first = p.problem();
    else
      EXPECT_EQ(p.problem(), first) << "in pieces of " << piece;
  }
  return first;
}

std::string spoiled(std::string bytes, std::size_t at, char by) {
  bytes[at] = by;
  return bytes;
}

Listpack every_entry() {
  Listpack l;
  l.number(0).number(127).text("").text(std::string(63, 'a')).text(std::string(64, 'b')).text(std::string(65, 'c'));
  l.text(std::string(4095, 'd')).text(std::string(20'000, 'e')).text(std::string(200'000, 'f'));
  l.raw("\xdf\xff").raw("\xc0\x05");                               // 13 bits
  l.raw("\xf1\xff\x7f").raw("\xf2\xff\xff\x80");                   // 16 and 24
  l.raw("\xf3\1\2\3\4").number(-1).number(std::int64_t{1} << 62);  // 32 and 64
  return l;
}

TEST(PackedListpack, OfEveryEntryThereIsIsSound) {
  const auto bytes = every_entry().whole();
  EXPECT_EQ(problem(listpack, list, bytes), "");
  EXPECT_EQ(problem(listpack, set, Listpack().text("a").number(1).text(std::string(100, 'a')).whole()), "");
  EXPECT_EQ(problem(listpack, list, Listpack().whole()), "");
}

TEST(PackedListpack, IsRefusedWhereItContradictsItself) {
  const auto bytes = Listpack().text("one").number(2).text("three").whole();
  EXPECT_EQ(problem(listpack, list, bytes + "x"), "its size is not what its header says");
  EXPECT_EQ(problem(listpack, list, spoiled(bytes, 4, 2)), "it does not hold as many entries as its header says");
  EXPECT_EQ(problem(listpack, list, spoiled(bytes, 4, '\xff')), "it does not hold as many entries as its header says");
  EXPECT_EQ(problem(listpack, list, spoiled(spoiled(bytes, 4, '\xff'), 5, '\xff')), "") << "65535: not counted";
  EXPECT_EQ(problem(listpack, list, spoiled(bytes, 6, '\xff')), "its end mark comes too early");
  EXPECT_EQ(problem(listpack, list, spoiled(bytes, 6, '\xf7')), "an entry is in no known encoding");
  EXPECT_EQ(problem(listpack, list, spoiled(bytes, 6, '\xbf')), "an entry reaches beyond its end");
  EXPECT_EQ(problem(listpack, list, spoiled(bytes, 10, 5)), "the length behind an entry is not the entry's");
  EXPECT_EQ(problem(listpack, list, spoiled(bytes, bytes.size() - 1, 0)), "an entry reaches beyond its end");
  EXPECT_NE(problem(listpack, list, ""), "");
  EXPECT_NE(problem(listpack, list, std::string_view("\x06\0\0\0\0\0", 6)), "") << "no end mark";
}

TEST(PackedListpack, OfALongTextHasItsLengthBehindIt) {
  auto bytes = Listpack().text(std::string(5000, 'x')).text("end").whole();
  EXPECT_EQ(problem(listpack, list, bytes), "");
  bytes[6 + 5 + 5000] ^= 1;
  EXPECT_EQ(problem(listpack, list, bytes), "the length behind an entry is not the entry's");
}

TEST(PackedListpack, OfASetOrAHashRepeatsNoMember) {
  const std::string repeated = "a member occurs twice";
  EXPECT_EQ(problem(listpack, set, Listpack().text("a").text("b").text("a").whole()), repeated);
  EXPECT_EQ(problem(listpack, set, Listpack().number(70'000).text("70000").whole()), repeated);
  EXPECT_EQ(problem(listpack, list, Listpack().text("a").text("a").whole()), "");
  EXPECT_EQ(problem(listpack, hash, Listpack().text("f").text("v").text("g").text("v").whole()), "");
  EXPECT_EQ(problem(listpack, hash, Listpack().text("f").text("v").text("f").text("w").whole()), repeated);
  const std::string large(70, 'f');
  EXPECT_EQ(problem(listpack, hash, Listpack().text(large).text("v").text(large).text("w").whole()), repeated);
  EXPECT_EQ(problem(listpack, hash, Listpack().text("f").text("v").text("g").whole()),
            "its last entry lacks its companion");
}

TEST(PackedListpack, OfASortedSetHasScores) {
  const auto with = [](std::string_view score) {
    return problem(listpack, sorted_set, Listpack().text("a").text(score).text("b").number(7).whole());
  };
  for (const auto* score : {"1.5", "-0.001", "inf", "-inf", "1e+20", "3.3333333333333335", "5"})
    EXPECT_EQ(with(score), "") << score;
  for (const auto* score : {"", "nan", "-nan", "1.5x", "x", " 1"}) EXPECT_EQ(with(score), "a score is not a number");
  EXPECT_EQ(with(std::string(100, '1')), "a score is not a number");
}

TEST(PackedListpack, OfFieldsWithTimesToLiveIsInTheirOrder) {
  const auto with = [](std::int64_t a, std::int64_t b) {
    return problem(listpack, hash_with_ttl,
                   Listpack().text("f").text("v").number(a).text("g").text("w").number(b).whole());
  };
  EXPECT_EQ(with(5, 6), "");
  EXPECT_EQ(with(5, 5), "");
  EXPECT_EQ(with(5, 0), "");
  EXPECT_EQ(with(6, 5), "the fields are not in the order of their times to live");
  EXPECT_EQ(with(0, 5), "the fields are not in the order of their times to live");
  EXPECT_EQ(with(-1, 5), "a field's time to live is out of range");
  EXPECT_EQ(with(5, std::int64_t{1} << 48), "a field's time to live is out of range");
  EXPECT_EQ(problem(listpack, hash_with_ttl, Listpack().text("f").text("v").text("soon").whole()),
            "an entry is not a number where one has to be");
}

// One valid entry with the master's field, one deleted with two fields of its own.
Listpack node(std::int64_t valid = 1, std::int64_t deleted = 1, std::int64_t length = 8) {
  Listpack l;
  l.number(valid).number(deleted).number(1).text("field").number(0);
  l.number(2).number(0).number(0).text(std::string(100, 'v')).number(4);
  return l.number(1).number(5).number(-1).number(2).text("a").number(1).text("b").text("x").number(length);
}

TEST(PackedListpack, OfAStreamCountsItsEntries) {
  EXPECT_EQ(problem(listpack, stream_node, node().whole()), "");
  EXPECT_EQ(problem(listpack, stream_node, node(0, 2).whole()), "");
  EXPECT_EQ(problem(listpack, stream_node, node(2, 1).whole()), "it ends within a stream's entries");
  EXPECT_EQ(problem(listpack, stream_node, node(1, 0).whole()), "there are more stream entries than were counted");
  EXPECT_EQ(problem(listpack, stream_node, node(-1, 3).whole()), "a count in a stream is out of range");
  EXPECT_EQ(problem(listpack, stream_node, node(1, 1, 7).whole()), "the length of a stream entry is wrong");
  EXPECT_EQ(problem(listpack, stream_node, Listpack().number(0).text("x").whole()),
            "an entry is not a number where one has to be");
  EXPECT_EQ(problem(listpack, stream_node, Listpack().number(0).number(0).number(0).number(1).whole()),
            "a stream's master entry does not end with 0");
  EXPECT_EQ(problem(listpack, stream_node, Listpack().number(0).number(0).number(0).text("0").whole()), "")
      << "a text of digits is a number to the servers";
}

TEST(PackedZiplist, OfEveryEntryThereIsIsSound) {
  Ziplist z;
  z.text("").text("a").text(std::string(63, 'b')).text(std::string(64, 'c')).text(std::string(300, 'd')).text("e");
  z.raw("\x80" + std::string("\0\1\0\0", 4) + std::string(65'536, 'f'));
  z.raw("\xfe\x05").raw("\xc0\1\2").raw("\xf0\1\2\3").raw("\xd0\1\2\3\4").raw("\xe0\1\2\3\4\5\6\7\x08");
  z.raw("\xf1").raw("\xfd");
  EXPECT_EQ(problem(ziplist, list, z.whole()), "");
  EXPECT_EQ(problem(ziplist, list, Ziplist().whole()), "");
}

TEST(PackedZiplist, IsRefusedWhereItContradictsItself) {
  const auto bytes = Ziplist().text("one").raw("\xf3").text("three").whole();
  EXPECT_EQ(problem(ziplist, list, bytes + "x"), "its size is not what its header says");
  EXPECT_EQ(problem(ziplist, list, spoiled(bytes, 4, 10)), "its last entry does not begin where its header says");
  EXPECT_EQ(problem(ziplist, list, spoiled(bytes, 4, 100)), "its last entry is said to be beyond its end");
  EXPECT_EQ(problem(ziplist, list, spoiled(bytes, 8, 4)), "it does not hold as many entries as its header says");
  EXPECT_EQ(problem(ziplist, list, spoiled(bytes, 10, 1)), "an entry has the length of the one before it wrong");
  EXPECT_EQ(problem(ziplist, list, spoiled(bytes, 11, '\xc1')), "an entry is in no known encoding");
  EXPECT_EQ(problem(ziplist, list, spoiled(bytes, 11, 60)), "an entry reaches beyond its end");
  EXPECT_EQ(problem(ziplist, list, spoiled(bytes, 10, '\xff')), "its end mark comes too early");
  EXPECT_EQ(problem(ziplist, hash, Ziplist().text("f").text("v").text("f").text("w").whole()), "a member occurs twice");
  EXPECT_EQ(problem(ziplist, sorted_set, Ziplist().text("a").raw("\xf3").text("b").text("nan").whole()),
            "a score is not a number");
}

TEST(PackedZipmap, IsFollowedWithItsUnusedBytes) {
  const std::string_view bytes("\2\1f\3\2one??\1g\0\0\xff", 15);
  EXPECT_EQ(problem(zipmap, hash, bytes), "");
  EXPECT_EQ(problem(zipmap, hash, "\1\1f" + std::string("\xfe\x2c\1\0\0\0", 6) + std::string(300, 'v') + "\xff"), "");
  EXPECT_EQ(problem(zipmap, hash, spoiled(std::string(bytes), 0, 3)), "it does not hold as many fields as it says");
  EXPECT_EQ(problem(zipmap, hash, spoiled(std::string(bytes), 0, '\xfe')), "") << "254: not counted";
  EXPECT_EQ(problem(zipmap, hash, spoiled(std::string(bytes), 11, 'f')), "a member occurs twice");
  EXPECT_EQ(problem(zipmap, hash, spoiled(std::string(bytes), 3, 40)), "an entry reaches beyond its end");
  EXPECT_EQ(problem(zipmap, hash, spoiled(std::string(bytes), 3, '\xff')), "a length is in no known encoding");
  EXPECT_EQ(problem(zipmap, hash, std::string_view("\0\xff", 2)), "it is empty");
}

TEST(PackedIntset, IsInAscendingOrder) {
  EXPECT_EQ(problem(intset, set, numbers(2, {-300, -1, 0, 7, 32'767})), "");
  EXPECT_EQ(problem(intset, set, numbers(4, {-70'000, 1})), "");
  EXPECT_EQ(problem(intset, set, numbers(8, {std::int64_t{-1} << 62, std::int64_t{1} << 62})), "");
  EXPECT_EQ(problem(intset, set, numbers(2, {1, 1})), "its numbers are not in ascending order");
  EXPECT_EQ(problem(intset, set, numbers(8, {1, -1})), "its numbers are not in ascending order");
  EXPECT_EQ(problem(intset, set, numbers(2, {})), "it is empty");
  EXPECT_EQ(problem(intset, set, numbers(3, {1})), "its numbers have no known width");
  EXPECT_EQ(problem(intset, set, numbers(2, {1, 2}) + "x"), "its size is not that of its numbers");
  EXPECT_EQ(problem(intset, set, "short"), "it ends within an entry");
}

}  // namespace
}  // namespace slotwarden::formats
