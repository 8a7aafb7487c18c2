#include "run/certificates.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "act/publish.h"
#include "adapters/certificate.h"
#include "observe/read_file.h"

namespace slotwarden::run {

namespace {

namespace fs = std::filesystem;
using adapters::Identity;
constexpr std::size_t longest_file = 64 * 1024;

std::string in(const std::string& directory, const std::string& name) {
  return directory + "/" + name;
}

Result<CertificateFile> shown(const std::string& file) {
  const auto text = observe::read_regular(file, longest_file);
  if (!text) return text.error();
  const auto c = adapters::read_certificate(*text);
  if (!c) return while_doing("cannot use " + file, c.error());
  return CertificateFile{file, c->cluster, c->host, c->from_unix, c->until_unix, c->sha256};
}

Error not_a_name(const std::string& name) {
  return {"\"" + name + "\" cannot be a name: letters, digits, '.', '-' and '_', at most 60 of them"};
}

// The one file holds both, so that no moment has the key of one certificate and the other certificate.
Result<CertificateFile> keep(const Identity& i, const std::string& file) {
  if (auto done = act::publish(file, i.certificate + i.key, 0600); !done) return done.error();
  return shown(file);
}

}  // namespace

Result<std::vector<CertificateFile>> init_certificates(const std::string& directory, const std::string& cluster,
                                                       int days) {
  if (!adapters::good_certificate_name(cluster)) return not_a_name(cluster);
  std::error_code failure;
  fs::create_directories(directory, failure);
  if (failure) return Error{"cannot create " + directory + ": " + failure.message(), failure.value()};
  const auto secret = in(directory, std::string(authority_name) + ".pem");
  const auto open = in(directory, std::string(authority_name) + ".crt");
  if (fs::exists(fs::symlink_status(secret, failure)))
    return Error{secret +
                 " is there already: every certificate that it issued would become worthless. Use it, or name "
                 "another --directory"};
  const auto made = adapters::make_authority(cluster, days);
  if (!made) return made.error();
  const auto kept = keep(*made, secret);
  if (!kept) return kept.error();
  if (auto done = act::publish(open, made->certificate, 0644); !done) return done.error();
  auto second = *kept;
  second.file = open;
  return std::vector{*kept, second};
}

Result<std::vector<CertificateFile>> issue_certificates(const std::string& directory, const std::string& host,
                                                        int days) {
  if (!adapters::good_certificate_name(host)) return not_a_name(host);
  if (host == authority_name) return Error{host + " cannot be the name of a host: its file would be the authority's"};
  const auto authority = in(directory, std::string(authority_name) + ".pem");
  const auto text = observe::read_regular(authority, longest_file);
  if (!text) return while_doing("there is no authority yet (slotwardenctl cert init makes one)", text.error());
  const auto made = adapters::issue_certificate({*text, *text}, host, days);
  if (!made) return while_doing("cannot issue with " + authority, made.error());
  const auto kept = keep(*made, in(directory, host + ".pem"));
  if (!kept) return kept.error();
  return std::vector{*kept};
}

Result<std::vector<CertificateFile>> show_certificates(const std::string& directory_or_file) {
  std::error_code failure;
  std::vector<std::string> files{directory_or_file};
  if (fs::is_directory(directory_or_file, failure)) {
    files.clear();
    for (const auto& entry : fs::directory_iterator(directory_or_file, failure))
      if (entry.path().extension() == ".pem" || entry.path().extension() == ".crt") files.push_back(entry.path());
  }
  if (failure) return Error{"cannot list " + directory_or_file + ": " + failure.message(), failure.value()};
  if (files.empty())
    return Error{"there is no certificate in " + directory_or_file +
                 " (slotwardenctl cert init makes an authority; --directory names another place)"};
  std::ranges::sort(files);
  std::vector<CertificateFile> all;
  for (const auto& file : files) {
    auto one = shown(file);
    if (!one) return one.error();
    all.push_back(std::move(*one));
  }
  return all;
}

Result<std::vector<CertificateFile>> certificates(const std::string& action, const std::string& name,
                                                  const std::string& directory, int days) {
  if (action == "init") return init_certificates(directory, name, days);
  if (action == "issue") return issue_certificates(directory, name, days);
  return show_certificates(name.empty() ? directory : name);
}

}  // namespace slotwarden::run
