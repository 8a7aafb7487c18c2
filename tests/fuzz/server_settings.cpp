// A server's file against what it runs with: the text is both.
#include "formats/server_settings.h"

#include <cstdlib>

using namespace slotwarden;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)formats::replica_buffer(text);
  const auto directives = formats::parse_directives(text);
  if (!directives) return 0;
  formats::RunningSettings running;
  for (const auto& d : *directives)
    if (!d.arguments.empty()) running[d.name] = d.arguments.front();
  (void)formats::server_settings(running);
  for (const auto& d : formats::differences(*directives, running))
    // Written once and equal, so only save, whose lines add up, may differ.
    if (d.name != "save" || formats::is_secret(d.name)) std::abort();
  return 0;
}
