#include "config/section.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/suggest.h"

namespace slotwarden::config {

namespace {

// What other programs call it.
struct OtherWord {
  std::string_view typed;
  std::string_view ours;
};
constexpr std::array other_words{OtherWord{"password", "credentials"}, OtherWord{"requirepass", "credentials"},
                                 OtherWord{"auth", "credentials"},     OtherWord{"binary", "server"},
                                 OtherWord{"command", "server"},       OtherWord{"socket", "control_socket"},
                                 OtherWord{"group", "control_group"},  OtherWord{"loglevel", "log_level"},
                                 OtherWord{"dir", "state_dir"}};

std::string_view last_part(std::string_view dotted) {
  const auto dot = dotted.rfind('.');
  return dot == dotted.npos ? dotted : dotted.substr(dot + 1);
}

}  // namespace

void Section::problem(int line, std::string what) {
  problems_.push_back({file_.path, line, std::move(what)});
}

void Section::missing(const Option& option) {
  if (!option.required) return;
  problem(table_.line, fmt::format("{} is missing in {}; write {} = {}", option.name, title_, option.name,
                                   option.form == Form::port ? "7000, or whichever it has"
                                                             : "\"/etc/redis/7000.conf\", or wherever it is"));
}

bool Section::already_set(const Option& option, const Node& node) {
  const auto [at, fresh] = set_at_.try_emplace(prefix_ + std::string{option.name}, Where{file_.path, node.line});
  if (!fresh)
    problem(node.line, fmt::format("{} is already set at {}; keep one of the two", option.name, describe(at->second)));
  return !fresh;
}

void Section::report_unknown_keys() {
  report_unknown_below(table_, "");
}

void Section::report_unknown_below(const Node& table, const std::string& path) {
  for (const auto& child : table.children) {
    const auto name = path + child.key;
    if (std::ranges::find(known_, name) != known_.end()) continue;
    const bool is_section = !known_below(name + ".").empty();
    if (is_section && child.kind == Kind::table)
      report_unknown_below(child, name + ".");
    else if (is_section)
      problem(child.line, fmt::format("{} is a section, not {}; write [{}], and its values below", name,
                                      config::name(child.kind), name));
    else
      problem(child.line, advice_for(child, path));
  }
}

std::vector<std::string_view> Section::known_below(const std::string& path) const {
  std::vector<std::string_view> parts;
  for (const auto known : known_) {
    if (!known.starts_with(path)) continue;
    const auto rest = known.substr(path.size());
    const auto part = rest.substr(0, rest.find('.'));
    if (std::ranges::find(parts, part) == parts.end()) parts.push_back(part);
  }
  return parts;
}

std::string Section::advice_for(const Node& key, const std::string& path) const {
  const auto inside = path.empty() ? title_ : "[" + path.substr(0, path.size() - 1) + "]";
  const auto unknown = fmt::format("unknown {} {}{}; ", key.kind == Kind::table ? "section" : "key", in_quotes(key.key),
                                   inside.empty() ? "" : " in " + inside);
  const auto siblings = known_below(path);
  if (const auto near = nearest(key.key, siblings)) return unknown + suggestion(key.key, siblings);
  for (const auto& word : other_words)
    if (word.typed == key.key && std::ranges::find(siblings, word.ours) != siblings.end())
      return unknown + fmt::format("did you mean \"{}\"?", word.ours);
  for (const auto known : known_)
    if (known.find('.') != known.npos && last_part(known) == key.key)
      return unknown + fmt::format("write it below [{}]", known.substr(0, known.find('.')));
  return unknown + suggestion(key.key, siblings);
}

}  // namespace slotwarden::config
