// Texts of lines, walked once, with the number of the line for the message.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "facts/result.h"

namespace slotwarden::formats {

// "line 12: " and what is wrong in it.
[[nodiscard]] inline Error line_error(int line, std::string_view what) {
  return Error{"line " + std::to_string(line) + ": " + std::string(what)};
}

// Takes line after line off the front of a text.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  // The next line without its newline; nullopt behind the last one. A newline at the very end begins no line.
  [[nodiscard]] std::optional<std::string_view> next() {
    if (rest_.empty()) return std::nullopt;
    const auto end = rest_.find('\n');
    const auto line = rest_.substr(0, end);
    rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + 1);
    ++number_;
    return line;
  }
  // Of the line that next() returned last; the first is 1.
  [[nodiscard]] int number() const { return number_; }

 private:
  std::string_view rest_;
  int number_ = 0;
};

// Whether `text` is the lower-case `word` in any case, as the server compares names.
[[nodiscard]] inline bool same_word(std::string_view word, std::string_view text) {
  return std::ranges::equal(word, text, {}, {},
                            [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
}

// Takes the part up to `separator`, and the separator, off the front; all of it where there is no separator.
[[nodiscard]] inline std::string_view take_until(std::string_view& text, char separator) {
  const auto at = text.find(separator);
  const auto head = text.substr(0, at);
  text.remove_prefix(at == text.npos ? text.size() : at + 1);
  return head;
}

// The next word of a line of words separated by blanks, off the front; empty when there is none.
[[nodiscard]] inline std::string_view take_word(std::string_view& line) {
  constexpr std::string_view blanks = " \t\r";
  line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
  const auto word = line.substr(0, line.find_first_of(blanks));
  line.remove_prefix(word.size());
  return word;
}

}  // namespace slotwarden::formats
