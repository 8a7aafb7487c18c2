// One certificate of those by which wardens know each other, as it lies on a disk.
#pragma once

#include <cstdint>
#include <string>

namespace slotwarden {

struct CertificateFile {
  std::string file;
  std::string cluster;  // empty: it is not one of slotwarden's
  std::string host;     // empty for an authority
  std::int64_t from_unix = 0;
  std::int64_t until_unix = 0;
  std::string sha256;  // of the certificate
};

}  // namespace slotwarden
