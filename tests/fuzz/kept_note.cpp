// The note beside a kept copy: what is accepted is written again and read as the same.
#include <cstdlib>

#include "formats/kept_copy.h"

using namespace slotwarden;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto k = formats::kept_copy({reinterpret_cast<const char*>(data), size});
  if (!k) return k.error().what.empty() ? (std::abort(), 0) : 0;
  const auto again = formats::kept_copy(formats::kept_note(*k));
  // Texts that are not UTF-8 are mended by writing them; from then on nothing changes.
  if (!again || formats::kept_note(*again) != formats::kept_note(*k)) std::abort();
  if (!formats::is_kept_name(formats::kept_name(*k))) std::abort();
  return 0;
}
