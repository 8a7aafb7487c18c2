// An RDB file in pieces: every way of cutting it gives one answer, and a whole answer has a whole frame.
#include "formats/rdb.h"

#include <algorithm>
#include <cstdlib>

using namespace slotwarden;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  for (const formats::RdbReader reader : {formats::RdbReader{12, false}, formats::RdbReader{80, true}}) {
    formats::RdbCheck at_once(reader);
    at_once.feed(bytes);
    formats::RdbCheck in_pieces(reader);
    const std::size_t piece = 1 + size % 13;
    for (std::size_t at = 0; at < size; at += piece) in_pieces.feed(bytes.subspan(at, std::min(piece, size - at)));
    const auto a = at_once.finish();
    const auto b = in_pieces.finish();
    if (a.state != b.state || a.detail != b.detail || a.keys != b.keys || a.replid != b.replid) std::abort();
    const bool whole = a.state == DatasetState::valid || a.state == DatasetState::empty;
    if (whole && data[0] != 'R' && data[0] != 'V') std::abort();
    if (a.size.n != size) std::abort();
  }
  return 0;
}
