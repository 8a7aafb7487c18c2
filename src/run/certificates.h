// The certificates by which wardens know each other, as files: what `slotwardenctl cert` does, without a daemon.
//
// In one directory: authority.pem (certificate and key, 0600; best kept on one host only), authority.crt (the
// certificate alone, for every host) and HOST.pem (certificate and key in one file, 0600, so that both change at once).
#pragma once

#include <string>
#include <vector>

#include "facts/certificate_file.h"
#include "facts/result.h"

namespace slotwarden::run {

inline constexpr auto authority_name = "authority";

// Each returns the files that were written. An authority that is there is never written over.
[[nodiscard]] Result<std::vector<CertificateFile>> init_certificates(const std::string& directory,
                                                                     const std::string& cluster, int days);
// For a host that has one: a new key and certificate in its place.
[[nodiscard]] Result<std::vector<CertificateFile>> issue_certificates(const std::string& directory,
                                                                      const std::string& host, int days);
// Of the directory, or of the one file.
[[nodiscard]] Result<std::vector<CertificateFile>> show_certificates(const std::string& directory_or_file);

// By the word behind `cert`: init, issue or show.
[[nodiscard]] Result<std::vector<CertificateFile>> certificates(const std::string& action, const std::string& name,
                                                                const std::string& directory, int days);

}  // namespace slotwarden::run
