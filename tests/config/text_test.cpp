#include "config/text.h"

#include <gtest/gtest.h>

#include <array>

#include "config/problem.h"
#include "config/suggest.h"

namespace slotwarden::config {
namespace {

using namespace std::chrono_literals;

TEST(Duration, TakesEachUnit) {
  EXPECT_EQ(parse_duration("200ms").value(), 200ms);
  EXPECT_EQ(parse_duration("10s").value(), 10s);
  EXPECT_EQ(parse_duration("5m").value(), 5min);
  EXPECT_EQ(parse_duration("2h").value(), 2h);
  EXPECT_EQ(parse_duration("0s").value(), 0s);
  EXPECT_EQ(parse_duration("8760h").value(), 8760h);
}

TEST(Duration, TakesNothingElse) {
  for (const auto* text : {"", "10", "s", "10 s", " 10s", "10s ", "10x", "1.5s", "-1s", "+1s", "1m30s", "10S", "8761h",
                           "99999999999999999999s", "18446744073709551615h", "0x10s", "10s\n"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(Duration, IsReadBackAsItWasPrinted) {
  for (const auto d : {0ms, 1ms, 999ms, 1000ms, 1001ms, 60'000ms, 90'000ms, 3'600'000ms})
    EXPECT_EQ(parse_duration(print_duration(d)).value(), d) << print_duration(d);
  EXPECT_EQ(print_duration(90s), "90s");
  EXPECT_EQ(print_duration(600s), "10m");
}

TEST(Size, CountsInThousandsOrIn1024s) {
  EXPECT_EQ(parse_size("512").value(), 512U);
  EXPECT_EQ(parse_size("512B").value(), 512U);
  EXPECT_EQ(parse_size("1kB").value(), 1'000U);
  EXPECT_EQ(parse_size("1KB").value(), 1'000U);
  EXPECT_EQ(parse_size("1KiB").value(), 1'024U);
  EXPECT_EQ(parse_size("10MB").value(), 10'000'000U);
  EXPECT_EQ(parse_size("10MiB").value(), 10'485'760U);
  EXPECT_EQ(parse_size("2TiB").value(), 2ULL << 40);
}

TEST(Size, TakesNothingElse) {
  for (const auto* text :
       {"", "MiB", "10 MiB", "10mib", "1.5GiB", "-1", "10MiBs", "9223372036854775808", "9007199254740992KiB"})
    EXPECT_FALSE(parse_size(text)) << text;
}

TEST(Size, IsReadBackAsItWasPrinted) {
  for (const std::uint64_t n :
       {0ULL, 1ULL, 1'000ULL, 1'024ULL, 10'485'760ULL, 123'456'789ULL, 9'223'372'036'854'775'807ULL})
    EXPECT_EQ(parse_size(print_size(n)).value(), n) << print_size(n);
  EXPECT_EQ(print_size(52'428'800), "50MiB");
}

TEST(Octal, TakesAMaskAndNothingElse) {
  EXPECT_EQ(parse_octal("0077").value(), 077);
  EXPECT_EQ(parse_octal("0").value(), 0);
  EXPECT_EQ(parse_octal("0777").value(), 0777);
  for (const auto* text : {"", "77", "0078", "01000", "-0077", "0o77", "0x3f", " 0077"})
    EXPECT_FALSE(parse_octal(text)) << text;
  EXPECT_EQ(print_octal(077), "0077");
}

TEST(QuotedText, NeverLetsTextFromAFileBreakTheLineOrTheTerminal) {
  EXPECT_EQ(in_quotes("a\nb\x1b[2J\"\\"), R"("a\u000Ab\u001B[2J\"\\")");
  EXPECT_LT(in_quotes(std::string(100'000, 'x')).size(), 100U);
  EXPECT_EQ(in_quotes(std::string(79, 'x') + "\xc3\xa4\xc3\xa4"), "\"" + std::string(79, 'x') + "...\"");
}

TEST(Suggestion, CountsASwapOfNeighboursAsOneSlip) {
  EXPECT_EQ(edit_distance("port", "port"), 0U);
  EXPECT_EQ(edit_distance("prot", "port"), 1U);
  EXPECT_EQ(edit_distance("", "port"), 4U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(Suggestion, IsMadeOnlyWhereAWordIsNear) {
  constexpr std::array<std::string_view, 3> known{"port", "policy", "control_socket"};
  EXPECT_EQ(nearest("Port", known), "port");
  EXPECT_EQ(nearest("control-socket", known), "control_socket");
  EXPECT_EQ(nearest("cntrl_scket", known), "control_socket");
  EXPECT_EQ(nearest("bind", known), std::nullopt);
  EXPECT_EQ(nearest("", known), std::nullopt);
  EXPECT_EQ(nearest("port", {}), std::nullopt);
}

}  // namespace
}  // namespace slotwarden::config
