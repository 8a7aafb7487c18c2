#include "control/request.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "control/commands.h"

namespace slotwarden::control {
namespace {

using Fault = std::optional<std::string>;  // what is wrong, as a clause

constexpr std::int64_t most_events = 100'000;
constexpr std::int64_t most_tail_bytes = 32'768;
constexpr std::size_t longest_reason = 1'024;
constexpr std::size_t longest_path = 4'095;

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

std::string upper(std::string_view s) {
  std::string out(s);
  std::ranges::transform(out, out.begin(), [](char c) { return upper(c); });
  return out;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return upper(c) >= 'A' && upper(c) <= 'Z';
}
bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

// What a stranger sent, fit for an error message.
std::string quoted(std::string_view s) {
  std::string out(s.substr(0, 64));
  std::ranges::replace_if(
      out, [](char c) { return is_control(c) || static_cast<unsigned char>(c) > 0x7e; }, '?');
  return "'" + out + (s.size() > 64 ? "…'" : "'");
}

std::optional<std::int64_t> number_within(std::string_view text, std::int64_t most) {
  std::int64_t n = 0;
  const auto [end, err] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (err != std::errc{} || end != text.data() + text.size() || n < 1 || n > most) return std::nullopt;
  return n;
}

Fault set_number(std::string_view option, std::string_view value, std::int64_t most, auto& out) {
  const auto n = number_within(value, most);
  if (!n) return std::string(option) + " wants a number from 1 to " + std::to_string(most) + ", not " + quoted(value);
  out = static_cast<std::decay_t<decltype(out)>>(*n);
  return {};
}

Fault set_reason(std::string_view value, std::string& out) {
  out = value;
  std::ranges::replace_if(out, is_control, ' ');  // one line in every log
  if (out.find_first_not_of(' ') == std::string::npos) return "--reason wants a text";
  if (out.size() > longest_reason) return "--reason is longer than " + std::to_string(longest_reason) + " bytes";
  return {};
}

// Of the daemon's host: a path that is not from the root would mean its working directory.
Fault set_from(std::string_view value, std::string& out) {
  out = value;
  if (value.empty()) return "--from wants a file or the name of a kept copy";
  if (value.size() > longest_path || std::ranges::any_of(value, is_control)) return "--from wants a path";
  if (value.find('/') != value.npos && value.front() != '/')
    return "--from wants a path from the root, not " + quoted(value);
  return {};
}

// A file within the folder of kept copies, and never a path.
Fault set_generation(std::string_view value, std::string& out) {
  out = value;
  if (value.empty() || value.size() > 200 || value.front() == '.' || value.find('/') != value.npos ||
      std::ranges::any_of(value, is_control))
    return quoted(value) + " is not the name of a generation";
  return {};
}

Fault set_option(std::string_view option, std::string_view value, Request& r) {
  if (option == "--force") r.options.force = true;
  if (option == "--in-place") r.options.in_place = true;
  if (option == "--take-back") r.options.take_back = true;
  if (option == "--resume") r.options.resume = true;
  if (option == "--now") r.options.at_once = true;
  if (option == "--saves") r.options.saves = true;
  if (option == "--plan") r.options.plan = true;
  if (option == "--generation") return set_generation(value, r.file);
  if (option == "--reason") return set_reason(value, r.reason);
  if (option == "--from") return set_from(value, r.file);
  if (option == "--limit") return set_number(option, value, most_events, r.limit);
  if (option == "--lines") return set_number(option, value, most_tail_bytes, r.lines);
  if (option == "--bytes") return set_number(option, value, most_tail_bytes, r.bytes);
  return {};
}

bool is_policy_name(std::string_view s) {
  const auto fits = [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; };
  return !s.empty() && s.size() <= 64 && is_letter(s.front()) && std::ranges::all_of(s, fits);
}

Fault add_target(std::string_view word, Request& r) {
  if (!port_target(word) && !is_policy_name(word))
    return quoted(word) + " is neither a port (1 to 65535) nor all nor a policy's name";
  r.targets.emplace_back(upper(word) == "ALL" ? "all" : word);
  return {};
}

constexpr std::array host_words{std::string_view{"print sysctl"}, std::string_view{"print tmpfiles"},
                                std::string_view{"print limits"}, std::string_view{"print systemd"},
                                std::string_view{"restore"},      std::string_view{"enforce"}};

Fault add_host_word(std::string_view word, Request& r) {
  const auto topic = r.topic + (r.topic.empty() ? "" : " ") + std::string(word);
  const auto begins = [&](std::string_view known) { return known == topic || known.starts_with(topic + " "); };
  if (std::ranges::none_of(host_words, begins)) return "it does not know " + quoted(topic);
  r.topic = topic;
  return {};
}

Fault add_inspected(std::string_view word, Request& r) {
  if (r.topic.empty()) {
    if (word != "dump" && word != "dataset") return "it inspects a dump or a dataset, not " + quoted(word);
    r.topic = word;
    return {};
  }
  if (!r.file.empty() || !r.targets.empty()) return "it inspects one at a time";
  if (r.topic == "dump") {
    r.file = word;
    return {};
  }
  if (!port_target(word)) return quoted(word) + " is not a port (1 to 65535)";
  return add_target(word, r);
}

Fault add_certificate_word(std::string_view word, Request& r) {
  if (r.topic.empty()) {
    if (word != "init" && word != "issue" && word != "show") return "it can init, issue and show, not " + quoted(word);
    r.topic = word;
    return {};
  }
  if (!r.file.empty()) return "it takes one name at a time";
  r.file = word;
  return {};
}

Fault add_backups_word(std::string_view word, Request& r) {
  if (r.topic.empty() && r.targets.empty() && (word == "verify" || word == "export")) {
    r.topic = word;
    return {};
  }
  if (r.topic != "export") return add_target(word, r);
  if (r.targets.empty()) {
    if (!port_target(word)) return quoted(word) + " is not a port (1 to 65535)";
    return add_target(word, r);
  }
  if (r.file.empty()) return set_generation(word, r.file);
  if (!r.into.empty()) return "it exports one generation at a time";
  r.into = word;
  return {};
}

Fault add_word(const CommandText& c, std::string_view word, Request& r) {
  if (c.takes_signal && r.signal.empty()) {
    if (!signal_number(word)) return quoted(word) + " is not a signal's name (HUP, TERM, KILL, STOP, CONT, USR1 …)";
    r.signal = upper(word);
    if (r.signal.starts_with("SIG")) r.signal.erase(0, 3);
    return {};
  }
  switch (c.takes) {
    case Takes::nothing: return "it takes no argument, and there is " + quoted(word);
    case Takes::any_instances: return add_target(word, r);
    case Takes::some_instances: return add_target(word, r);
    case Takes::one_port:
      if (!port_target(word)) return quoted(word) + " is not a port (1 to 65535)";
      if (!r.targets.empty()) return "it takes one port";
      return add_target(word, r);
    case Takes::command_name:
      if (!r.topic.empty()) return "it takes one command";
      if (!find_command(word)) return "there is no command " + quoted(word);
      r.topic = upper(word);
      return {};
    case Takes::channel:
      if (word != "events") return "the only channel is events, not " + quoted(word);
      r.topic = word;
      return {};
    case Takes::ports:
      if (!port_target(word) && word != "all") return quoted(word) + " is neither a port (1 to 65535) nor all";
      return add_target(word, r);
    case Takes::inspection: return add_inspected(word, r);
    case Takes::backups: return add_backups_word(word, r);
    case Takes::certificates: return add_certificate_word(word, r);
    case Takes::host_words: return add_host_word(word, r);
  }
  return {};
}

// The words after the command.
Fault add_words(const CommandText& c, std::span<const std::string> words, Request& r) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (!word.starts_with('-')) {
      if (Fault f = add_word(c, word, r)) return f;
      continue;
    }
    const std::size_t equals = word.starts_with("--") ? word.find('=') : std::string_view::npos;
    const std::string_view given = word.substr(0, equals);
    const auto sent = [&](const OptionText& o) { return !o.of_slotwardenctl && (given == o.name || given == o.brief); };
    const auto option = std::ranges::find_if(c.options, sent);
    if (option == c.options.end()) return "it has no option " + quoted(given);
    const bool attached = equals != std::string_view::npos;
    if (option->value.empty() && attached) return std::string(option->name) + " takes no value";
    if (!option->value.empty() && !attached && ++i == words.size())
      return std::string(option->name) + " wants a value: " + std::string(option->name) + " " +
             std::string(option->value);
    const std::string_view value = attached ? word.substr(equals + 1) : std::string_view(words[i]);
    if (Fault f = set_option(option->name, value, r)) return f;
  }
  return {};
}

// What no single word shows.
Fault check(const CommandText& c, const Request& r) {
  if (c.takes_signal && r.signal.empty()) return "it wants a signal's name";
  const bool needs_target = c.takes == Takes::some_instances || c.takes == Takes::one_port;
  if (needs_target && r.targets.empty())
    return c.takes == Takes::one_port ? "it wants a port" : "it wants ports, a policy's name or all";
  if (c.takes == Takes::inspection && r.file.empty() && r.targets.empty())
    return r.topic == "dataset" ? "it wants a port"
           : r.topic == "dump"  ? "it wants a file"
                                : "it wants dump or dataset";
  if (c.takes == Takes::certificates && r.file.empty() && r.topic != "show")
    return r.topic == "init"    ? "it wants the cluster's name"
           : r.topic == "issue" ? "it wants the host's name"
                                : "it wants init, issue or show";
  if (c.takes == Takes::backups && r.topic == "export" && r.into.empty())
    return r.targets.empty() ? "it wants a port"
           : r.file.empty()  ? "it wants the generation, one that backups lists"
                             : "it wants the directory to put it into";
  if (c.takes == Takes::channel && r.topic.empty()) return "it wants the channel: events";
  if (c.takes == Takes::host_words && std::ranges::find(host_words, r.topic) == host_words.end())
    return r.topic.empty() ? "it wants to be told what to do" : "it wants to be told what to print";
  const bool accepts = std::ranges::any_of(c.options, [](const OptionText& o) { return o.name == "--from"; });
  if (accepts && r.file.empty()) return "it wants --from, the dump to put in place";
  if (accepts && r.reason.empty()) return "it needs --reason \"why\"";
  const bool restores = std::ranges::any_of(c.options, [](const OptionText& o) { return o.name == "--generation"; });
  if (restores && r.file.empty()) return "it wants --generation, one that backups lists";
  if (restores && !r.options.plan && r.reason.empty()) return "it needs --reason \"why\"";
  if (r.options.force && r.reason.empty()) return "--force needs --reason \"why\"";
  if (r.options.in_place && r.reason.empty()) return "--in-place needs --reason \"why\"";
  if (r.options.in_place && r.options.take_back)
    return "--take-back undoes a hand-over, and with --in-place there is none";
  return {};
}

}  // namespace

std::optional<Port> port_target(std::string_view target) {
  if (target.empty() || target.front() == '0' || !std::ranges::all_of(target, is_digit)) return std::nullopt;
  const auto n = number_within(target, 65535);
  if (!n) return std::nullopt;
  return Port{static_cast<std::uint16_t>(*n)};
}

Result<Request> parse(std::span<const std::string> argv) {
  if (argv.empty()) return Error{"USAGE a command is missing; try: help"};
  const CommandText* c = find_command(argv.front());
  if (!c) {
    const std::string_view near = nearest_command(argv.front());
    std::string hint = near.empty() ? "try: help" : "did you mean " + std::string(near) + "?";
    std::ranges::transform(hint, hint.begin(), [](char x) { return x >= 'A' && x <= 'Z' ? char(x + 32) : x; });
    return Error{"UNKNOWN there is no command " + quoted(argv.front()) + "; " + hint};
  }
  Request r;
  r.command = c->name;
  Fault fault = add_words(*c, argv.subspan(1), r);
  if (!fault) fault = check(*c, r);
  if (fault) return Error{"USAGE " + std::string(c->name) + ": " + *fault + ". Usage: " + form(*c)};
  return r;
}

std::vector<std::string> argv_of(const Request& r) {
  std::vector<std::string> argv{r.command};
  if (!r.signal.empty()) argv.push_back(r.signal);
  if (r.command == "CERT") {
    argv.push_back(r.topic);
    if (!r.file.empty()) argv.push_back(r.file);
    return argv;
  }
  if (r.command == "INSPECT") {  // what it inspects stands behind the kind of it
    argv.push_back(r.topic);
    argv.push_back(r.file.empty() ? r.targets.front() : r.file);
    return argv;
  }
  if (r.command == "BACKUPS" && !r.topic.empty()) argv.push_back(r.topic);
  argv.insert(argv.end(), r.targets.begin(), r.targets.end());
  if (r.command == "BACKUPS" && !r.file.empty()) argv.insert(argv.end(), {r.file, r.into});
  if (r.command == "BACKUPS") return argv;
  for (std::string_view rest = r.topic; !rest.empty();) {  // "print sysctl" is two words
    argv.emplace_back(rest.substr(0, rest.find(' ')));
    rest.remove_prefix(std::min(argv.back().size() + 1, rest.size()));
  }
  if (r.options.force) argv.emplace_back("--force");
  if (r.options.in_place) argv.emplace_back("--in-place");
  if (r.options.take_back) argv.emplace_back("--take-back");
  if (r.options.resume) argv.emplace_back("--resume");
  if (r.options.plan) argv.emplace_back("--plan");
  if (r.command == "RESTORE") argv.insert(argv.end(), {"--generation", r.file});
  if (r.command == "ACCEPT-DATA") argv.insert(argv.end(), {"--from", r.file});
  if (r.options.at_once) argv.emplace_back("--now");
  if (r.options.saves) argv.emplace_back("--saves");
  if (!r.reason.empty()) argv.insert(argv.end(), {"--reason", r.reason});
  if (r.command == "EVENTS") argv.insert(argv.end(), {"--limit", std::to_string(r.limit)});
  if (r.lines > 0) argv.insert(argv.end(), {"--lines", std::to_string(r.lines)});
  if (r.bytes > 0) argv.insert(argv.end(), {"--bytes", std::to_string(r.bytes)});
  return argv;
}

}  // namespace slotwarden::control
