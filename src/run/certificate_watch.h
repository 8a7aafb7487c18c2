// Whether the wardens of other hosts still believe this host's certificate: looked at every hour, and told in time.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "facts/finding.h"
#include "run/services.h"

namespace slotwarden::run {

class CertificateWatch {
 public:
  // `file`: of this host; empty where it has none, and then there is nothing to tell.
  CertificateWatch(Services& s, std::string file) : services_(s), file_(std::move(file)) {}

  // Until the daemon stops.
  asio::awaitable<void> run();
  // For `doctor`: by the last look.
  [[nodiscard]] std::vector<Finding> findings() const;

 private:
  asio::awaitable<void> look();

  Services& services_;
  std::string file_;
  Verdict verdict_;
  std::string actual_;  // for people: "expires in 12 days"
};

}  // namespace slotwarden::run
