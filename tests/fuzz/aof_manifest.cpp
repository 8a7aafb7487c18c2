// The manifest of an append-only file: what is accepted names no path and is in order.
#include "formats/aof_manifest.h"

#include <cstdlib>

using namespace slotwarden;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto m = formats::aof_manifest({reinterpret_cast<const char*>(data), size});
  if (!m) return m.error().what.empty() ? (std::abort(), 0) : 0;
  const auto check = [](const formats::AofFile& f) {
    if (f.name.empty() || f.seq == 0 || f.name.find('/') != f.name.npos) std::abort();
  };
  if (m->base) check(*m->base);
  std::uint64_t last = 0;
  for (const auto& f : m->incr) {
    check(f);
    if (f.seq <= last) std::abort();
    last = f.seq;
  }
  return 0;
}
