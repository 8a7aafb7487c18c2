// Certificates of a private authority, made and read with OpenSSL. Everything is PEM text in memory: what becomes a
// file is the caller's affair.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "facts/result.h"

struct ssl_st;

namespace slotwarden::adapters {

// What a certificate says. Those of slotwarden name the cluster and the host as slotwarden://CLUSTER/HOST; an authority
// has no host. Both are empty for a certificate of another kind.
struct Certificate {
  std::string cluster;
  std::string host;
  bool authority = false;
  std::int64_t from_unix = 0;
  std::int64_t until_unix = 0;
  std::string sha256;  // its fingerprint, 64 hexadecimal digits
};

// A certificate and its private key. Who has the key of an authority can pass for every host.
struct Identity {
  std::string certificate;
  std::string key;
};

// What may be the name of a cluster or a host: letters, digits, '.', '-' and '_', at most 60 of them.
[[nodiscard]] bool good_certificate_name(std::string_view name);

[[nodiscard]] Result<Identity> make_authority(const std::string& cluster, int days);
// For both ends of a connection, with a key of its own. Not valid for longer than the authority itself.
[[nodiscard]] Result<Identity> issue_certificate(const Identity& authority, const std::string& host, int days);
// The first certificate of a PEM text.
[[nodiscard]] Result<Certificate> read_certificate(std::string_view pem);
// Of the other end of a TLS connection; fails where it has shown none.
[[nodiscard]] Result<Certificate> peer_certificate(const ssl_st* connection);
// Whether the key is the certificate's.
[[nodiscard]] bool belong_together(const Identity& i);

}  // namespace slotwarden::adapters
