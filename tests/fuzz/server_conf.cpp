// redis.conf and valkey.conf: an error names its line and never a secret.
#include "formats/server_conf.h"

#include <cstdlib>

using namespace slotwarden;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto directives = formats::parse_directives({reinterpret_cast<const char*>(data), size});
  const auto conf = directives ? formats::server_conf(*directives) : Result<formats::ServerConf>(directives.error());
  if (!conf) {
    const auto& what = conf.error().what;
    if (!what.starts_with("line ")) std::abort();
    const auto clause = std::string_view(what).substr(what.find(": ") + 2);
    const bool of_secret =
        clause.starts_with("requirepass") || clause.starts_with("masterauth") || clause.starts_with("primaryauth");
    if (of_secret && what.find(", not '") != what.npos) std::abort();
    return 0;
  }
  if (conf->dbfilename.find('/') != std::string::npos || conf->maxclients == 0) std::abort();
  if (conf->rdb_path().empty() || conf->nodes_path().empty() || conf->aof_directory().empty()) std::abort();
  return 0;
}
