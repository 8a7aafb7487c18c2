// Bytes as a client of the control socket may send them: decoded, parsed, and every request turned back into arguments.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "control/codec.h"
#include "control/request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace slotwarden::control;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  RequestDecoder decoder;
  while (!rest.empty()) {
    const std::string_view piece = rest.substr(0, 1 + (rest.size() * 7) % 97);
    rest.remove_prefix(piece.size());
    decoder.feed(piece);
    for (;;) {
      const RequestDecoder::Next next = decoder.next();
      const auto* argv = std::get_if<RequestDecoder::Arguments>(&next);
      if (!argv) break;
      if (argv->empty() || argv->size() > RequestDecoder::most_arguments) std::abort();
      const auto request = parse(*argv);
      if (request && !parse(argv_of(*request))) std::abort();
    }
  }
  return 0;
}
