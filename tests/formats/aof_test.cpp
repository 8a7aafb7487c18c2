#include "formats/aof.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace slotwarden::formats {
namespace {

using testing::HasSubstr;

std::string command(const std::vector<std::string>& words) {
  std::string text = "*" + std::to_string(words.size()) + "\r\n";
  for (const auto& w : words) text += "$" + std::to_string(w.size()) + "\r\n" + w + "\r\n";
  return text;
}

const std::string select_0 = command({"SELECT", "0"});
const std::string set_a = command({"SET", "a", "1"});
const std::string set_b = command({"SET", "b", "a longer value"});
const std::string multi = command({"MULTI"});
const std::string exec = command({"EXEC"});

AofFindings check(std::string_view text, std::size_t piece = std::string_view::npos, std::uint64_t begins_at = 0) {
  AofCheck c(begins_at + text.size(), begins_at);
  while (!text.empty()) {
    const auto part = text.substr(0, piece);
    c.feed(std::as_bytes(std::span(part)));
    text.remove_prefix(part.size());
  }
  return c.finish();
}

TEST(AofCommands, OfNoByteAreEmpty) {
  EXPECT_EQ(check("").state, AofState::empty);
  EXPECT_EQ(check("", 1, 900).state, AofState::empty);
}

TEST(AofCommands, AreCounted) {
  const auto text = select_0 + set_a + "#TS:1795231052\r\n" + set_b + command({"select", "3"}) + multi + set_a + exec;
  const auto f = check(text);
  EXPECT_EQ(f.state, AofState::whole) << f.detail;
  EXPECT_EQ(f.detail, "");
  EXPECT_EQ(f.commands, 7u);
  EXPECT_EQ(f.keys_at_most, 6u);
  EXPECT_EQ(f.highest_database, 3u);
  EXPECT_EQ(f.annotated_unix, 1795231052);
  EXPECT_EQ(f.size, text.size());
  EXPECT_EQ(f.kept, text.size());
}

TEST(AofCommands, OfScriptsFunctionsAndModulesMayWriteAnyNumberOfKeys) {
  for (const auto& name : {"EVAL", "evalsha", "FCALL", "JSON.SET"})
    EXPECT_EQ(check(command({name, "x", "0"})).keys_at_most, std::nullopt) << name;
  EXPECT_EQ(check(command({"FLUSH"})).keys_at_most, 0u);
}

TEST(AofCommands, MayHoldAnyBytes) {
  std::string value;
  for (int i = 0; i < 256; ++i) value += static_cast<char>(i);
  const auto f = check(command({"SET", value, "*2\r\n$1\r\n" + value}) + command({"SET", "", ""}));
  EXPECT_EQ(f.state, AofState::whole) << f.detail;
  EXPECT_EQ(f.commands, 2u);
}

TEST(AofCommands, CutAnywhereWithinACommandKeepWhatIsBefore) {
  const auto before = select_0 + set_a;
  for (std::size_t n = 1; n < set_b.size(); ++n) {
    const auto f = check(before + set_b.substr(0, n));
    ASSERT_EQ(f.state, AofState::cut) << n << ": " << f.detail;
    EXPECT_EQ(f.kept, before.size());
    EXPECT_EQ(f.broken_at, before.size());
    EXPECT_EQ(f.commands, 2u);
    EXPECT_FALSE(f.unfit_to_go_on);
    EXPECT_EQ(f.detail, "at offset " + std::to_string(before.size()) + ": a command is cut");
  }
}

TEST(AofCommands, WithATransactionLeftOpenKeepWhatIsBeforeIt) {
  const auto f = check(set_a + multi + set_b);
  EXPECT_EQ(f.state, AofState::cut);
  EXPECT_EQ(f.kept, set_a.size());
  EXPECT_FALSE(f.unfit_to_go_on);
  EXPECT_THAT(f.detail, HasSubstr("EXEC"));
}

// The server keeps MULTI and what follows it, goes on writing behind that, and undoes all of it at its next start.
TEST(AofCommands, CutWithinATransactionCannotBeGoneOnWith) {
  const auto f = check(set_a + multi + set_b + set_b.substr(0, 20));
  EXPECT_EQ(f.state, AofState::cut);
  EXPECT_TRUE(f.unfit_to_go_on);
  EXPECT_EQ(f.kept, (set_a + multi + set_b).size());
  EXPECT_THAT(f.detail, HasSubstr("within a transaction that begins at offset " + std::to_string(set_a.size())));
}

// The server loads it, and its next command lands in the annotation's line.
TEST(AofCommands, CutWithinAnAnnotationCannotBeGoneOnWith) {
  const auto f = check(set_a + "#TS:17952");
  EXPECT_EQ(f.state, AofState::cut);
  EXPECT_TRUE(f.unfit_to_go_on);
  EXPECT_EQ(f.kept, set_a.size() + 9);
}

TEST(AofCommands, WhoseLengthIsDamagedAreCorruptAndNotCut) {
  const std::string damaged = "*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$99999\r\n2\r\n";
  auto f = check(set_a + damaged + set_b + set_b);
  EXPECT_EQ(f.state, AofState::corrupt);
  EXPECT_THAT(f.detail, HasSubstr("at offset " + std::to_string(set_a.size())));
  EXPECT_THAT(f.detail, HasSubstr("drop all that follow"));
  f = check(set_a + damaged);
  EXPECT_EQ(f.state, AofState::cut) << "nothing follows: it may as well have been cut";
}

TEST(AofCommands, ThatAreNoneAreCorrupt) {
  const auto at = "at offset " + std::to_string(set_a.size());
  for (const std::string bad : {"hello", "hello\r\n", "*x\r\n", "*0\r\n", "*-1\r\n", "*1\n$1\r\na\r\n", "*1\r\n+OK\r\n",
                                "*1\r\n$-1\r\n", "*1\r\n$1\r\nabc\r\n", "*1\r\n$1\r\na\n\n", "*99999999999\r\n",
                                "*1\r\n$99999999999999999999\r\n", "+", "*1x"}) {
    const auto f = check(set_a + bad);
    EXPECT_EQ(f.state, AofState::corrupt) << bad;
    EXPECT_THAT(f.detail, HasSubstr("at offset ")) << bad;
    EXPECT_EQ(f.kept, set_a.size()) << bad;
    EXPECT_GE(f.broken_at, set_a.size()) << bad;
  }
  EXPECT_THAT(check(set_a + "hello\r\n").detail, HasSubstr(at + ": not the beginning of a command (*N) but 'hello'"));
  EXPECT_THAT(check(set_a + "\x1b[31m\r\n").detail, HasSubstr("'?[31m'"));
}

TEST(AofCommands, FollowedByZerosAreCorrupt) {
  for (const std::size_t n : {1U, 100U, 1023U, 1024U, 5000U}) {
    const auto f = check(set_a + std::string(n, '\0'), 512);
    EXPECT_EQ(f.state, AofState::corrupt) << n;
    EXPECT_THAT(f.detail, HasSubstr("at offset " + std::to_string(set_a.size()))) << n;
  }
  EXPECT_EQ(check(set_a + set_b.substr(0, 30) + std::string(5000, '\0')).state, AofState::corrupt);
}

TEST(AofCommands, MayHaveAnnotationsAsLongAsTheServerReads) {
  EXPECT_EQ(check("#" + std::string(1020, 'x') + "\r\n" + set_a).state, AofState::whole);
  EXPECT_EQ(check("#" + std::string(1021, 'x') + "\r\n" + set_a).state, AofState::corrupt);
  EXPECT_EQ(check("#" + std::string(1021, 'x') + "\r\n" + set_a, 7).state, AofState::corrupt);
}

TEST(AofCommands, AreReadTheSameInPiecesOfAnySize) {
  const std::string texts[] = {
      select_0 + set_a + "#TS:12\r\n" + multi + set_b + exec,
      set_a + multi + set_b.substr(0, 30),
      set_a + "*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$99999\r\n2\r\n" + set_b + set_b,
      set_a + "junk\r\n" + set_b,
      set_a + "#TS:17",
  };
  for (const auto& text : texts) {
    const auto whole = check(text);
    for (std::size_t piece = 1; piece < text.size(); ++piece) {
      const auto f = check(text, piece);
      EXPECT_EQ(f.state, whole.state);
      EXPECT_EQ(f.detail, whole.detail);
      EXPECT_EQ(f.kept, whole.kept);
      EXPECT_EQ(f.commands, whole.commands);
      EXPECT_EQ(f.keys_at_most, whole.keys_at_most);
      EXPECT_EQ(f.size, whole.size);
    }
  }
}

TEST(AofCommands, BehindAnRdbAreToldByTheirPlaceInTheFile) {
  auto f = check(set_a, 3, 900);
  EXPECT_EQ(f.kept, 900 + set_a.size());
  f = check(set_a + "junk\r\n", 3, 900);
  EXPECT_THAT(f.detail, HasSubstr("at offset " + std::to_string(900 + set_a.size())));
}

TEST(AofCommands, ThatAreCorruptAreSettledAtOnce) {
  AofCheck c(100'000);
  c.feed(std::as_bytes(std::span(set_a)));
  EXPECT_FALSE(c.settled());
  c.feed(std::as_bytes(std::span(std::string_view("junk\r\n"))));
  EXPECT_TRUE(c.settled());
}

}  // namespace
}  // namespace slotwarden::formats
