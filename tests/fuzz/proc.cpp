// The texts of /proc, whatever a process calls itself.
#include "formats/proc.h"

#include <cstdlib>

using namespace slotwarden;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto s = formats::proc_stat(text); s && text.find(s->comm) == text.npos) std::abort();
  if (const auto inodes = formats::listeners(text, Port{6379}); inodes && inodes->size() > size) std::abort();
  if (formats::lock_holders(text, 0xfe, 1, 131).size() > size) std::abort();
  if (const auto victim = formats::oom_victim(text); victim && victim->n < 0) std::abort();
  if (const auto uid = formats::effective_uid(text); uid && text.find("Uid:") == text.npos) std::abort();
  return 0;
}
