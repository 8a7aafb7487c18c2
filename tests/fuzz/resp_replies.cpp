// Replies as a server may send them: the same ones, and the same end, in whatever pieces they come.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "adapters/resp_codec.h"

using namespace slotwarden::adapters;

namespace {

constexpr std::size_t largest = 1 << 20;

struct Heard {
  std::vector<Reply> replies;
  bool failed = false;
};

Heard heard(std::string_view bytes, std::size_t piece) {
  Heard h;
  ReplyReader reader(largest);
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    if (!reader.feed(bytes.substr(at, piece))) return h.failed = true, h;
    for (;;) {
      auto next = reader.next();
      if (!next) return h.failed = true, h;
      if (!*next) break;
      h.replies.push_back(std::move(**next));
    }
  }
  return h;
}

bool same(const Reply& a, const Reply& b) {
  return a.kind == b.kind && a.text == b.text && a.number == b.number && std::ranges::equal(a.items, b.items, same);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = heard(bytes, size + 1);
  for (const std::size_t piece : {std::size_t{1}, 2 + size % 31}) {
    const auto parts = heard(bytes, piece);
    if (parts.failed != whole.failed || !std::ranges::equal(parts.replies, whole.replies, same)) std::abort();
  }
  return 0;
}
