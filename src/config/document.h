// A TOML text as a plain tree in which every key knows its line. The only door to the TOML library.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/problem.h"

namespace slotwarden::config {

struct SourceFile {
  std::string path;
  std::string text;
};

enum class Kind { text, integer, real, flag, date, array, table };

// "a text", "an integer", …, as messages say it.
[[nodiscard]] std::string_view name(Kind k);

struct Node {
  Kind kind = Kind::table;
  std::string key;          // empty for the root and for members of an array
  int line = 0;             // of the key, or of the value where there is no key
  std::string text;         // of a text
  std::int64_t number = 0;  // of an integer
  bool flag = false;
  std::vector<Node> children;  // of a table (in the order of its lines) or an array

  // The child with that key; nullptr unless this is a table that has it. `dotted` may name a child's child:
  // "start.ask".
  [[nodiscard]] const Node* find(std::string_view dotted) const;
};

// The root table. On a syntax error: nullopt, and one problem more.
[[nodiscard]] std::optional<Node> parse_toml(const SourceFile& file, std::vector<Problem>& problems);

}  // namespace slotwarden::config
