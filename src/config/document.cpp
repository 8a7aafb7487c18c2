#include "config/document.h"

#include <algorithm>

#include "config/toml_guard.h"

// The one file that includes the TOML library: it is large, and its types stay in here.
// Version 3.3 asserts on "[=" where its own check, right behind the assertion, would report it; clang in a release
// build would even take the assertion for granted. So there are none; NDEBUG would make the library ignore that wish.
#undef NDEBUG
#define TOML_ASSERT(expression) static_cast<void>(0)
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 8
#include <toml++/toml.h>

namespace slotwarden::config {

namespace {

Node copy(const toml::node& from);

std::vector<Node> children_of(const toml::table& table) {
  std::vector<Node> children;
  for (const auto& [key, value] : table) {
    auto child = copy(value);
    child.key = key.str();
    child.line = static_cast<int>(key.source().begin.line);
    children.push_back(std::move(child));
  }
  std::ranges::stable_sort(children, {}, &Node::line);
  return children;
}

std::vector<Node> children_of(const toml::array& array) {
  std::vector<Node> children;
  for (const auto& value : array) children.push_back(copy(value));
  return children;
}

Node copy(const toml::node& from) {
  Node to;
  to.line = static_cast<int>(from.source().begin.line);
  switch (from.type()) {
    case toml::node_type::none: break;
    case toml::node_type::table:
      to.kind = Kind::table;
      to.children = children_of(*from.as_table());
      break;
    case toml::node_type::array:
      to.kind = Kind::array;
      to.children = children_of(*from.as_array());
      break;
    case toml::node_type::string:
      to.kind = Kind::text;
      to.text = from.as_string()->get();
      break;
    case toml::node_type::integer:
      to.kind = Kind::integer;
      to.number = from.as_integer()->get();
      break;
    case toml::node_type::boolean:
      to.kind = Kind::flag;
      to.flag = from.as_boolean()->get();
      break;
    case toml::node_type::floating_point: to.kind = Kind::real; break;
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time: to.kind = Kind::date; break;
  }
  return to;
}

// The library's sentence on one line, without control characters that it may quote from the file.
std::string one_line(std::string_view sentence) {
  std::string line;
  for (const char c : sentence) line += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  return line;
}

}  // namespace

std::string_view name(Kind k) {
  switch (k) {
    case Kind::text: return "a text";
    case Kind::integer: return "an integer";
    case Kind::real: return "a number with a fraction";
    case Kind::flag: return "true or false";
    case Kind::date: return "a date or time";
    case Kind::array: return "a list";
    case Kind::table: return "a section";
  }
  return "";
}

const Node* Node::find(std::string_view dotted) const {
  if (kind != Kind::table) return nullptr;
  const auto dot = dotted.find('.');
  const auto at = std::ranges::find(children, dotted.substr(0, dot), &Node::key);
  if (at == children.end()) return nullptr;
  return dot == dotted.npos ? &*at : at->find(dotted.substr(dot + 1));
}

std::optional<Node> parse_toml(const SourceFile& file, std::vector<Problem>& problems) {
  if (auto bad = hazard(file)) {
    problems.push_back(std::move(*bad));
    return std::nullopt;
  }
  const auto parsed = toml::parse(std::string_view{file.text});
  if (parsed) return copy(parsed.table());
  const auto& error = parsed.error();
  problems.push_back({file.path, std::max(1, static_cast<int>(error.source().begin.line)),
                      "this is not TOML (" + one_line(error.description()) +
                          "); write one key = value to a line, with texts in double quotes"});
  return std::nullopt;
}

}  // namespace slotwarden::config
