// The commands of an append-only file: the same answer in whatever pieces they come, and what is kept of a cut file is
// whole by itself.
#include "formats/aof.h"

#include <algorithm>
#include <cstdlib>

using namespace slotwarden;

namespace {

formats::AofFindings check(std::span<const std::byte> bytes, std::size_t piece) {
  formats::AofCheck c(bytes.size());
  for (; !bytes.empty(); bytes = bytes.subspan(std::min(piece, bytes.size())))
    c.feed(bytes.first(std::min(piece, bytes.size())));
  return c.finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using formats::AofState;
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto whole = check(bytes, std::max<std::size_t>(size, 1));
  for (const std::size_t piece : {1, 7}) {
    const auto same = check(bytes, piece);
    if (same.state != whole.state || same.detail != whole.detail || same.kept != whole.kept ||
        same.commands != whole.commands || same.keys_at_most != whole.keys_at_most || same.size != size)
      std::abort();
  }
  if (whole.kept > size || (whole.state == AofState::empty) != (size == 0)) std::abort();
  if ((whole.state == AofState::corrupt || whole.state == AofState::cut) == whole.detail.empty()) std::abort();
  if (whole.broken_at.has_value() == whole.detail.empty() || whole.broken_at > size) std::abort();
  if (whole.unfit_to_go_on || whole.state == AofState::corrupt) return 0;
  const auto kept = check(bytes.first(whole.kept), std::max<std::size_t>(size, 1));
  if (kept.state != (whole.kept == 0 ? AofState::empty : AofState::whole)) std::abort();
  return 0;
}
