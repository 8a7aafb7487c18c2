// A mistake in a configuration, where it stands, and what to write instead.
#pragma once

#include <string>
#include <string_view>

namespace slotwarden::config {

struct Where {
  std::string path;
  int line = 0;  // 0: the file as a whole, or a built-in value when the path is empty
  friend bool operator==(const Where&, const Where&) = default;
};

struct Problem {
  std::string path;
  int line = 0;
  std::string what;  // one line: what is wrong, and what to write
  friend bool operator==(const Problem&, const Problem&) = default;
};

// "/etc/slotwarden/slotwarden.toml:12", without the line where it is 0; "built in" for no path.
[[nodiscard]] std::string describe(const Where& w);
// "path:line: what".
[[nodiscard]] std::string describe(const Problem& p);

// Text from a file as it may stand in a message: in double quotes, control characters escaped, cut after 80 bytes.
[[nodiscard]] std::string in_quotes(std::string_view text);

}  // namespace slotwarden::config
