#include "formats/sysctl.h"

#include <algorithm>

#include "formats/lines.h"
#include "formats/numbers.h"

namespace slotwarden::formats {

namespace {

// Without the one newline that the kernel puts at the end.
std::string_view line_of(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

std::optional<PortRange> range_of(std::string_view text) {
  const auto dash = text.find('-');
  const auto first = whole_number<std::uint16_t>(text.substr(0, dash));
  const auto last = dash == text.npos ? first : whole_number<std::uint16_t>(text.substr(dash + 1));
  if (!first || !last || *first > *last) return std::nullopt;
  return PortRange{*first, *last};
}

std::optional<std::uint64_t> limit_of(std::string_view word) {
  return word == "unlimited" ? std::optional(Limit::unlimited) : whole_number<std::uint64_t>(word);
}

// "Max open files            1024                 20000                files"
Result<Limit> limit_line(std::string_view text, std::string_view title) {
  Lines lines(text);
  while (const auto line = lines.next()) {
    if (!line->starts_with(title)) continue;
    auto rest = line->substr(title.size());
    const auto soft = limit_of(take_word(rest));
    const auto hard = limit_of(take_word(rest));
    if (!soft || !hard) return line_error(lines.number(), "not in the form of a limit");
    return Limit{*soft, *hard};
  }
  return Error{"there is no line \"" + std::string(title) + "\""};
}

}  // namespace

Result<std::int64_t> sysctl_number(std::string_view text) {
  const auto n = whole_number<std::int64_t>(line_of(text));
  if (!n) return Error{"not a number"};
  return *n;
}

Result<std::string> chosen_word(std::string_view text) {
  auto line = line_of(text);
  std::string chosen;
  for (auto word = take_word(line); !word.empty(); word = take_word(line)) {
    if (!word.starts_with('[') && !word.ends_with(']')) continue;
    if (word.size() < 3 || !word.starts_with('[') || !word.ends_with(']') || !chosen.empty())
      return Error{"not in the form of a choice"};
    chosen = word.substr(1, word.size() - 2);
  }
  if (chosen.empty()) return Error{"no word is chosen"};
  return Result<std::string>(boost::system::in_place_value, std::move(chosen));
}

Result<PortRange> port_range(std::string_view text) {
  auto line = line_of(text);
  const auto first = whole_number<std::uint16_t>(take_word(line));
  const auto last = whole_number<std::uint16_t>(take_word(line));
  if (!first || !last || !take_word(line).empty() || *first > *last) return Error{"not a range of ports"};
  return PortRange{*first, *last};
}

Result<std::vector<PortRange>> port_list(std::string_view text) {
  auto line = line_of(text);
  std::vector<PortRange> all;
  while (!line.empty()) {
    const auto range = range_of(take_until(line, ','));
    if (!range) return Error{"not a list of ports"};
    all.push_back(*range);
  }
  return all;
}

Result<Limits> process_limits(std::string_view text) {
  Limits all;
  const auto take = [&](std::string_view title, Limit& into) -> Result<void> {
    const auto found = limit_line(text, title);
    if (!found) return found.error();
    into = *found;
    return {};
  };
  if (auto r = take("Max open files ", all.nofile); !r) return r.error();
  if (auto r = take("Max processes ", all.nproc); !r) return r.error();
  if (auto r = take("Max core file size ", all.core); !r) return r.error();
  if (auto r = take("Max locked memory ", all.memlock); !r) return r.error();
  return all;
}

Result<Bytes> kibibytes(std::string_view text, std::string_view field) {
  Lines lines(text);
  while (auto line = lines.next()) {
    if (take_word(*line) != field) continue;
    const auto n = whole_number<std::uint64_t>(take_word(*line));
    if (!n || *n > (UINT64_MAX >> 10) || take_word(*line) != "kB" || !take_word(*line).empty())
      return line_error(lines.number(), "not a number of kB");
    return Bytes{*n << 10};
  }
  return Error{"there is no line " + std::string(field)};
}

Result<bool> huge_pages_allowed(std::string_view status) {
  Lines lines(status);
  while (auto line = lines.next()) {
    if (take_word(*line) != "THP_enabled:") continue;
    const auto word = take_word(*line);
    if (word != "0" && word != "1") return line_error(lines.number(), "neither 0 nor 1");
    return word == "1";
  }
  return Error{"there is no line THP_enabled:"};
}

Result<std::optional<Bytes>> memory_limit(std::string_view text) {
  // The largest multiple of a page that fits into 63 bits: what the first version writes for "no limit".
  constexpr std::uint64_t no_limit = INT64_MAX & ~std::uint64_t{0xFFFF};
  const auto line = line_of(text);
  if (line == "max") return std::optional<Bytes>();
  const auto n = whole_number<std::uint64_t>(line);
  if (!n) return Error{"neither a number of bytes nor max"};
  return *n >= no_limit ? std::optional<Bytes>() : std::optional(Bytes{*n});
}

Result<ControlGroups> control_groups(std::string_view text) {
  ControlGroups groups;
  Lines lines(text);
  while (auto line = lines.next()) {
    const auto number = take_until(*line, ':');
    auto controllers = take_until(*line, ':');
    if (!whole_number<std::uint32_t>(number) || !line->starts_with('/'))
      return line_error(lines.number(), "not in the form of a control group");
    if (controllers.empty()) groups.unified = *line;
    while (!controllers.empty())
      if (take_until(controllers, ',') == "memory") groups.memory = *line;
  }
  return groups;
}

std::vector<std::string> rotated_patterns(std::string_view text) {
  std::vector<std::string> patterns;
  bool inside = false;  // of a block
  Lines lines(text);
  while (auto line = lines.next()) {
    for (auto word = take_word(*line); !word.empty(); word = take_word(*line)) {
      if (word.starts_with('#')) break;
      if (word == "}") inside = false;
      const bool opens = word.ends_with('{');
      if (opens) word.remove_suffix(1);
      if (!inside && word.starts_with('"')) word.remove_prefix(1);
      if (!inside && word.ends_with('"')) word.remove_suffix(1);
      if (!inside && word.starts_with('/')) patterns.emplace_back(word);
      if (opens) inside = true;
    }
  }
  return patterns;
}

}  // namespace slotwarden::formats
