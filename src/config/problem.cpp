#include "config/problem.h"

#include <fmt/format.h>

#include "config/text.h"

namespace slotwarden::config {

std::string describe(const Where& w) {
  if (w.path.empty()) return "built in";
  return w.line > 0 ? fmt::format("{}:{}", w.path, w.line) : w.path;
}

std::string describe(const Problem& p) {
  return describe(Where{p.path, p.line}) + ": " + p.what;
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 80;
  if (text.size() <= longest) return toml_string(text);
  auto end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // keep UTF-8 whole
  return toml_string(std::string(text.substr(0, end)) + "...");
}

}  // namespace slotwarden::config
