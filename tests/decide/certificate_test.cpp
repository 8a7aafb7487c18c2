#include "decide/certificate.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

namespace slotwarden::decide {
namespace {

constexpr std::int64_t day = 86'400;
constexpr std::int64_t noon = 1'795'248'000;

CertificateEvidence of_days(std::int64_t seconds_left) {
  return {.readable = true, .now_unix = noon, .from_unix = noon - 100 * day, .until_unix = noon + seconds_left};
}

TEST(CertificateVerdict, FollowsTheTimeThatIsLeft) {
  std::set<std::string_view> seen;
  const auto rule_of = [&](const CertificateEvidence& e) { return *seen.insert(certificate(e).rule).first; };
  EXPECT_EQ(rule_of({}), "certificate-unusable");
  EXPECT_EQ(rule_of(of_days(30 * day)), "certificate-good");
  EXPECT_EQ(rule_of(of_days(30 * day - 1)), "certificate-expires");
  EXPECT_EQ(rule_of(of_days(7 * day)), "certificate-expires");
  EXPECT_EQ(rule_of(of_days(7 * day - 1)), "certificate-expires-soon");
  EXPECT_EQ(rule_of(of_days(0)), "certificate-expires-soon");
  EXPECT_EQ(rule_of(of_days(-1)), "certificate-expired");
  auto early = of_days(30 * day);
  early.from_unix = noon + 1;
  EXPECT_EQ(rule_of(early), "certificate-not-yet");
  EXPECT_EQ(seen.size(), certificate_rules().size());
}

TEST(CertificateVerdict, CountsWholeDays) {
  EXPECT_EQ(days_left(of_days(2 * day - 1)), 1);
  EXPECT_EQ(days_left(of_days(0)), 0);
  EXPECT_EQ(days_left(of_days(-1)), -1);
  EXPECT_EQ(days_left(of_days(-day)), -1);
  EXPECT_EQ(days_left(of_days(-day - 1)), -2);
}

}  // namespace
}  // namespace slotwarden::decide
