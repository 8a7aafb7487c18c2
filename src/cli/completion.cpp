#include "cli/completion.h"

#include <algorithm>

#include "control/commands.h"

namespace slotwarden::cli {
namespace {

using Words = std::vector<std::string>;

std::string lower(std::string_view s) {
  std::string out(s);
  std::ranges::transform(out, out.begin(), [](char x) { return x >= 'A' && x <= 'Z' ? static_cast<char>(x + 32) : x; });
  return out;
}

Words names() {
  Words all{"exit", "quit"};
  for (const control::CommandText& c : control::commands()) all.push_back(lower(c.name));
  return all;
}

Words options(const control::CommandText& c) {
  Words all{"--json"};
  for (const control::OptionText& o : c.options) all.emplace_back(o.name);
  return all;
}

Words arguments(const control::CommandText& c, std::span<const std::string> instances, std::size_t index) {
  if (c.takes_signal && index == 1) return {"HUP", "INT", "TERM", "KILL", "STOP", "CONT", "USR1", "USR2", "QUIT"};
  switch (c.takes) {
    case control::Takes::nothing: return {};
    case control::Takes::any_instances:
    case control::Takes::some_instances: {
      Words all(instances.begin(), instances.end());
      all.emplace_back("all");
      return all;
    }
    case control::Takes::one_port: {
      Words ports(instances.begin(), instances.end());
      std::erase_if(ports, [](const std::string& s) { return s.empty() || s[0] < '0' || s[0] > '9'; });
      return ports;
    }
    case control::Takes::ports: return {"all"};
    case control::Takes::command_name: return names();
    case control::Takes::channel: return {"events"};
    case control::Takes::backups: {
      Words all(instances.begin(), instances.end());
      all.emplace_back("all");
      if (index == 1) all.insert(all.end(), {"verify", "export"});
      return all;
    }
    case control::Takes::certificates:
      if (index == 1) return {"init", "issue", "show"};
      return {};
    case control::Takes::inspection: {
      if (index == 1) return {"dump", "dataset"};
      Words ports(instances.begin(), instances.end());
      std::erase_if(ports, [](const std::string& s) { return s.empty() || s[0] < '0' || s[0] > '9'; });
      return ports;
    }
    case control::Takes::host_words:
      if (index == 1) return {"print", "restore", "enforce"};
      return {"sysctl", "tmpfiles", "limits", "systemd"};
  }
  return {};
}

Words split(std::string_view typed) {
  Words words{""};
  for (const char x : typed)
    if (x != ' ' && x != '\t') {
      words.back() += x;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  return words;
}

}  // namespace

std::vector<std::string> completions(std::string_view typed, std::span<const std::string> instances) {
  const Words words = split(typed);
  const std::string& begun = words.back();
  const control::CommandText* c = words.size() > 1 ? control::find_command(words.front()) : nullptr;
  Words all;
  if (words.size() == 1) {
    all = names();
  } else if (c) {
    all = begun.starts_with('-') ? options(*c) : arguments(*c, instances, words.size() - 1);
  }
  std::erase_if(all, [&](const std::string& s) { return !s.starts_with(begun); });
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

Words shell_completions(std::span<const std::string> words, std::string socket,
                        const std::function<Words(const std::string&)>& instances) {
  while (words.size() > 1 && words.front().starts_with('-')) {
    const bool names_socket = words.front() == "-s" || words.front() == "--socket";
    if (names_socket && words.size() > 2) socket = words[1];
    if (names_socket && words.size() == 2) return {};  // a file, which the shell completes itself
    words = words.subspan(names_socket ? 2 : 1);
  }
  if (words.size() == 1 && words.front().starts_with('-')) {
    Words all{"--help", "--json", "--socket", "--version"};
    std::erase_if(all, [&](const std::string& s) { return !s.starts_with(words.front()); });
    return all;
  }
  std::string typed;
  for (const auto& w : words) typed += (&w == words.data() ? "" : " ") + w;
  auto all = completions(typed, words.size() > 1 ? instances(socket) : Words{});
  std::erase_if(all, [&](const std::string& s) { return words.size() <= 1 && (s == "exit" || s == "quit"); });
  return all;
}

}  // namespace slotwarden::cli
