// Dumps that servers wrote, and what becomes of them when they are damaged: corpus/README.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "formats/rdb.h"
#include "formats/rdb_sample.h"

namespace slotwarden::formats {
namespace {

using test::bytes_of;

struct Dump {
  std::string name;  // "redis-7.0/every"
  std::string bytes;
};

std::vector<Dump> corpus() {
  std::vector<Dump> all;
  for (const auto& f : std::filesystem::recursive_directory_iterator(RDB_CORPUS)) {
    if (f.path().extension() != ".rdb") continue;
    std::ifstream in(f.path(), std::ios::binary);
    all.push_back({f.path().parent_path().filename().string() + "/" + f.path().stem().string(),
                   std::string(std::istreambuf_iterator<char>(in), {})});
  }
  std::ranges::sort(all, {}, &Dump::name);
  return all;
}

// The server that wrote it.
RdbReader reader_of(const Dump& d) {
  const bool valkey = d.name.find("valkey") != d.name.npos;
  return {valkey ? newest_valkey_rdb : newest_redis_rdb, valkey};
}

Dataset check(std::string_view bytes, RdbReader reader, std::size_t piece = 1 << 20) {
  RdbCheck c(reader);
  for (std::size_t at = 0; at < bytes.size(); at += piece) c.feed(bytes_of(bytes.substr(at, piece)));
  return c.finish();
}

class RdbCorpus : public testing::TestWithParam<Dump> {
 protected:
  [[nodiscard]] const std::string& bytes() const { return GetParam().bytes; }
  [[nodiscard]] RdbReader reader() const { return reader_of(GetParam()); }
  [[nodiscard]] bool summed() const {
    return !GetParam().name.ends_with("off") && !GetParam().name.ends_with("redis_2_4");
  }
};

TEST_P(RdbCorpus, IsSoundHoweverItIsCutIntoPieces) {
  const auto whole = check(bytes(), reader());
  const bool empty = GetParam().name.ends_with("/empty");
  EXPECT_EQ(name(whole.state), name(empty ? DatasetState::empty : DatasetState::valid)) << whole.detail;
  EXPECT_EQ(whole.detail.empty(), summed());
  EXPECT_EQ(whole.keys == 0u, empty);
  for (const std::size_t piece : {1u, 2u, 3u, 7u, 16u, 61u, 100u, 1000u}) {
    const auto d = check(bytes(), reader(), piece);
    EXPECT_EQ(d.state, whole.state) << "pieces of " << piece << ": " << d.detail;
    EXPECT_EQ(d.keys, whole.keys);
    EXPECT_EQ(d.keys_with_expiry, whole.keys_with_expiry);
  }
}

TEST_P(RdbCorpus, IsTruncatedWhereverItIsCut) {
  for (std::size_t n = 0; n < bytes().size(); ++n) {
    const auto d = check(bytes().substr(0, n), reader(), 50);
    EXPECT_EQ(d.state, DatasetState::truncated) << n << " bytes: " << d.detail;
    EXPECT_EQ(d.broken_at, n);
  }
}

TEST_P(RdbCorpus, IsRefusedWithAnySingleBitFlipped) {
  if (!summed()) GTEST_SKIP() << "a flipped letter of a text is a sound text";
  auto spoiled = bytes();
  const std::size_t step = spoiled.size() < 1000 ? 1 : 7;  // all of them take too long where there are many
  for (std::size_t bit = 0; bit < 8 * spoiled.size(); bit += step) {
    spoiled[bit / 8] = static_cast<char>(spoiled[bit / 8] ^ 1 << bit % 8);
    const auto state = check(spoiled, reader()).state;
    ASSERT_TRUE(state != DatasetState::valid && state != DatasetState::empty) << "bit " << bit;
    spoiled[bit / 8] = static_cast<char>(spoiled[bit / 8] ^ 1 << bit % 8);
  }
}

TEST_P(RdbCorpus, IsCorruptWithAnythingBehindItsEnd) {
  for (const auto& more : {std::string(1, '\0'), std::string(4096, '\0'), std::string("x"), bytes()}) {
    const auto d = check(bytes() + more, reader(), 1000);
    EXPECT_EQ(d.state, DatasetState::corrupt) << d.detail;
    EXPECT_EQ(d.broken_at, bytes().size());
  }
}

// A page that was never written, and a file that was made long and then not filled. (Where only the checksum is lost it
// looks as if it had been switched off; and then all the rest is there.)
TEST_P(RdbCorpus, IsRefusedWithAPageZeroed) {
  for (std::size_t at = 0; at + 8 < bytes().size(); at += 64) {
    auto page = bytes();
    std::fill_n(page.begin() + static_cast<std::ptrdiff_t>(at), std::min<std::size_t>(64, page.size() - at), '\0');
    auto rest = bytes().substr(0, at) + std::string(bytes().size() - at, '\0');
    if (summed() && page != bytes()) {
      EXPECT_NE(check(page, reader()).state, DatasetState::valid) << "at " << at;
    }
    EXPECT_NE(check(rest, reader()).state, DatasetState::valid) << "from " << at;
  }
}

// The file system kept the length of the file and lost its end: what looks like an EOF mark and a checksum that was
// switched off is only one of the many bytes 0xff.
TEST_P(RdbCorpus, IsNotSavedByAByteThatLooksLikeItsEnd) {
  for (std::size_t at = 10; at + 10 < bytes().size(); ++at) {
    if (bytes()[at] != '\xff') continue;
    const auto d = check(bytes().substr(0, at + 1) + std::string(8, '\0'), reader());
    EXPECT_TRUE(d.state == DatasetState::truncated || d.state == DatasetState::corrupt) << "at " << at;
  }
}

void PrintTo(const Dump& d, std::ostream* out) {
  *out << d.name;
}

INSTANTIATE_TEST_SUITE_P(Formats, RdbCorpus, testing::ValuesIn(corpus()), [](const auto& dump) {
  auto name = dump.param.name;
  std::ranges::replace_if(
      name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
});

TEST(RdbCorpusOfAllTypes, IsCountedByKind) {
  for (const auto& d : corpus()) {
    if (!d.name.ends_with("/every")) continue;
    RdbCheck c(reader_of(d), {.biggest = 3});
    c.feed(bytes_of(d.bytes));
    const auto contents = c.contents();
    EXPECT_EQ(contents.of_kind, (std::array<std::uint64_t, value_kinds>{17, 3, 7, 5, 6, 3, 0})) << d.name;
    ASSERT_EQ(contents.databases.size(), 2u);
    EXPECT_EQ(contents.databases[0].number, 0u);
    EXPECT_EQ(contents.databases[0].announced_keys, contents.databases[0].keys);
    EXPECT_EQ(contents.databases[1].number, 9u);
    EXPECT_EQ(contents.functions, 1u);
    EXPECT_EQ(contents.length, d.bytes.size());
    EXPECT_EQ(contents.checksum, Checksum::matches);
    ASSERT_EQ(contents.biggest.size(), 3u);
    EXPECT_GE(contents.biggest[0].size, contents.biggest[1].size);
    EXPECT_EQ(contents.biggest[0].name, "stream");
  }
}

}  // namespace
}  // namespace slotwarden::formats
