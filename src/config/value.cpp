#include "config/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "config/suggest.h"
#include "config/text.h"
#include "config/windows.h"

namespace slotwarden::config {

namespace {

std::string wrong_kind(const Node& node, std::string_view what_to_write) {
  return fmt::format("is {}; write {}", name(node.kind), what_to_write);
}

bool has_control_characters(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::string in_words(const Option& option, std::int64_t n) {
  switch (option.form) {
    case Form::size: return print_size(static_cast<std::uint64_t>(n));
    case Form::duration: return print_duration(std::chrono::milliseconds{n});
    case Form::text:
    case Form::path:
    case Form::level:
    case Form::port:
    case Form::flag:
    case Form::count:
    case Form::octal:
    case Form::mode:
    case Form::windows: break;
  }
  return fmt::format("{}", n);
}

// "must be at least 1", where `n` is outside the option's bounds.
Complaint out_of_bounds(const Option& option, std::int64_t n) {
  if (n >= option.least && n <= option.most) return std::nullopt;
  const bool open_end = option.most == std::numeric_limits<std::int64_t>::max();
  const auto least = in_words(option, option.least);
  const auto range =
      open_end ? fmt::format("{} or more", least) : fmt::format("from {} to {}", least, in_words(option, option.most));
  const auto word = option.minus_one.empty() ? "" : fmt::format(", or \"{}\"", option.minus_one);
  return fmt::format("is out of range; write a value {}{}", range, word);
}

std::string integer_example(const Option& option) {
  return option.minus_one.empty() ? "a whole number without quotes"
                                  : fmt::format("a whole number without quotes, or \"{}\"", option.minus_one);
}

// A size in either way of writing it.
Complaint take_size(const Node& node, std::int64_t& into) {
  if (node.kind == Kind::integer) {
    into = node.number;
    return std::nullopt;
  }
  if (node.kind != Kind::text) return wrong_kind(node, "a size such as \"10MiB\", or a whole number of bytes");
  const auto bytes = parse_size(node.text);
  if (!bytes) return "= " + bytes.error().what;
  into = static_cast<std::int64_t>(*bytes);
  return std::nullopt;
}

Complaint take_octal(const Node& node, std::int64_t& into) {
  if (node.kind != Kind::text) return wrong_kind(node, "the octal digits in quotes, such as \"0077\"");
  const auto mask = parse_octal(node.text);
  if (!mask) return "= " + mask.error().what;
  into = *mask;
  return std::nullopt;
}

// Every whole number, within the option's bounds and those of the type it will be stored in.
template <class Int>
Complaint take_whole(const Node& node, const Option& option, Int& into) {
  if (!option.minus_one.empty() && node.kind == Kind::text && node.text == option.minus_one) {
    into = static_cast<Int>(-1);
    return std::nullopt;
  }
  std::int64_t n = node.number;
  Complaint bad;
  if (option.form == Form::size)
    bad = take_size(node, n);
  else if (option.form == Form::octal)
    bad = take_octal(node, n);
  else if (node.kind != Kind::integer)
    bad = wrong_kind(node, integer_example(option));
  if (!bad) bad = out_of_bounds(option, n);
  if (!bad && !std::in_range<Int>(n)) bad = "is out of range; write a smaller value";
  if (!bad) into = static_cast<Int>(n);
  return bad;
}

std::string print_whole(const Option& option, std::int64_t n) {
  if (n == -1 && !option.minus_one.empty()) return toml_string(option.minus_one);
  if (option.form == Form::octal) return toml_string(print_octal(static_cast<int>(n)));
  if (option.form == Form::size && n > 0) return toml_string(print_size(static_cast<std::uint64_t>(n)));
  return fmt::format("{}", n);
}

constexpr std::array levels{LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error};
constexpr std::array modes{Mode::enforce, Mode::audit, Mode::off};

// One of `all` by its name(). `example` lists the names, `what` is what each of them is.
template <class E, std::size_t N>
Complaint take_name(const Node& node, const std::array<E, N>& all, std::string_view example, std::string_view what,
                    E& into) {
  std::array<std::string_view, N> names;
  std::ranges::transform(all, names.begin(), [](E e) { return name(e); });
  if (node.kind != Kind::text) return wrong_kind(node, example);
  const auto at = std::ranges::find(names, node.text);
  if (at == names.end())
    return fmt::format("= {} is not {}; {}", in_quotes(node.text), what, suggestion(node.text, names));
  into = all[static_cast<std::size_t>(at - names.begin())];
  return std::nullopt;
}

}  // namespace

Complaint take(const Node& node, const Option& option, std::string& into) {
  const bool path = option.form == Form::path;
  if (node.kind != Kind::text)
    return wrong_kind(node, path ? "an absolute path in double quotes" : "a text in double quotes");
  if (has_control_characters(node.text)) return "contains a control character; write it on one line without escapes";
  const bool none = node.text.empty() && option.may_be_empty;
  if (path && !none && !node.text.starts_with('/'))
    return fmt::format("= {} is not an absolute path; write it from the root, beginning with \"/\"",
                       in_quotes(node.text));
  if (option.required && node.text.empty()) return std::string{"is empty; write a text"};
  into = node.text;
  return std::nullopt;
}

Complaint take(const Node& node, const Option&, bool& into) {
  if (node.kind != Kind::flag) return wrong_kind(node, "true or false, without quotes");
  into = node.flag;
  return std::nullopt;
}

Complaint take(const Node& node, const Option& option, int& into) {
  return take_whole(node, option, into);
}
Complaint take(const Node& node, const Option& option, std::int64_t& into) {
  return take_whole(node, option, into);
}
Complaint take(const Node& node, const Option& option, std::uint64_t& into) {
  return take_whole(node, option, into);
}

Complaint take(const Node& node, const Option& option, std::chrono::milliseconds& into) {
  if (node.kind == Kind::integer && node.number < 0) return std::string{"is negative; write how long, such as \"10s\""};
  if (node.kind == Kind::integer)
    return fmt::format("has no unit; write \"{}s\" or \"{}ms\", whichever is meant", node.number, node.number);
  if (node.kind != Kind::text) return wrong_kind(node, "a duration such as \"10s\"");
  const auto duration = parse_duration(node.text);
  if (!duration) return "= " + duration.error().what;
  if (auto bad = out_of_bounds(option, duration->count())) return bad;
  into = *duration;
  return std::nullopt;
}

Complaint take(const Node& node, const Option&, Port& into) {
  if (node.kind != Kind::integer) return wrong_kind(node, "the port as a number without quotes, such as 7000");
  if (node.number < 1 || node.number > 65'535)
    return fmt::format("= {} is not a port; write a number from 1 to 65535", node.number);
  into.n = static_cast<std::uint16_t>(node.number);
  return std::nullopt;
}

Complaint take(const Node& node, const Option&, LogLevel& into) {
  return take_name(node, levels, "\"debug\", \"info\", \"warning\" or \"error\"", "a level", into);
}

Complaint take(const Node& node, const Option&, Mode& into) {
  return take_name(node, modes, "\"enforce\", \"audit\" or \"off\"", "a mode", into);
}

Complaint take(const Node& node, const Option&, Windows& into) {
  if (node.kind != Kind::text) return wrong_kind(node, "hours of the week such as \"mon-fri 01:00-05:00\"");
  auto windows = parse_windows(node.text);
  if (!windows) return "= " + windows.error().what;
  into = std::move(*windows);
  return std::nullopt;
}

std::string print(const Option&, const std::string& value) {
  return toml_string(value);
}
std::string print(const Option&, bool value) {
  return value ? "true" : "false";
}
std::string print(const Option& option, int value) {
  return print_whole(option, value);
}
std::string print(const Option& option, std::int64_t value) {
  return print_whole(option, value);
}
std::string print(const Option& option, std::uint64_t value) {
  return print_whole(option, static_cast<std::int64_t>(value));
}
std::string print(const Option&, std::chrono::milliseconds value) {
  return toml_string(print_duration(value));
}
std::string print(const Option&, Port value) {
  return fmt::format("{}", value.n);
}
std::string print(const Option&, LogLevel value) {
  return toml_string(name(value));
}
std::string print(const Option&, const Windows& value) {
  return toml_string(value.text);
}
std::string print(const Option&, Mode value) {
  return toml_string(name(value));
}

}  // namespace slotwarden::config
