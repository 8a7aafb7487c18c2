#include "observe/pieces.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "adapters/fd.h"
#include "observe/read_ahead.h"
#include "observe/scratch.h"

namespace slotwarden::observe {
namespace {

using adapters::Fd;

// No two pieces of it are alike: every eight bytes say where they stand.
std::string numbered(std::size_t size) {
  std::string text(size, 'x');
  for (std::uint64_t at = 0; at + sizeof at <= size; at += sizeof at) std::memcpy(text.data() + at, &at, sizeof at);
  return text;
}

struct PiecesTest : testing::TestWithParam<std::size_t> {
  test::Scratch scratch;
  std::string path = scratch / "file";
  Fd file(const std::string& text, int flags = O_RDONLY) const {
    scratch.write("file", text);
    return Fd(::open(path.c_str(), flags | O_CLOEXEC));
  }
};

// Below and above where a thread of its own reads ahead, at the borders of its pieces and beside them.
INSTANTIATE_TEST_SUITE_P(Sizes, PiecesTest,
                         testing::Values(0, 1, (128 << 10) - 1, 128 << 10, (8 << 20) - 1, 8 << 20, (8 << 20) + 1,
                                         9 << 20, (9 << 20) + 12345));

TEST_P(PiecesTest, hands_over_the_whole_file_in_its_order) {
  const auto text = numbered(GetParam());
  const auto fd = file(text);
  std::string got;
  Progress progress;
  const auto end = each_piece(fd.get(), path, &progress, [&](std::span<const std::byte> b) {
    got.append(reinterpret_cast<const char*>(b.data()), b.size());
    return true;
  });
  ASSERT_TRUE(end);
  EXPECT_EQ(*end, Pieces::ended);
  EXPECT_TRUE(got == text);
  EXPECT_EQ(progress.read, text.size());
}

TEST_P(PiecesTest, ends_when_it_has_enough) {
  if (GetParam() == 0) GTEST_SKIP() << "nothing is handed over";
  const auto fd = file(numbered(GetParam()));
  int calls = 0;
  const auto end = each_piece(fd.get(), path, nullptr, [&](std::span<const std::byte>) { return ++calls, false; });
  ASSERT_TRUE(end);
  EXPECT_EQ(*end, Pieces::enough);
  EXPECT_EQ(calls, 1);
}

TEST_P(PiecesTest, is_given_up_between_two_pieces) {
  if (GetParam() <= 1 << 20) GTEST_SKIP() << "one piece";
  const auto fd = file(numbered(GetParam()));
  Progress progress;
  int calls = 0;
  const auto end = each_piece(fd.get(), path, &progress, [&](std::span<const std::byte>) {
    progress.give_up = true;
    return ++calls, true;
  });
  ASSERT_TRUE(end);
  EXPECT_EQ(*end, Pieces::given_up);
  EXPECT_EQ(calls, 1);
}

TEST_P(PiecesTest, tells_what_cannot_be_read) {
  const auto fd = file(numbered(GetParam()), O_WRONLY);
  const auto end = each_piece(fd.get(), path, nullptr, [](std::span<const std::byte>) { return true; });
  ASSERT_FALSE(end);
  EXPECT_NE(end.error().what.find("cannot read " + path), std::string::npos) << end.error().what;
}

TEST(read_ahead, is_let_go_of_while_it_reads) {
  const test::Scratch scratch;
  scratch.write("file", numbered(16 << 20));
  const Fd fd(::open((scratch / "file").c_str(), O_RDONLY | O_CLOEXEC));
  for (int taken = 0; taken < 6; ++taken) {
    const auto ahead = ReadAhead::begin(fd.get());
    ASSERT_TRUE(ahead);
    for (int i = 0; i < taken; ++i) EXPECT_EQ(ahead->next().bytes.size(), 1U << 20);
  }
}

}  // namespace
}  // namespace slotwarden::observe
