#include "control/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hiredis/hiredis.h>

#include <random>

namespace slotwarden::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Arguments = RequestDecoder::Arguments;

std::string frame(const Arguments& argv) {
  std::vector<std::string> parts;
  for (const std::string& a : argv) parts.push_back(bulk(a));
  return array(parts);
}

// Everything whole that the decoder has, and the complaint that ended it, if one did.
struct Heard {
  std::vector<Arguments> requests;
  std::string garbage;
};

void drain(RequestDecoder& d, Heard& h) {
  for (;;) {
    RequestDecoder::Next n = d.next();
    if (std::holds_alternative<RequestDecoder::NeedMore>(n)) return;
    if (const auto* g = std::get_if<RequestDecoder::Garbage>(&n)) {
      h.garbage = g->why;
      return;
    }
    h.requests.push_back(std::get<Arguments>(std::move(n)));
  }
}

Heard hear(std::string_view bytes) {
  RequestDecoder d;
  Heard h;
  d.feed(bytes);
  drain(d, h);
  return h;
}

TEST(Replies, AreResp2) {
  EXPECT_EQ(bulk("grüß"), "$6\r\ngrüß\r\n");
  EXPECT_EQ(bulk(""), "$0\r\n\r\n");
  EXPECT_EQ(document(Json{{"a", 1}}), "$7\r\n{\"a\":1}\r\n");
  EXPECT_EQ(simple("PONG"), "+PONG\r\n");
  EXPECT_EQ(integer(-3), ":-3\r\n");
  EXPECT_EQ(refused("brake", "most of the cluster\r\nlooks dead"),
            "-REFUSED brake most of the cluster  looks dead\r\n");
  EXPECT_EQ(array(std::vector{bulk("a"), integer(1)}), "*2\r\n$1\r\na\r\n:1\r\n");
}

TEST(RequestDecoder, ReadsWhatHiredisWrites) {
  char* raw = nullptr;
  const char* argv[] = {"RESTART", "7000", "--reason", "a\r\n$1 b"};
  const std::size_t sizes[] = {7, 4, 8, 7};
  const auto size = redisFormatCommandArgv(&raw, 4, argv, sizes);
  ASSERT_GT(size, 0);
  const Heard h = hear({raw, static_cast<std::size_t>(size)});
  redisFreeCommand(raw);
  EXPECT_THAT(h.requests, ElementsAre(Arguments{"RESTART", "7000", "--reason", "a\r\n$1 b"}));
}

TEST(RequestDecoder, ReadsTheSameHoweverTheBytesAreCut) {
  const std::string bytes =
      frame({"STATUS"}) + "ping\r\n\r\n" + frame({"HOLD", "7000", ""}) + "  tail 'x y'\n" + frame({"EVENTS"});
  const Heard whole = hear(bytes);
  ASSERT_THAT(whole.requests, ElementsAre(Arguments{"STATUS"}, Arguments{"ping"}, Arguments{"HOLD", "7000", ""},
                                          Arguments{"tail", "x y"}, Arguments{"EVENTS"}));
  for (std::size_t step = 1; step < bytes.size(); ++step) {
    RequestDecoder d;
    Heard h;
    for (std::size_t i = 0; i < bytes.size(); i += step) {
      d.feed(std::string_view(bytes).substr(i, step));
      drain(d, h);
    }
    EXPECT_EQ(h.requests, whole.requests) << "in pieces of " << step;
    EXPECT_EQ(h.garbage, "");
    EXPECT_FALSE(d.partial());
  }
}

TEST(RequestDecoder, KnowsThatAFrameIsNotWhole) {
  RequestDecoder d;
  EXPECT_FALSE(d.partial());
  d.feed("*1\r\n$4\r\nPI");
  EXPECT_TRUE(std::holds_alternative<RequestDecoder::NeedMore>(d.next()));
  EXPECT_TRUE(d.partial());
  d.feed("NG\r\n");
  EXPECT_EQ(std::get<Arguments>(d.next()), Arguments{"PING"});
  EXPECT_TRUE(std::holds_alternative<RequestDecoder::NeedMore>(d.next()));
  EXPECT_FALSE(d.partial());
}

TEST(RequestDecoder, RefusesEverythingThatIsNotAnArrayOfStringsOrALine) {
  for (const std::string_view bad :
       {"*0\r\n", "*-1\r\n", "*-5\r\n", "*129\r\n", "*2147483647\r\n", "*9223372036854775807\r\n", "*x\r\n",
        "*1\r\n:5\r\n", "*1\r\n+OK\r\n", "*1\r\n$-1\r\n", "*1\r\n$-7\r\n", "*1\r\n*1\r\n$1\r\na\r\n",
        "*2\r\n$1\r\na\r\n*0\r\n", "\x16\x03\x01\x02", "GET \x01 /\r\n", "say \"hi\r\n"}) {
    const Heard h = hear(bad);
    EXPECT_NE(h.garbage, "") << bad;
    EXPECT_TRUE(h.requests.empty()) << bad;
  }
}

TEST(RequestDecoder, StaysBrokenAfterGarbage) {
  RequestDecoder d;
  d.feed("*0\r\n");
  ASSERT_TRUE(std::holds_alternative<RequestDecoder::Garbage>(d.next()));
  d.feed(frame({"SHUTDOWN"}));
  EXPECT_TRUE(std::holds_alternative<RequestDecoder::Garbage>(d.next()));
  EXPECT_FALSE(d.partial());
}

TEST(RequestDecoder, TakesTheLargestFrameAndNothingLarger) {
  const std::string overhead = frame({std::string(65000, 'x')});
  const std::size_t fits = 65000 + (RequestDecoder::longest_frame - overhead.size());
  EXPECT_EQ(hear(frame({std::string(fits, 'x')})).requests.size(), 1U);
  EXPECT_THAT(hear(frame({std::string(fits + 1, 'x')})).garbage, HasSubstr("longer than 65536 bytes"));
  EXPECT_THAT(hear("*1\r\n$999999999\r\n" + std::string(70000, 'x')).garbage, HasSubstr("longer than 65536 bytes"));
}

TEST(RequestDecoder, AllowsManySmallRequestsInOneRead) {
  std::string bytes;
  for (int i = 0; i < 10'000; ++i) bytes += frame({"PING"});
  EXPECT_EQ(hear(bytes).requests.size(), 10'000U);
}

TEST(RequestDecoder, LimitsArgumentsAndLines) {
  EXPECT_EQ(hear(frame(Arguments(128, "a"))).requests.size(), 1U);
  EXPECT_NE(hear(frame(Arguments(129, "a"))).garbage, "");
  EXPECT_THAT(hear(std::string(5000, 'a')).garbage, HasSubstr("longer than 4096 bytes"));
  std::string words;
  for (int i = 0; i < 129; ++i) words += "a ";
  EXPECT_THAT(hear(words + "\n").garbage, HasSubstr("more than 128 words"));
  EXPECT_TRUE(hear(std::string(1'000'000, '\n')).garbage.empty());
}

// Whatever comes, the decoder answers, keeps its limits, and never says that it has more than it was given.
void survive(std::string_view bytes, std::mt19937& chance) {
  RequestDecoder d;
  Heard h;
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t n = std::min<std::size_t>(1 + chance() % 64, bytes.size() - i);
    d.feed(bytes.substr(i, n));
    drain(d, h);
    i += n;
  }
  std::size_t heard = 0;
  for (const Arguments& a : h.requests) {
    ASSERT_FALSE(a.empty());
    ASSERT_LE(a.size(), RequestDecoder::most_arguments);
    for (const std::string& s : a) heard += s.size();
  }
  ASSERT_LE(heard, bytes.size());
}

TEST(RequestDecoder, SurvivesRandomBytes) {
  std::mt19937 chance{20261121};
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(1 + chance() % 200, '\0');
    for (char& c : bytes) c = static_cast<char>(chance());
    if (round % 2 == 0) bytes.front() = '*';
    ASSERT_NO_FATAL_FAILURE(survive(bytes, chance));
  }
}

TEST(RequestDecoder, SurvivesMutatedFrames) {
  std::mt19937 chance{7000};
  const std::string good =
      frame({"RESTART", "7000", "7001", "--in-place", "--reason", "disk swap"}) + "status 7000\r\n";
  constexpr std::string_view telling = "*$:+-\r\n0123456789\"' ";
  for (int round = 0; round < 50'000; ++round) {
    std::string bytes = good + good;
    for (unsigned n = 1 + chance() % 4; n > 0; --n) {
      const std::size_t at = chance() % bytes.size();
      switch (chance() % 4) {
        case 0: bytes[at] = static_cast<char>(chance()); break;
        case 1: bytes[at] = telling[chance() % telling.size()]; break;
        case 2: bytes.erase(at, 1 + chance() % 8); break;
        default: bytes.insert(at, 1 + chance() % 3, telling[chance() % telling.size()]); break;
      }
      if (bytes.empty()) bytes = "*";
    }
    ASSERT_NO_FATAL_FAILURE(survive(bytes, chance));
  }
}

}  // namespace
}  // namespace slotwarden::control
