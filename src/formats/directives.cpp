#include <algorithm>

#include "formats/lines.h"
#include "formats/server_conf.h"
#include "formats/split_arguments.h"

namespace slotwarden::formats {

namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

}  // namespace

Result<std::vector<Directive>> parse_directives(std::string_view text) {
  std::vector<Directive> directives;
  Lines lines(text);
  while (auto line = lines.next()) {
    if (line->find('\0') != line->npos) return line_error(lines.number(), "it holds a NUL byte");
    line->remove_prefix(std::min(line->find_first_not_of(" \t\r"), line->size()));
    if (line->empty() || line->front() == '#') continue;
    auto words = split_arguments(*line);
    if (!words) return line_error(lines.number(), "unbalanced quotes");
    if (words->empty()) continue;
    Directive d{lower(std::move(words->front())), {}, lines.number()};
    d.arguments.assign(std::make_move_iterator(words->begin() + 1), std::make_move_iterator(words->end()));
    directives.push_back(std::move(d));
  }
  return directives;
}

}  // namespace slotwarden::formats
