#include "formats/lzf_stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "formats/rdb_sample.h"

namespace slotwarden::formats {
namespace {

using test::bytes_of;

// What `packed` stands for if it stands for `length` bytes, fed in pieces; and whether check() agrees.
std::optional<std::string> unpacked(std::string_view packed, std::uint64_t length, std::size_t piece = 1000) {
  LzfStream keeps;
  LzfStream checks;
  keeps.begin(length);
  checks.begin(length);
  std::string plain;
  bool right = true;
  bool agreed = true;
  for (std::size_t at = 0; at < packed.size(); at += piece) {
    const auto bytes = bytes_of(packed.substr(at, piece));
    right = right && keeps.unpack(bytes, [&](std::span<const std::byte> made) {
      plain.append(reinterpret_cast<const char*>(made.data()), made.size());
    });
    agreed = agreed && checks.check(bytes);
  }
  EXPECT_EQ(right && keeps.whole(), agreed && checks.whole()) << "check() and unpack() differ";
  if (!right || !keeps.whole()) return std::nullopt;
  return plain;
}

// Any sequence of tokens that is right, and what it stands for.
struct Tokens {
  std::string packed;
  std::string plain;
};

Tokens some_tokens(std::mt19937_64& random, int count) {
  Tokens t;
  for (int i = 0; i < count; ++i) {
    if (t.plain.empty() || random() % 3 == 0) {
      std::string run(1 + random() % 32, '\0');
      for (auto& c : run) c = static_cast<char>(random());
      t.packed += static_cast<char>(run.size() - 1);
      t.packed += run;
      t.plain += run;
      continue;
    }
    const auto run = 3 + random() % (random() % 4 == 0 ? 262 : 6);
    const auto back = random() % std::min<std::size_t>(t.plain.size(), 8192);
    const auto high = static_cast<unsigned>(back >> 8);
    t.packed += static_cast<char>((run < 9 ? run - 2 : 7) << 5 | high);
    if (run >= 9) t.packed += static_cast<char>(run - 9);
    t.packed += static_cast<char>(back & 0xff);
    for (std::size_t k = 0; k < run; ++k) t.plain += t.plain[t.plain.size() - back - 1];
  }
  return t;
}

TEST(LzfStream, UnpacksWhatTheTokensStandForHoweverTheyAreCut) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 60; ++i) {
    const auto t = some_tokens(random, 1 + static_cast<int>(random() % 1500));
    for (const std::size_t piece : {1u, 2u, 7u, 100u, 1'000'000u})
      ASSERT_TRUE(unpacked(t.packed, t.plain.size(), piece) == t.plain) << "round " << i << ", pieces of " << piece;
  }
}

TEST(LzfStream, RefusesTheWrongLength) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 60; ++i) {
    const auto t = some_tokens(random, 1 + static_cast<int>(random() % 50));
    EXPECT_FALSE(unpacked(t.packed, t.plain.size() + 1));
    EXPECT_FALSE(unpacked(t.packed, t.plain.size() - 1));
    EXPECT_FALSE(unpacked(t.packed, 0));
  }
}

TEST(LzfStream, RefusesAnUnfinishedToken) {
  EXPECT_EQ(unpacked(std::string_view("\x02"
                                      "abc\xe0\x00\x02",
                                      7),
                     12),
            "abcabcabcabc");
  EXPECT_FALSE(
      unpacked("\x02"
               "abc\xe0",
               12));
  EXPECT_FALSE(
      unpacked("\x05"
               "abc",
               6));
}

TEST(LzfStream, RefusesToCopyFromBeforeTheBeginning) {
  EXPECT_TRUE(
      unpacked("\x02"
               "abc\x20\x02",
               6));
  EXPECT_FALSE(
      unpacked("\x02"
               "abc\x20\x03",
               6));
  EXPECT_FALSE(unpacked(std::string_view("\x20\x00", 2), 3));
}

TEST(LzfStream, NeedsNothingToMakeNothing) {
  EXPECT_EQ(unpacked("", 0), "");
  EXPECT_FALSE(unpacked("", 1));
}

}  // namespace
}  // namespace slotwarden::formats
