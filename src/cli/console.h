// Where slotwardenctl prints and from whom it reads, and what may be printed there.
#pragma once

#include <istream>
#include <ostream>
#include <string>
#include <string_view>

namespace slotwarden::cli {

struct Console {
  std::ostream& out;
  std::ostream& err;
  std::istream& in;
  bool out_is_terminal = false;
  bool in_is_terminal = false;
  bool colour = false;  // only on a terminal, and only while NO_COLOR is unset
};

enum class Paint { plain, good, warning, bad, faint, bold };

// `text` in that colour, or as it is where the console has none.
[[nodiscard]] std::string painted(const Console& c, Paint p, std::string_view text);

// Without control characters, which could steer a terminal: a node's name or a log line may hold anything. Line ends
// and tabs stay where `lines` is set.
[[nodiscard]] std::string printable(std::string_view text, bool lines = false);

// Columns that UTF-8 text takes, one for each code point.
[[nodiscard]] std::size_t width(std::string_view utf8);

}  // namespace slotwarden::cli
