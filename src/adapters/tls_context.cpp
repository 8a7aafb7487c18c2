#include "adapters/tls_context.h"

#include <sys/stat.h>

#include <map>
#include <mutex>

namespace slotwarden::adapters {

namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;
using Shared = std::shared_ptr<ssl::context>;

// The files by name and time of change: a renewed certificate is another key.
std::string key_of(const TlsFiles& files) {
  std::string key;
  for (const auto* name : {&files.ca_file, &files.ca_directory, &files.certificate, &files.key}) {
    struct stat s {};
    const bool there = !name->empty() && ::stat(name->c_str(), &s) == 0;
    key += *name + '\n' + (there ? std::to_string(s.st_mtim.tv_sec) + '.' + std::to_string(s.st_mtim.tv_nsec) : "");
    key += '\n';
  }
  return key;
}

Error unusable(const std::string& file, const error_code& why) {
  return {"cannot use " + file + " for TLS: " + why.message()};
}

Result<void> trust(ssl::context& c, const TlsFiles& files) {
  error_code error;
  if (!files.ca_file.empty()) c.load_verify_file(files.ca_file, error);
  if (error) return unusable(files.ca_file, error);
  if (!files.ca_directory.empty()) c.add_verify_path(files.ca_directory, error);
  if (error) return unusable(files.ca_directory, error);
  if (files.ca_file.empty() && files.ca_directory.empty()) c.set_default_verify_paths(error);
  if (error) return unusable("the system's certificates", error);
  c.set_verify_mode(ssl::verify_peer, error);
  return {};
}

Result<void> identify(ssl::context& c, const TlsFiles& files) {
  if (files.certificate.empty()) return {};
  error_code error;
  c.use_certificate_chain_file(files.certificate, error);
  if (error) return unusable(files.certificate, error);
  const auto& key = files.key.empty() ? files.certificate : files.key;
  c.use_private_key_file(key, ssl::context::pem, error);
  if (error) return unusable(key, error);
  return {};
}

Result<Shared> load_for_peers(const TlsFiles& files) {
  auto c = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(c->native_handle(), TLS1_3_VERSION);
  SSL_CTX_set_session_cache_mode(c->native_handle(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(c->native_handle(), 0);
  SSL_CTX_set_mode(c->native_handle(), SSL_MODE_RELEASE_BUFFERS);
  if (auto r = trust(*c, files); !r) return r.error();
  error_code error;
  c->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert, error);
  if (error) return unusable(files.ca_file, error);
  if (auto r = identify(*c, files); !r) return r.error();
  return c;
}

Result<Shared> load(const TlsFiles& files) {
  auto c = std::make_shared<ssl::context>(ssl::context::tls_client);
  error_code error;
  c->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 | ssl::context::no_sslv3 |
                     ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1,
                 error);
  // An idle connection then gives its 34 KiB of buffers back.
  SSL_CTX_set_mode(c->native_handle(), SSL_MODE_RELEASE_BUFFERS);
  if (auto r = trust(*c, files); !r) return r.error();
  if (auto r = identify(*c, files); !r) return r.error();
  return c;
}

}  // namespace

namespace {

Result<Shared> shared(const TlsFiles& files, const char* what_for, Result<Shared> (*load_them)(const TlsFiles&)) {
  static std::mutex one_at_a_time;
  static std::map<std::string, std::weak_ptr<ssl::context>> loaded;
  const std::lock_guard lock(one_at_a_time);
  std::erase_if(loaded, [](const auto& entry) { return entry.second.expired(); });
  const auto key = what_for + key_of(files);
  if (const auto found = loaded.find(key); found != loaded.end())
    if (auto known = found->second.lock()) return known;
  auto fresh = load_them(files);
  if (fresh) loaded[key] = *fresh;
  return fresh;
}

}  // namespace

Result<Shared> tls_context(const TlsFiles& files) {
  return shared(files, "to servers ", load);
}

Result<Shared> tls_peer_context(const TlsFiles& files) {
  if (files.ca_file.empty() || files.certificate.empty())
    return Error{"peers are only listened to with a certificate and an authority"};
  return shared(files, "from peers ", load_for_peers);
}

}  // namespace slotwarden::adapters
