// The replies to INFO and CLUSTER INFO: what is accepted keeps the promises of ServerInfo.
#include "formats/info.h"

#include <cstdlib>

#include "formats/cluster_nodes.h"
#include "formats/numbers.h"

using namespace slotwarden;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto c = formats::cluster_info(text); c && (c->size < 0 || c->slots_ok < 0)) std::abort();
  const auto i = formats::server_info(text);
  if (!i) return i.error().what.empty() ? (std::abort(), 0) : 0;
  if (i->master.has_value() != (i->role == Role::replica)) std::abort();
  if (!i->replid.empty() && !formats::is_hex40(i->replid)) std::abort();
  for (const auto& r : i->replicas)
    if (r.at.port.n == 0) std::abort();
  return 0;
}
