#include "adapters/delta.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <random>

#include "adapters/fd.h"
#include "adapters/temporary.h"

namespace slotwarden::adapters {
namespace {

std::string noise(std::size_t size, unsigned seed) {
  std::mt19937_64 chance(seed);
  std::string text(size, '\0');
  for (auto& c : text) c = static_cast<char>(chance());
  return text;
}

struct Files {
  tests::Temporary directory;
  Fd file(const std::string& name, const std::string& text) {
    tests::write(directory / name, text);
    return Fd{::open((directory / name).c_str(), O_RDONLY | O_CLOEXEC)};
  }
};

Sink into(std::string& text) {
  return [&text](Piece p) -> Result<void> {
    text.append(reinterpret_cast<const char*>(p.data()), p.size());
    return {};
  };
}

struct Encoded {
  std::string delta;
  DeltaTally tally;
};

Encoded encoded(const Fd& base, const Fd& fresh) {
  Encoded e;
  auto tally = rsync_codec().encode(base.get(), fresh.get(), 1_KiB, into(e.delta), {});
  EXPECT_TRUE(tally) << tally.error().what;
  if (tally) e.tally = *tally;
  return e;
}

// What becomes of `base` by it: the new text, or the error's.
std::string applied(Files& files, const Fd& base, const std::string& delta, Bytes at_most) {
  std::string made;
  const Fd file = files.file("delta", delta);
  const auto done = rsync_codec().apply(base.get(), file.get(), at_most, into(made));
  return done ? made : "failed: " + done.error().what;
}

TEST(Delta, MakesTheNewFileOfTheBase) {
  Files files;
  const std::string old = noise(3'000'000, 1);
  std::string fresh = old;
  fresh.replace(700'123, 40, "something else, and longer than what was there");
  fresh.insert(2'000'000, noise(5'000, 2));
  const Fd base = files.file("base", old);
  const auto e = encoded(base, files.file("fresh", fresh));
  EXPECT_EQ(applied(files, base, e.delta, Bytes{fresh.size()}), fresh);
  EXPECT_EQ(e.tally.read.n, fresh.size());
  EXPECT_EQ(e.tally.written.n, e.delta.size());
  EXPECT_LT(e.delta.size(), 5'000u + 6 * 1024);
}

TEST(Delta, OfAnUnchangedFileIsNextToNothing) {
  Files files;
  const std::string text = noise(5'000'000, 3);
  const Fd base = files.file("base", text);
  const auto e = encoded(base, files.file("fresh", text));
  EXPECT_EQ(e.tally.literal.n, 0u);
  EXPECT_LT(e.delta.size(), 100u);
  EXPECT_EQ(applied(files, base, e.delta, Bytes{text.size()}), text);
}

TEST(Delta, WorksWithEmptyFiles) {
  Files files;
  const Fd base = files.file("base", "");
  const auto grown = encoded(base, files.file("fresh", "no longer empty"));
  EXPECT_EQ(applied(files, base, grown.delta, 1_KiB), "no longer empty");
  const Fd full = files.file("full", noise(10'000, 4));
  const auto emptied = encoded(full, files.file("empty", ""));
  EXPECT_EQ(applied(files, full, emptied.delta, 1_KiB), "");
}

TEST(Delta, ThatIsCutAnywhereIsRefused) {
  Files files;
  const std::string old = noise(20'000, 5), fresh = noise(3'000, 6) + old;
  const Fd base = files.file("base", old);
  const auto e = encoded(base, files.file("fresh", fresh));
  for (std::size_t length = 0; length < e.delta.size(); length += 7)
    EXPECT_TRUE(applied(files, base, e.delta.substr(0, length), Bytes{fresh.size()}).starts_with("failed: "))
        << "cut at " << length;
  EXPECT_TRUE(applied(files, base, e.delta + "x", Bytes{fresh.size()}).starts_with("failed: "));
}

TEST(Delta, ThatWasAlteredGivesAnErrorOrAnotherFileAndNothingWorse) {
  Files files;
  const std::string old = noise(20'000, 7), fresh = noise(500, 8) + old;
  const Fd base = files.file("base", old);
  const auto e = encoded(base, files.file("fresh", fresh));
  std::mt19937 chance(9);
  for (int i = 0; i < 500; ++i) {
    std::string altered = e.delta;
    altered[chance() % altered.size()] ^= static_cast<char>(1 + chance() % 255);
    const auto made = applied(files, base, altered, Bytes{fresh.size()});
    EXPECT_LE(made.size(), fresh.size() + 200);
  }
}

// Of librsync's own form: the magic, a thousand times "copy 983040 bytes from 0", "end".
TEST(Delta, ThatWouldMakeMoreThanWasAnnouncedIsEnded) {
  Files files;
  const Fd base = files.file("base", noise(1'000'000, 10));
  std::string bomb{"rs\x02\x36", 4};
  for (int i = 0; i < 1000; ++i) bomb += std::string("\x47\x00\x00\x0f\x00\x00", 6);
  const auto squeezed = squeeze(bomb + std::string(1, '\0'), 1);
  ASSERT_TRUE(squeezed);
  EXPECT_LT(squeezed->size(), 300u);
  EXPECT_NE(applied(files, base, *squeezed, 2_MiB).find("more than was announced"), std::string::npos);
}

TEST(Delta, ThatCopiesFromBeyondTheBaseIsRefused) {
  Files files;
  const Fd base = files.file("base", noise(1'000, 11));
  const auto squeezed = squeeze(std::string("rs\x02\x36\x47\x00\x00\x0f\x00\x00\x00", 11), 1);
  ASSERT_TRUE(squeezed);
  EXPECT_TRUE(applied(files, base, *squeezed, 2_MiB).starts_with("failed: "));
}

TEST(Delta, IsGivenUpWhenAskedTo) {
  Files files;
  const Fd base = files.file("base", noise(3'000'000, 12));
  for (const int pieces : {0, 1, 5, 15, 20}) {
    int left = pieces;
    std::string delta;
    const auto tally = rsync_codec().encode(base.get(), base.get(), 1_KiB, into(delta), [&left] { return left-- > 0; });
    ASSERT_FALSE(tally);
    EXPECT_NE(tally.error().what.find("given up"), std::string::npos) << tally.error().what;
  }
}

TEST(Delta, EndsWithTheSinksOwnError) {
  Files files;
  const Fd base = files.file("base", noise(100'000, 13)), fresh = files.file("fresh", noise(100'000, 14));
  const Sink full = [](Piece) -> Result<void> { return Error{"the disk is full"}; };
  const auto tally = rsync_codec().encode(base.get(), fresh.get(), 1_KiB, full, {});
  ASSERT_FALSE(tally);
  EXPECT_EQ(tally.error().what, "the disk is full");
}

TEST(Delta, TellsWhichFileCouldNotBeRead) {
  Files files;
  const Fd directory{::open(files.directory.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  std::string delta;
  const auto tally = rsync_codec().encode(directory.get(), directory.get(), 1_KiB, into(delta), {});
  ASSERT_FALSE(tally);
  EXPECT_EQ(tally.error().what, "cannot sign the base: cannot read: Is a directory");
}

TEST(Squeezing, GivesBackWhatWentInAndNoMoreThanAllowed) {
  const std::string text(100'000, 'a');
  const auto frame = squeeze(text, 1);
  ASSERT_TRUE(frame);
  EXPECT_LT(frame->size(), 200u);
  EXPECT_EQ(unsqueeze(*frame, text.size()).value(), text);
  EXPECT_FALSE(unsqueeze(*frame, text.size() - 1));
  EXPECT_FALSE(unsqueeze(frame->substr(0, frame->size() - 1), text.size()));
  EXPECT_FALSE(unsqueeze(*frame + "x", text.size()));
  EXPECT_FALSE(unsqueeze("not a frame", text.size()));
  EXPECT_FALSE(unsqueeze("", text.size()));
}

}  // namespace
}  // namespace slotwarden::adapters
