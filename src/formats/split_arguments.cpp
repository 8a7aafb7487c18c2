#include "formats/split_arguments.h"

#include <algorithm>

#include "formats/numbers.h"

namespace slotwarden::formats {

namespace {

constexpr std::string_view blanks = " \t\n\v\f\r";
constexpr std::string_view word_ends =
    " \t\n\r";  // as in the server: \v and \f end a word only when one begins with them

bool is_blank(char c) {
  return blanks.find(c) != blanks.npos;
}

char unescape(char c) {
  switch (c) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'b': return '\b';
    case 'a': return '\a';
    default: return c;
  }
}

std::optional<unsigned> hex_escape(std::string_view rest) {
  if (rest.size() < 4 || rest.substr(0, 2) != "\\x") return std::nullopt;
  return whole_number<unsigned>(rest.substr(2, 2), 16);
}

// `at` is behind the opening quote; afterwards behind the closing one.
bool double_quoted(std::string_view line, std::size_t& at, std::string& word) {
  while (at < line.size() && line[at] != '"') {
    if (const auto byte = hex_escape(line.substr(at))) {
      word += static_cast<char>(*byte);
      at += 4;
    } else if (line[at] == '\\' && at + 1 < line.size()) {
      word += unescape(line[at + 1]);
      at += 2;
    } else {
      word += line[at++];
    }
  }
  return at++ < line.size();
}

bool single_quoted(std::string_view line, std::size_t& at, std::string& word) {
  while (at < line.size() && line[at] != '\'') {
    if (line.substr(at, 2) == "\\'") ++at;
    word += line[at++];
  }
  return at++ < line.size();
}

std::optional<std::string> next_word(std::string_view line, std::size_t& at) {
  std::string word;
  while (at < line.size() && word_ends.find(line[at]) == word_ends.npos) {
    const char c = line[at++];
    if (c != '"' && c != '\'') {
      word += c;
      continue;
    }
    if (!(c == '"' ? double_quoted(line, at, word) : single_quoted(line, at, word))) return std::nullopt;
    if (at < line.size() && !is_blank(line[at])) return std::nullopt;
    break;
  }
  return word;
}

}  // namespace

std::optional<std::vector<std::string>> split_arguments(std::string_view line) {
  std::vector<std::string> words;
  for (std::size_t at = 0;;) {
    at = std::min(line.find_first_not_of(blanks, at), line.size());
    if (at == line.size()) return words;
    auto word = next_word(line, at);
    if (!word) return std::nullopt;
    words.push_back(std::move(*word));
  }
}

}  // namespace slotwarden::formats
