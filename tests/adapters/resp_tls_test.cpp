// The RESP client over TLS, with certificates made for the occasion.
#include <gtest/gtest.h>

#include <cstdlib>

#include "adapters/redis_server.h"
#include "adapters/resp.h"
#include "adapters/resp_world.h"

namespace slotwarden::adapters {
namespace {

using tests::RedisServer;
using tests::RespWorld;

// A private CA and one certificate of it, as ca.crt, node.crt and node.key.
class Certificates {
 public:
  Certificates() {
    const std::string key = " -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    const auto steps = "exec >/dev/null 2>&1; cd " + home_.path() + " && openssl req -x509" + key +
                       " -keyout ca.key -out ca.crt -days 2 -subj /CN=ca && openssl req" + key +
                       " -keyout node.key -out node.csr -subj /CN=node && openssl x509 -req -in node.csr -CA ca.crt"
                       " -CAkey ca.key -CAcreateserial -days 2 -out node.crt";
    made_ = std::system(steps.c_str()) == 0;
  }
  [[nodiscard]] bool made() const { return made_; }
  [[nodiscard]] std::string file(const std::string& name) const { return home_ / name; }
  [[nodiscard]] TlsFiles files() const { return {file("ca.crt"), "", file("node.crt"), file("node.key")}; }

 private:
  tests::Temporary home_;
  bool made_ = false;
};

// TLS on `{port}`, nothing without it. Clients must show a certificate.
std::vector<std::string> tls_only(const Certificates& c) {
  return {"--port",
          "0",
          "--tls-port",
          "{port}",
          "--tls-cert-file",
          c.file("node.crt"),
          "--tls-key-file",
          c.file("node.key"),
          "--tls-ca-cert-file",
          c.file("ca.crt")};
}

class RespTls : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(certificates.made()) << "openssl could not make certificates"; }

  const Certificates certificates;
  RespWorld world;
};

TEST_F(RespTls, AsksAServerThatSpeaksNothingElse) {
  const RedisServer server(tls_only(certificates));
  const auto c = world.open(Address(server.at(), certificates.files()));
  ASSERT_TRUE(c) << c.error().what;
  EXPECT_EQ(world.ask(**c, {{"PING"}})->front().text, "PONG");
  const auto big = world.ask(**c, {{"SETRANGE", "big", "3000000", "!"}, {"GET", "big"}});
  ASSERT_TRUE(big) << big.error().what;
  EXPECT_EQ(big->back().text.size(), 3'000'001u);
}

TEST_F(RespTls, RefusesAServerOfAnotherCa) {
  const RedisServer server(tls_only(certificates));
  const Certificates others;
  auto files = certificates.files();
  files.ca_file = others.file("ca.crt");
  const auto c = world.open(Address(server.at(), files));
  ASSERT_FALSE(c);
  EXPECT_NE(c.error().what.find("TLS handshake with " + describe(server.at())), std::string::npos) << c.error().what;
}

TEST_F(RespTls, IsRefusedWithoutACertificateOfItsOwn) {
  const RedisServer server(tls_only(certificates));
  auto files = certificates.files();
  files.certificate.clear();
  files.key.clear();
  EXPECT_FALSE(world.open(Address(server.at(), files)));
}

TEST_F(RespTls, NamesTheFileThatItCannotUse) {
  const RedisServer server(tls_only(certificates));
  for (auto member : {&TlsFiles::ca_file, &TlsFiles::certificate, &TlsFiles::key}) {
    auto files = certificates.files();
    files.*member = "/nonexistent/file.pem";
    const auto c = world.open(Address(server.at(), files));
    ASSERT_FALSE(c);
    EXPECT_NE(c.error().what.find("/nonexistent/file.pem"), std::string::npos) << c.error().what;
  }
}

TEST_F(RespTls, GivesUpOnAServerThatDoesNotShakeHands) {
  const RedisServer plain;
  const auto c = world.open(Address(plain.at(), certificates.files()), {}, std::chrono::milliseconds(300));
  EXPECT_FALSE(c);
}

TEST_F(RespTls, LeavesTheUnixSocketPlain) {
  auto arguments = tls_only(certificates);
  arguments.insert(arguments.end(), {"--unixsocket", "{dir}/s"});
  const RedisServer server(arguments);
  const auto c = world.open(Address(UnixPath{server.home() + "/s"}, certificates.files()));
  ASSERT_TRUE(c) << c.error().what;
}

}  // namespace
}  // namespace slotwarden::adapters
