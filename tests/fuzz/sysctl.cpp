// The texts of /proc/sys, /sys, /proc/PID/limits and the like.
#include "formats/sysctl.h"

#include <cstdlib>

using namespace slotwarden;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto n = formats::sysctl_number(text); n && text.find(std::to_string(*n).back()) == text.npos) std::abort();
  if (const auto word = formats::chosen_word(text); word && text.find("[" + *word + "]") == text.npos) std::abort();
  if (const auto r = formats::port_range(text); r && r->first > r->last) std::abort();
  if (const auto list = formats::port_list(text))
    for (const auto& r : *list)
      if (r.first > r.last) std::abort();
  (void)formats::process_limits(text);
  (void)formats::kibibytes(text, "VmSwap:");
  (void)formats::huge_pages_allowed(text);
  (void)formats::memory_limit(text);
  if (const auto g = formats::control_groups(text); g && !g->unified.empty() && g->unified.front() != '/') std::abort();
  for (const auto& pattern : formats::rotated_patterns(text))
    if (pattern.front() != '/') std::abort();
  return 0;
}
