// A configuration file, which may be a policy as well: every problem says which file, and nothing is called sound that
// was not read.
#include <cstdlib>

#include "config/load.h"

using namespace slotwarden;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto loaded = config::load({{"/config", text}}, {{"/policy.toml", text}});
  for (const auto& p : loaded.problems)
    if (p.what.empty() || p.line < 0 || p.what.find('\n') != p.what.npos) std::abort();
  if (!loaded.host_sound && loaded.problems.empty()) std::abort();
  const auto again = config::load({{"/config", text}}, {{"/policy.toml", text}});
  if (again.problems != loaded.problems) std::abort();
  return 0;
}
