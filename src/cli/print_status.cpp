#include <array>

#include "cli/print.h"
#include "cli/table.h"

namespace slotwarden::cli {
namespace {

std::string or_dash(std::string text) {
  return text.empty() ? "-" : text;
}

std::string since(const control::InstanceStatus& s, std::int64_t now_unix_ms) {
  return s.since_unix_ms ? brief_duration(now_unix_ms - *s.since_unix_ms) : "-";
}

void add_sentence(std::string& to, std::string_view s) {
  if (s.empty()) return;
  if (!to.empty()) to += ' ';
  to += s;
  if (!to.ends_with('.')) to += '.';
}

// What there is to say about it besides its state.
std::string sentence(const control::InstanceStatus& s) {
  std::string out;
  if (s.hold) add_sentence(out, s.hold->rule + ": " + s.hold->because);
  if (s.hold && !s.hold->release.empty()) add_sentence(out, "What changes it: " + s.hold->release);
  add_sentence(out, s.note);
  return out;
}

}  // namespace

Paint paint_of(ProcessState s) {
  switch (s) {
    case ProcessState::running: return Paint::good;
    case ProcessState::starting:
    case ProcessState::loading:
    case ProcessState::stopping:
    case ProcessState::backoff:
    case ProcessState::held: return Paint::warning;
    case ProcessState::exited:
    case ProcessState::fatal: return Paint::bad;
    case ProcessState::stopped: return Paint::faint;
  }
  return Paint::plain;
}

std::string brief_duration(std::int64_t ms) {
  const std::int64_t s = std::max<std::int64_t>(ms, 0) / 1000;
  struct Unit {
    std::int64_t seconds;
    char name;
  };
  constexpr std::array units{Unit{86'400, 'd'}, Unit{3'600, 'h'}, Unit{60, 'm'}, Unit{1, 's'}};
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (s < units[i].seconds) continue;
    std::string out = std::to_string(s / units[i].seconds) + units[i].name;
    if (i + 1 == units.size()) return out;
    const std::int64_t rest = s % units[i].seconds / units[i + 1].seconds;
    return rest == 0 ? out : out + std::to_string(rest) + units[i + 1].name;
  }
  return "0s";
}

void print(const Console& c, std::span<const control::InstanceStatus> all, std::int64_t now_unix_ms) {
  using Align = Table::Align;
  if (all.empty()) {
    c.out << "No servers are configured; slotwarden.toml(5) says how.\n";
    return;
  }
  Table t({{"PORT"},
           {"STATE"},
           {"ROLE"},
           {"POLICY"},
           {"PID", Align::right},
           {"SINCE", Align::right},
           {"KEYS", Align::right},
           {"NODE"}});
  for (const control::InstanceStatus& s : all) {
    t.row({{std::to_string(s.port.n)},
           {std::string(name(s.state)), paint_of(s.state)},
           {s.role == Role::unknown ? "-" : std::string(name(s.role))},
           {or_dash(s.policy)},
           {s.pid ? std::to_string(s.pid.n) : "-"},
           {since(s, now_unix_ms)},
           {s.keys ? std::to_string(*s.keys) : "-"},
           {or_dash(s.node_id.brief()), Paint::faint}});
    if (const std::string more = sentence(s); !more.empty()) t.below({more, Paint::faint});
  }
  t.print(c);
}

}  // namespace slotwarden::cli
