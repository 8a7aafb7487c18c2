#include "formats/lzf.h"

namespace slotwarden::formats {

std::optional<std::string> lzf_unpack(std::string_view packed, std::size_t length) {
  std::string plain;
  std::size_t at = 0;
  const auto next = [&] { return static_cast<unsigned char>(packed[at++]); };
  while (at < packed.size()) {
    const unsigned control = next();
    if (control < 32) {  // a run of literal bytes
      const std::size_t run = control + 1;
      if (packed.size() - at < run || length - plain.size() < run) return std::nullopt;
      plain.append(packed.substr(at, run));
      at += run;
      continue;
    }
    std::size_t run = control >> 5;  // a copy of what was written before
    if (run == 7) {
      if (at == packed.size()) return std::nullopt;
      run += next();
    }
    run += 2;
    if (at == packed.size()) return std::nullopt;
    const std::size_t back = ((control & 0x1f) << 8 | next()) + 1;
    if (back > plain.size() || length - plain.size() < run) return std::nullopt;
    for (std::size_t i = 0; i < run; ++i) plain += plain[plain.size() - back];  // it may overlap itself
  }
  if (plain.size() != length) return std::nullopt;
  return plain;
}

}  // namespace slotwarden::formats
