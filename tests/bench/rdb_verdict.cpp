// What slotwarden says of RDB files, for tests and benchmarks: one JSON object a line.
//
//   rdb_verdict [--reader redis:10|valkey:11] [--sum-only|--boundaries] FILE…
//
// --sum-only: reads and sums, and does not walk. --boundaries: where each item of the file begins.
#include <fcntl.h>

#include <charconv>
#include <functional>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "adapters/fd.h"
#include "formats/crc64.h"
#include "formats/rdb.h"
#include "observe/pieces.h"

using namespace slotwarden;

namespace {

// Hands the file to take(bytes) until that returns false. False when it cannot be read.
bool each_piece(const char* path, const std::function<bool(std::span<const std::byte>)>& take) {
  const adapters::Fd fd(::open(path, O_RDONLY | O_CLOEXEC));
  return fd.get() >= 0 && observe::each_piece(fd.get(), path, nullptr, take);
}

nlohmann::json sum_of(const char* path) {
  std::uint64_t sum = 0;
  each_piece(path, [&](auto bytes) { return sum = formats::crc64(sum, bytes), true; });
  return {{"file", path}, {"sum", sum}, {"way", formats::crc64_ways().front().name}};
}

nlohmann::json verdict_of(const char* path, formats::RdbReader reader) {
  const auto check = std::make_unique<formats::RdbCheck>(reader);
  if (!each_piece(path, [&](auto bytes) { return check->feed(bytes), !check->settled(); }))
    return {{"file", path}, {"state", name(DatasetState::unreadable)}};
  const auto d = check->finish();
  nlohmann::json j = {{"file", path}, {"state", name(d.state)}, {"detail", d.detail}};
  if (d.broken_at) j["broken_at"] = *d.broken_at;
  if (d.keys) j["keys"] = *d.keys;
  if (d.keys_with_expiry) j["with_expiry"] = *d.keys_with_expiry;
  return j;
}

nlohmann::json boundaries_of(const char* path) {
  const auto walk = std::make_unique<formats::RdbWalk>(0);
  auto begins = nlohmann::json::array();
  each_piece(path, [&](auto bytes) {
    for (; !bytes.empty(); bytes = bytes.subspan(1)) {
      const auto before = walk->item_at();
      walk->feed(bytes.first(1));
      if (walk->item_at() != before) begins.push_back(walk->item_at());
    }
    return true;
  });
  return {{"file", path}, {"boundaries", begins}};
}

formats::RdbReader reader_of(std::string_view text) {
  formats::RdbReader reader;
  const auto colon = text.find(':');
  reader.valkey = text.substr(0, colon) == "valkey";
  if (colon != text.npos) std::from_chars(text.data() + colon + 1, text.data() + text.size(), reader.newest);
  return reader;
}

}  // namespace

int main(int argc, char** argv) {
  formats::RdbReader reader;
  std::string_view mode;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--sum-only" || argument == "--boundaries")
      mode = argument;
    else if (argument == "--reader" && i + 1 < argc)
      reader = reader_of(argv[++i]);
    else
      std::cout << (mode == "--sum-only"     ? sum_of(argv[i])
                    : mode == "--boundaries" ? boundaries_of(argv[i])
                                             : verdict_of(argv[i], reader))
                << '\n';
  }
}
