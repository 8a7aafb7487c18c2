// An RDB file, also with its checksum switched off: every way of cutting it into pieces gives one answer, and a good
// answer only a file that ends as it has to.
#include "formats/rdb.h"

#include <algorithm>
#include <cstdlib>

#include "formats/crc64.h"

using namespace slotwarden;

namespace {

struct Answer {
  Dataset dataset;
  DumpContents contents;
};

Answer in_pieces(std::span<const std::byte> bytes, formats::RdbReader reader, std::size_t piece) {
  formats::RdbCheck check(reader, {.biggest = 3});
  for (std::size_t at = 0; at < bytes.size(); at += piece)
    check.feed(bytes.subspan(at, std::min(piece, bytes.size() - at)));
  return {check.finish(), check.contents()};
}

bool same(const Answer& a, const Answer& b) {
  const auto& [d, c] = a;
  const auto& [e, f] = b;
  if (d.state != e.state || d.detail != e.detail || d.broken_at != e.broken_at || d.keys != e.keys) return false;
  if (d.replid != e.replid || d.offset != e.offset || d.writer != e.writer || d.size.n != e.size.n) return false;
  if (c.of_kind != f.of_kind || c.databases.size() != f.databases.size() || c.length != f.length || c.aux != f.aux)
    return false;
  return std::ranges::equal(c.biggest, f.biggest,
                            [](const auto& k, const auto& l) { return k.name == l.name && k.size == l.size; });
}

void judge(std::span<const std::byte> bytes, formats::RdbReader reader) {
  const auto whole = in_pieces(bytes, reader, bytes.size() + 1);
  const std::size_t pieces[] = {1, 2 + bytes.size() % 61, 100};
  for (const auto piece : pieces)
    if (!same(in_pieces(bytes, reader, piece), whole)) std::abort();

  const auto& [d, c] = whole;
  const bool refused = d.state == DatasetState::truncated || d.state == DatasetState::corrupt;
  if (d.size.n != bytes.size() || refused != d.broken_at.has_value()) std::abort();
  if (d.state != DatasetState::valid && d.state != DatasetState::empty) return;
  if (c.length != bytes.size() || (d.keys == 0u) != (d.state == DatasetState::empty)) std::abort();
  if (c.version < 5) return;
  const auto body = bytes.first(bytes.size() - 8);
  const bool off = std::ranges::all_of(bytes.last(8), [](std::byte b) { return b == std::byte{}; });
  if (body.back() != std::byte{0xff} || (!off && formats::crc64(0, bytes) != 0)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  std::vector<std::byte> off(bytes.begin(), bytes.end());
  std::fill(off.end() - static_cast<std::ptrdiff_t>(std::min<std::size_t>(8, off.size())), off.end(), std::byte{});
  for (const formats::RdbReader reader : {formats::RdbReader{13, false}, formats::RdbReader{80, true}}) {
    judge(bytes, reader);
    judge(off, reader);
  }
  return 0;
}
