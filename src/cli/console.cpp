#include "cli/console.h"

#include <algorithm>

namespace slotwarden::cli {
namespace {

std::string_view escape_of(Paint p) {
  switch (p) {
    case Paint::plain: return "";
    case Paint::good: return "\x1b[32m";
    case Paint::warning: return "\x1b[33m";
    case Paint::bad: return "\x1b[31m";
    case Paint::faint: return "\x1b[2m";
    case Paint::bold: return "\x1b[1m";
  }
  return "";
}

}  // namespace

std::string painted(const Console& c, Paint p, std::string_view text) {
  if (!c.colour || p == Paint::plain || text.empty()) return std::string(text);
  return std::string(escape_of(p)) + std::string(text) + "\x1b[0m";
}

std::string printable(std::string_view text, bool lines) {
  std::string out(text);
  const auto steers = [lines](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && !(lines && (c == '\n' || c == '\t'))) || byte == 0x7f;
  };
  std::ranges::replace_if(out, steers, '?');
  for (std::size_t i = 0; (i = out.find('\xC2', i)) != std::string::npos && i + 1 < out.size(); ++i) {
    const auto second = static_cast<unsigned char>(out[i + 1]);  // U+0080 to U+009F: C1 controls
    if (second >= 0x80 && second < 0xa0) out.replace(i, 2, "?");
  }
  return out;
}

std::size_t width(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace slotwarden::cli
