#include "adapters/certificate.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "adapters/temporary.h"

namespace slotwarden::adapters {
namespace {

constexpr std::int64_t a_day = 24 * 60 * 60;

// What OpenSSL's own program says of it.
bool openssl_verifies(const std::string& authority, const std::string& certificate) {
  tests::Temporary home;
  tests::write(home / "ca", authority);
  tests::write(home / "it", certificate);
  const auto command = "openssl verify -x509_strict -purpose sslclient -CAfile " + home / "ca" + " " + home / "it" +
                       " >/dev/null 2>&1 && openssl verify -x509_strict -purpose sslserver -CAfile " + home / "ca" +
                       " " + home / "it" + " >/dev/null 2>&1";
  return std::system(command.c_str()) == 0;
}

TEST(Certificate, IsOfItsAuthorityAndOfNoOther) {
  const auto ours = make_authority("shop", 10).value(), theirs = make_authority("shop", 10).value();
  const auto host = issue_certificate(ours, "db1.example", 5).value();
  EXPECT_TRUE(openssl_verifies(ours.certificate, host.certificate));
  EXPECT_FALSE(openssl_verifies(theirs.certificate, host.certificate));
  EXPECT_TRUE(belong_together(host));
  EXPECT_FALSE(belong_together({host.certificate, ours.key}));
}

TEST(Certificate, NamesItsClusterAndItsHost) {
  const auto authority = make_authority("shop", 10).value();
  const auto host = issue_certificate(authority, "db1.example", 5).value();
  const auto c = read_certificate(host.certificate).value();
  EXPECT_EQ(c.cluster, "shop");
  EXPECT_EQ(c.host, "db1.example");
  EXPECT_FALSE(c.authority);
  EXPECT_NEAR(c.until_unix, std::time(nullptr) + 5 * a_day, 300);
  EXPECT_EQ(c.sha256.size(), 64u);
  const auto a = read_certificate(authority.certificate).value();
  EXPECT_EQ(a.cluster, "shop");
  EXPECT_EQ(a.host, "");
  EXPECT_TRUE(a.authority);
}

TEST(Certificate, EndsNoLaterThanItsAuthority) {
  const auto authority = make_authority("shop", 2).value();
  const auto host = issue_certificate(authority, "db1", 400).value();
  EXPECT_EQ(read_certificate(host.certificate)->until_unix, read_certificate(authority.certificate)->until_unix);
}

TEST(Certificate, CannotIssueAnother) {
  const auto authority = make_authority("shop", 10).value();
  const auto host = issue_certificate(authority, "db1", 5).value();
  EXPECT_FALSE(issue_certificate(host, "db2", 5));
  EXPECT_FALSE(issue_certificate({authority.certificate, host.key}, "db2", 5));
}

TEST(Certificate, IsNotReadFromWhatIsNone) {
  EXPECT_FALSE(read_certificate(""));
  EXPECT_FALSE(read_certificate("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
  EXPECT_FALSE(issue_certificate({"", ""}, "db1", 5));
}

TEST(CertificateName, HasNoPathInIt) {
  for (const char* good : {"shop", "db-1.example", "DB_2", "7"}) EXPECT_TRUE(good_certificate_name(good)) << good;
  for (const char* bad : {"", "..", ".x", "-x", "a/b", "a b", "a,URI:x", "a\nb", "ä"})
    EXPECT_FALSE(good_certificate_name(bad)) << bad;
  EXPECT_FALSE(good_certificate_name(std::string(61, 'a')));
}

}  // namespace
}  // namespace slotwarden::adapters
