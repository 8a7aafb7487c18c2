// Bytes as a peer may send them: decoded, parsed, and every request turned back into arguments.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "control/codec.h"
#include "control/peer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace slotwarden::control;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  RequestDecoder decoder(longest_peer_frame);
  while (!rest.empty()) {
    const std::string_view piece = rest.substr(0, 1 + (rest.size() * 7) % 97);
    rest.remove_prefix(piece.size());
    decoder.feed(piece);
    for (;;) {
      RequestDecoder::Next next = decoder.next();
      auto* argv = std::get_if<RequestDecoder::Arguments>(&next);
      if (!argv) break;
      const auto request = parse_peer(std::move(*argv));
      if (!request) continue;
      const auto again = parse_peer(argv_of(*request));
      if (!again || argv_of(*again) != argv_of(*request)) std::abort();
    }
  }
  return 0;
}
