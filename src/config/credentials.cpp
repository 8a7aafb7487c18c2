#include "config/credentials.h"

#include <fmt/format.h>

#include <optional>
#include <vector>

namespace slotwarden::config {

namespace {

struct Line {
  int number;
  std::string_view text;
};

std::vector<Line> lines_that_count(std::string_view text) {
  std::vector<Line> lines;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    text = end == text.npos ? std::string_view{} : text.substr(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty() && !line.starts_with('#')) lines.push_back({number, line});
  }
  return lines;
}

// The rest of a line that begins with the word and a blank.
std::optional<std::string_view> after(std::string_view word, std::string_view line) {
  if (!line.starts_with(word) || line.size() == word.size()) return std::nullopt;
  const auto rest = line.substr(word.size());
  if (rest[0] != ' ' && rest[0] != '\t') return std::nullopt;
  return rest.substr(std::min(rest.find_first_not_of(" \t"), rest.size()));
}

Result<void> put(std::string& into, std::string_view word, std::string_view value, int line) {
  if (value.empty())
    return Error{fmt::format("line {}: nothing follows {}; write the value on the same line", line, word)};
  if (!into.empty()) return Error{fmt::format("line {}: a second {}; keep one", line, word)};
  into = value;
  return {};
}

}  // namespace

Result<Credentials> credentials(std::string_view text) {
  Credentials found;
  if (const auto nul = text.find('\0'); nul != text.npos) return Error{"it holds a NUL byte; write plain text"};
  const auto lines = lines_that_count(text);
  for (const auto& [number, line] : lines) {
    Result<void> stored;
    if (const auto user = after("user", line))
      stored = put(found.user, "user", *user, number);
    else if (const auto password = after("password", line))
      stored = put(found.password, "password", *password, number);
    else if (lines.size() == 1)
      found.password = line;
    else
      return Error{
          fmt::format("line {}: it begins with neither user nor password; write \"user NAME\" and \"password "
                      "VALUE\", each on a line of its own",
                      number)};
    if (!stored) return stored.error();
  }
  if (found.password.empty()) return Error{"it has no password; write \"password VALUE\" on a line of its own"};
  return found;
}

}  // namespace slotwarden::config
