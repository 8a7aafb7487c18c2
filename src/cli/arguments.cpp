#include "cli/arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>

#include "control/commands.h"

namespace slotwarden::cli {
namespace {

std::string environment(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value && *value ? value : otherwise;
}

std::string command_list() {
  std::string out = "\nCommands (slotwardenctl help COMMAND tells more):\n";
  for (const control::CommandText& c : control::commands()) {
    std::string name(c.name);
    std::ranges::transform(name, name.begin(), [](char x) { return x >= 'A' && x <= 'Z' ? char(x + 32) : x; });
    name.resize(18, ' ');
    out += "  " + name + std::string(c.help) + "\n";
  }
  return out +
         "\nWithout a command: a prompt. Exit codes: 0 done, 1 failed, 2 usage, 3 not running, 4 refused by a rule,\n"
         "5 no answer from the daemon.\n";
}

// From 1 to `most`.
std::optional<int> number_from(std::string_view text, int most) {
  int n = 0;
  const auto [end, err] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (err != std::errc{} || end != text.data() + text.size() || n < 1 || n > most) return std::nullopt;
  return n;
}

std::optional<std::chrono::milliseconds> seconds_from(std::string_view text) {
  const auto n = number_from(text, 604'800);
  if (!n) return std::nullopt;
  return std::chrono::seconds{*n};
}

// Obeys one of slotwardenctl's own options; false when its value is none.
bool obey(std::string_view option, std::string_view value, Order& o) {
  if (option == "--follow") o.follow = true;
  if (option == "--yes") o.yes = true;
  if (option == "--verbose") o.verbose = true;
  if (option == "--fix") o.fix = true;
  if (option == "--keys") o.keys = true;
  if (option == "--plan") o.plan = true;
  if (option == "--unsupervised") o.unsupervised = true;
  if (option == "--policy") o.policy = value;
  if (option == "--policy") return !value.empty();
  if (option == "--biggest") {
    const auto n = number_from(value, 1000);
    o.biggest = static_cast<std::size_t>(n.value_or(0));
    return n.has_value();
  }
  if (option == "--days") {
    const auto n = number_from(value, 36'500);
    o.days = n.value_or(0);
    return n.has_value();
  }
  if (option == "--directory") o.directory = value;
  if (option == "--directory") return !value.empty();
  if (option == "--config") o.config_file = value;
  if (option == "--config") return !value.empty();
  if (option != "--timeout") return true;
  o.timeout = seconds_from(value);
  return o.timeout.has_value();
}

const control::OptionText* option_of(const control::CommandText* c, std::string_view given) {
  if (!c || !given.starts_with('-')) return nullptr;
  const auto it = std::ranges::find_if(
      c->options, [&](const auto& o) { return given == o.name || (!o.brief.empty() && given == o.brief); });
  return it == c->options.end() ? nullptr : &*it;
}

// The daemon has another working directory than whoever types. A name without a slash is a kept copy's, and stays one.
std::string from_the_root(const std::string& file) {
  std::error_code failure;
  if (file.find('/') == file.npos) return file;
  const auto path = std::filesystem::absolute(file, failure);
  return failure ? file : path.lexically_normal().string();
}

}  // namespace

Globals read_arguments(int argc, const char* const* argv, const char* version) {
  Globals g;
  g.socket = environment("SLOTWARDEN_SOCKET", "/run/slotwarden/control.sock");
  g.status_file = environment("SLOTWARDEN_STATE", "/var/lib/slotwarden/status.json");
  CLI::App app{"slotwardenctl [-s SOCKET] [--json] [COMMAND …]: asks slotwardend, the supervisor of this host's nodes.",
               "slotwardenctl"};
  app.add_option("-s,--socket", g.socket, "the daemon's control socket")->capture_default_str();
  app.add_flag("--json", g.json, "print what the daemon answers, as JSON");
  app.set_version_flag("--version", std::string("slotwardenctl ") + version);
  app.footer(command_list());
  app.prefix_command();
  try {
    app.parse(argc, argv);
    g.command = app.remaining();
  } catch (const CLI::ParseError& e) {
    std::ostringstream out, err;
    const int code = app.exit(e, out, err);
    g.leave = code == 0 ? 0 : 2;
    g.text = code == 0 ? out.str() : err.str();
  }
  if (!g.command.empty() && g.command.front().starts_with('-')) {  // CLI11 leaves it to the command
    g.leave = 2;
    g.text =
        "slotwardenctl: there is no option " + g.command.front() + " before the command; see slotwardenctl --help\n";
  }
  return g;
}

Result<Order> read_order(std::span<const std::string> words) {
  Order order;
  std::vector<std::string> sent;
  const control::CommandText* c = words.empty() ? nullptr : control::find_command(words.front());
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const std::size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
    const control::OptionText* option = option_of(c, std::string_view(word).substr(0, equals));
    const bool has_value = option && !option->value.empty() && equals == std::string::npos && i + 1 < words.size();
    if (word == "--json") {
      order.json = true;
    } else if (option && option->of_slotwardenctl) {
      const std::string value = has_value ? words[++i] : equals == std::string::npos ? "" : word.substr(equals + 1);
      if (!obey(option->name, value, order))
        return Error{std::string(option->name) + " wants " + std::string(option->value) +
                     (option->name == "--timeout"   ? " from 1 to 604800"
                      : option->name == "--biggest" ? " from 1 to 1000"
                      : option->name == "--days"    ? " from 1 to 36500"
                                                    : "") +
                     ". Usage: " + control::form(*c)};
    } else {
      sent.push_back(word);
      if (has_value) sent.push_back(words[++i]);
      if (has_value && option->name == "--from") sent.back() = from_the_root(sent.back());
    }
  }
  Result<control::Request> request = control::parse(sent);
  if (!request) return request.error();
  order.request = std::move(*request);
  return order;
}

}  // namespace slotwarden::cli
