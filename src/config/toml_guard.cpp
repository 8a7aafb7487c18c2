#include "config/toml_guard.h"

#include <algorithm>
#include <string_view>

namespace slotwarden::config {

namespace {

// Keys of this project have two parts.
constexpr auto most_dots = 100;

// Walks over a text as TOML's strings and comments divide it. Where one does not end as it must, the library will say
// so and read no further; neither does this.
class Walk {
 public:
  explicit Walk(std::string_view text) : rest_(text) {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);  // a byte order mark is none of the text
  }

  [[nodiscard]] std::string_view find_hazard() {
    while (!rest_.empty()) {
      if (rest_[0] == '#')
        skip(rest_.find('\n'));
      else if (rest_[0] == '"' || rest_[0] == '\'')
        skip_string();
      else if (const auto what = look_at(rest_[0]); !what.empty())
        return what;
      else
        skip(1);
    }
    return {};
  }

  [[nodiscard]] int line() const { return line_; }

 private:
  std::string_view look_at(char c) {
    if (static_cast<unsigned char>(c) >= 0x80)
      return "a character that is not ASCII stands outside of quotes; write plain spaces, and texts in plain double "
             "quotes";
    if (c == '.' && ++dots_ > most_dots) return "a key has over a hundred parts; write one with one or two";
    return {};
  }

  void skip(std::size_t size) {
    const auto passed = rest_.substr(0, size);
    const auto lines = static_cast<int>(std::ranges::count(passed, '\n'));
    line_ += lines;
    if (lines > 0) dots_ = 0;
    rest_.remove_prefix(passed.size());
  }

  void skip_string() {
    const char quote = rest_[0];
    const std::string_view triple = quote == '"' ? R"(""")" : "'''";
    const auto delimiter = rest_.starts_with(triple) ? triple : triple.substr(0, 1);
    auto at = delimiter.size();
    while (at < rest_.size() && !rest_.substr(at).starts_with(delimiter)) {
      if (rest_[at] == '\n' && delimiter.size() == 1) return skip(rest_.npos);
      at += quote == '"' && rest_[at] == '\\' ? 2 : 1;
    }
    at += delimiter.size();
    // A long string may end with up to two quotes of its own.
    for (int more = 0; more < 2 && delimiter.size() == 3 && at < rest_.size() && rest_[at] == quote; ++more) ++at;
    skip(at);
  }

  std::string_view rest_;
  int line_ = 1;
  int dots_ = 0;  // since the line began
};

}  // namespace

std::optional<Problem> hazard(const SourceFile& file) {
  Walk walk{file.text};
  const auto what = walk.find_hazard();
  if (what.empty()) return std::nullopt;
  return Problem{file.path, walk.line(), std::string{what}};
}

}  // namespace slotwarden::config
