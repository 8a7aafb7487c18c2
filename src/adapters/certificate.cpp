#include "adapters/certificate.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>
#include <optional>

namespace slotwarden::adapters {

namespace {

constexpr std::string_view scheme = "slotwarden://";
constexpr long version_3 = 2;
constexpr long a_day = 24 * 60 * 60;

struct Free {
  void operator()(BIO* b) const noexcept { BIO_free(b); }
  void operator()(X509* x) const noexcept { X509_free(x); }
  void operator()(EVP_PKEY* k) const noexcept { EVP_PKEY_free(k); }
  void operator()(X509_EXTENSION* e) const noexcept { X509_EXTENSION_free(e); }
  void operator()(GENERAL_NAMES* n) const noexcept { GENERAL_NAMES_free(n); }
  void operator()(BIGNUM* n) const noexcept { BN_free(n); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Error failed(const std::string& doing) {
  std::array<char, 256> text{};
  const auto code = ERR_get_error();
  ERR_clear_error();
  ERR_error_string_n(code, text.data(), text.size());
  return {doing + (code ? std::string(": ") + text.data() : "")};
}

Owned<BIO> reading(std::string_view pem) {
  return Owned<BIO>{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
}

std::string text_of(const Owned<BIO>& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

Result<Owned<X509>> certificate_from(std::string_view pem) {
  Owned<X509> x{PEM_read_bio_X509(reading(pem).get(), nullptr, nullptr, nullptr)};
  if (!x) return failed("there is no certificate in it");
  return x;
}

// A key that wants a password is none: nobody is there to be asked.
int no_password(char*, int, int, void*) {
  return 0;
}

Result<Owned<EVP_PKEY>> key_from(std::string_view pem) {
  Owned<EVP_PKEY> k{PEM_read_bio_PrivateKey(reading(pem).get(), nullptr, no_password, nullptr)};
  if (!k) return failed("there is no private key in it");
  return k;
}

Result<void> extend(X509* x, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, x, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION> e{X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str())};
  if (!e || X509_add_ext(x, e.get(), -1) != 1) return failed("cannot write " + value + " into the certificate");
  return {};
}

bool number(X509* x) {
  std::array<unsigned char, 16> random{};
  if (RAND_bytes(random.data(), random.size()) != 1) return false;
  random[0] &= 0x7f;  // it is a positive number
  const Owned<BIGNUM> n{BN_bin2bn(random.data(), random.size(), nullptr)};
  return n && BN_to_ASN1_INTEGER(n.get(), X509_get_serialNumber(x));
}

bool call_it(X509* x, const std::string& name) {
  return X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0) == 1;
}

Result<Owned<X509>> begun(EVP_PKEY* key, const std::string& name, int days) {
  Owned<X509> x{X509_new()};
  // From five minutes ago: the clocks of two hosts differ.
  const bool made = x && X509_set_version(x.get(), version_3) == 1 && number(x.get()) &&
                    X509_gmtime_adj(X509_getm_notBefore(x.get()), -300) &&
                    X509_gmtime_adj(X509_getm_notAfter(x.get()), days * a_day) && X509_set_pubkey(x.get(), key) == 1 &&
                    call_it(x.get(), name);
  if (!made) return failed("cannot make a certificate");
  return x;
}

Result<Identity> written(const Owned<X509>& x, const Owned<EVP_PKEY>& key) {
  const Owned<BIO> certificate{BIO_new(BIO_s_mem())}, secret{BIO_new(BIO_s_secmem())};
  if (PEM_write_bio_X509(certificate.get(), x.get()) != 1 ||
      PEM_write_bio_PKCS8PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return failed("cannot write the certificate");
  return Identity{text_of(certificate), text_of(secret)};
}

std::int64_t unix_of(const ASN1_TIME* t) {
  std::tm tm{};
  return ASN1_TIME_to_tm(t, &tm) == 1 ? static_cast<std::int64_t>(::timegm(&tm)) : 0;
}

// slotwarden://CLUSTER/HOST, where exactly one such name is there.
void read_names(const X509* x, Certificate& c) {
  const Owned<GENERAL_NAMES> names{
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(x, NID_subject_alt_name, nullptr, nullptr))};
  std::optional<std::string> found;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* n = sk_GENERAL_NAME_value(names.get(), i);
    if (n->type != GEN_URI) continue;
    const auto* text = n->d.uniformResourceIdentifier;
    const std::string uri(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                          static_cast<std::size_t>(ASN1_STRING_length(text)));
    if (!uri.starts_with(scheme)) continue;
    if (found) return;
    found = uri.substr(scheme.size());
  }
  if (!found) return;
  const auto slash = found->find('/');
  const auto cluster = found->substr(0, slash), host = slash == found->npos ? "" : found->substr(slash + 1);
  if (!good_certificate_name(cluster) || (slash != found->npos && !good_certificate_name(host))) return;
  c.cluster = cluster;
  c.host = host;
}

Certificate told_by(X509* x) {
  Certificate c;
  c.authority = X509_check_ca(x) == 1;
  c.from_unix = unix_of(X509_get0_notBefore(x));
  c.until_unix = unix_of(X509_get0_notAfter(x));
  std::array<unsigned char, 32> sum{};
  unsigned size = 0;
  X509_digest(x, EVP_sha256(), sum.data(), &size);
  for (const auto byte : sum) {
    c.sha256 += "0123456789abcdef"[byte >> 4];
    c.sha256 += "0123456789abcdef"[byte & 15];
  }
  read_names(x, c);
  return c;
}

}  // namespace

bool good_certificate_name(std::string_view name) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_';
  };
  return !name.empty() && name.size() <= 60 && name.front() != '.' && name.front() != '-' &&
         std::ranges::all_of(name, good);
}

Result<Identity> make_authority(const std::string& cluster, int days) {
  const Owned<EVP_PKEY> key{EVP_EC_gen("P-256")};
  if (!key) return failed("cannot make a key");
  auto x = begun(key.get(), "slotwarden authority of " + cluster, days);
  if (!x) return x.error();
  for (const auto& [kind, value] : {std::pair(NID_basic_constraints, std::string("critical,CA:TRUE,pathlen:0")),
                                    {NID_key_usage, "critical,keyCertSign,cRLSign"},
                                    {NID_subject_key_identifier, "hash"},
                                    {NID_subject_alt_name, "URI:" + std::string(scheme) + cluster}})
    if (auto done = extend(x->get(), x->get(), kind, value); !done) return done.error();
  X509_set_issuer_name(x->get(), X509_get_subject_name(x->get()));
  if (X509_sign(x->get(), key.get(), EVP_sha256()) == 0) return failed("cannot sign the certificate");
  return written(*x, key);
}

Result<Identity> issue_certificate(const Identity& authority, const std::string& host, int days) {
  const auto issuer = certificate_from(authority.certificate);
  if (!issuer) return issuer.error();
  const auto issuer_key = key_from(authority.key);
  if (!issuer_key) return issuer_key.error();
  const auto of = read_certificate(authority.certificate);
  if (!of) return of.error();
  if (!of->authority || of->cluster.empty() || !belong_together(authority))
    return Error{"it is no authority that slotwardenctl cert init made"};
  const Owned<EVP_PKEY> key{EVP_EC_gen("P-256")};
  if (!key) return failed("cannot make a key");
  auto x = begun(key.get(), host, days);
  if (!x) return x.error();
  const ASN1_TIME* last = X509_get0_notAfter(issuer->get());
  if (ASN1_TIME_compare(X509_get0_notAfter(x->get()), last) > 0) X509_set1_notAfter(x->get(), last);
  X509_set_issuer_name(x->get(), X509_get_subject_name(issuer->get()));
  for (const auto& [kind, value] : {std::pair(NID_basic_constraints, std::string("critical,CA:FALSE")),
                                    {NID_key_usage, "critical,digitalSignature"},
                                    {NID_ext_key_usage, "serverAuth,clientAuth"},
                                    {NID_authority_key_identifier, "keyid"},
                                    {NID_subject_alt_name, "URI:" + std::string(scheme) + of->cluster + "/" + host}})
    if (auto done = extend(x->get(), issuer->get(), kind, value); !done) return done.error();
  if (X509_sign(x->get(), issuer_key->get(), EVP_sha256()) == 0) return failed("cannot sign the certificate");
  return written(*x, key);
}

Result<Certificate> read_certificate(std::string_view pem) {
  const auto x = certificate_from(pem);
  if (!x) return x.error();
  return told_by(x->get());
}

Result<Certificate> peer_certificate(const ssl_st* connection) {
  const Owned<X509> x{SSL_get1_peer_certificate(connection)};
  if (!x) return Error{"it has shown no certificate"};
  return told_by(x.get());
}

bool belong_together(const Identity& i) {
  const auto x = certificate_from(i.certificate);
  const auto key = key_from(i.key);
  return x && key && X509_check_private_key(x->get(), key->get()) == 1;
}

}  // namespace slotwarden::adapters
