#include <algorithm>
#include <ctime>

#include "cli/print.h"
#include "cli/table.h"
#include "control/commands.h"
#include "control/event_json.h"

namespace slotwarden::cli {
namespace {

using control::ExitCode;

std::string port_or(Port p, std::string_view otherwise) {
  return p.n ? std::to_string(p.n) : std::string(otherwise);
}

Paint paint_of(control::Done d) {
  switch (d) {
    case control::Done::done: return Paint::good;
    case control::Done::already: return Paint::faint;
    case control::Done::not_running: return Paint::warning;
    case control::Done::refused: return Paint::bad;
    case control::Done::failed: return Paint::bad;
  }
  return Paint::plain;
}

std::string lower(std::string_view s) {
  std::string out(s);
  std::ranges::transform(out, out.begin(), [](char x) { return x >= 'A' && x <= 'Z' ? static_cast<char>(x + 32) : x; });
  return out;
}

void print_one_help(const Console& c, const control::CommandText& command) {
  c.out << painted(c, Paint::bold, control::form(command)) << "\n  " << command.help << '\n';
  Table t({{"OPTION"}, {"MEANING"}});
  for (const control::OptionText& o : command.options) {
    std::string name = o.brief.empty() ? std::string(o.name) : std::string(o.brief) + ", " + std::string(o.name);
    if (!o.value.empty()) name += " " + std::string(o.value);
    t.row({{name}, {std::string(o.help)}});
  }
  if (!command.options.empty()) t.print(c, false, 2);
}

// Reads the answer into what `read` makes of it and hands that to `show`, which returns the exit code.
template <class Read, class Show>
Result<ExitCode> shown(const control::Json& j, Read read, Show show) {
  const auto answer = read(j);
  if (!answer) return answer.error();
  return show(*answer);
}

}  // namespace

std::string local_time(std::int64_t unix_ms) {
  const std::time_t s = unix_ms / 1000;
  std::tm parts{};
  ::localtime_r(&s, &parts);
  char text[32];
  const std::size_t n = std::strftime(text, sizeof text, "%F %T", &parts);
  const std::string ms = std::to_string(1000 + unix_ms % 1000);
  return std::string(text, n) + "." + ms.substr(1);
}

void print(const Console& c, std::span<const control::Outcome> all) {
  if (all.empty()) c.out << "nothing to do\n";
  Table t({{"PORT"}, {"OUTCOME"}, {"RULE"}, {"TEXT"}});
  for (const control::Outcome& o : all)
    t.row({{port_or(o.port, "daemon")},
           {std::string(name(o.outcome)), paint_of(o.outcome)},
           {o.rule, Paint::bold},
           {o.text}});
  t.print(c, false);
}

void print(const Console& c, std::span<const Event> all) {
  Table t({{"AT"}, {"PORT"}, {"EVENT"}, {"RULE"}, {"DETAIL"}});
  for (const Event& e : all)
    t.row({{local_time(e.at_unix_ms), Paint::faint},
           {port_or(e.port, "-")},
           {e.event, Paint::bold},
           {e.rule},
           {e.detail}});
  t.print(c, false);
}

std::string line(const Console& c, const Event& e) {
  std::string out = painted(c, Paint::faint, local_time(e.at_unix_ms)) + "  " + port_or(e.port, "-") + "  " +
                    painted(c, Paint::bold, printable(e.event));
  for (const std::string& part : {e.rule, e.detail})
    if (!part.empty()) out += "  " + printable(part);
  return out;
}

void print(const Console& c, std::span<const control::PidReply> all) {
  for (const control::PidReply& p : all) {
    if (all.size() > 1) c.out << p.port.n << ' ';
    c.out << p.pid.n << '\n';
  }
}

void print(const Console& c, std::span<const control::AvailableInstance> all) {
  Table t({{"PORT"}, {"STATE"}, {"POLICY"}, {"CONFIG"}, {"SERVER"}});
  for (const control::AvailableInstance& a : all)
    t.row({{std::to_string(a.port.n)},
           {std::string(name(a.state)), paint_of(a.state)},
           {a.policy},
           {a.config},
           {a.server}});
  t.print(c);
}

void print(const Console& c, const control::RereadReply& r) {
  for (const Port p : r.added) c.out << p.n << ": new\n";
  for (const Port p : r.changed) c.out << p.n << ": changed\n";
  for (const Port p : r.removed) c.out << p.n << ": no longer configured\n";
  const bool same = r.added.empty() && r.changed.empty() && r.removed.empty();
  c.out << (same ? "the configuration is what runs\n" : "update takes this up\n");
}

void print_help(const Console& c, const std::string& topic) {
  if (const control::CommandText* one = topic.empty() ? nullptr : control::find_command(topic)) {
    print_one_help(c, *one);
    return;
  }
  Table t({{"COMMAND"}, {"MEANING"}});
  for (const control::CommandText& command : control::commands())
    t.row({{lower(command.name), Paint::bold}, {std::string(command.help)}});
  t.print(c, false);
}

void print_json(const Console& c, const control::Json& j) {
  c.out << (c.out_is_terminal ? control::write_pretty(j) : control::write(j)) << '\n';
}

Result<ExitCode> print_answer(const Console& c, std::string_view command, const control::Json& j, std::int64_t now) {
  const auto plainly = [&](const auto& answer) {
    print(c, answer);
    return ExitCode::done;
  };
  if (command == "STATUS")
    return shown(j, control::statuses_from_json, [&](const auto& all) {
      print(c, all, now);
      return exit_code(all);
    });
  if (command == "EXPLAIN")
    return shown(j, control::explanations_from_json, [&](const auto& all) {
      for (const control::Explanation& e : all) print(c, e, now);
      return ExitCode::done;
    });
  if (command == "BACKUPS")
    return shown(j, control::backups_from_json, [&](const auto& all) {
      print(c, all, now);
      return ExitCode::done;
    });
  if (command == "EVENTS") return shown(j, control::events_from_json, plainly);
  if (command == "SAVES")
    return shown(j, control::saves_from_json, [&](const control::SavesReply& r) {
      print(c, r, now);
      return ExitCode::done;
    });
  if (command == "AVAIL") return shown(j, control::available_from_json, plainly);
  if (command == "REREAD") return shown(j, control::reread_from_json, plainly);
  if (command == "PID")
    return shown(j, control::pids_from_json, [&](const auto& all) {
      print(c, all);
      const bool every = std::ranges::all_of(all, [](const control::PidReply& p) { return bool(p.pid); });
      return every ? ExitCode::done : ExitCode::not_running;
    });
  if (command == "TAIL")
    return shown(j, control::tail_from_json, [&](const control::TailReply& r) {
      c.out << (c.out_is_terminal ? printable(r.text, true) : r.text) << std::flush;
      return ExitCode::done;
    });
  if (command == "VERSION")
    return shown(j, control::version_from_json, [&](const control::VersionReply& r) {
      c.out << "slotwardend " << printable(r.version) << ", pid " << r.pid.n << '\n';
      return ExitCode::done;
    });
  return shown(j, control::outcomes_from_json, [&](const auto& all) {
    print(c, all);
    return exit_code(all);
  });
}

}  // namespace slotwarden::cli
