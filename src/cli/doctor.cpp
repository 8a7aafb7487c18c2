#include "cli/doctor.h"

#include <algorithm>
#include <array>
#include <deque>
#include <iterator>

#include "cli/connection.h"
#include "cli/print.h"
#include "cli/table.h"
#include "control/fields.h"

namespace slotwarden::cli {
namespace {

using control::ExitCode;
using control::HostReport;

constexpr std::chrono::milliseconds patience{2'000};

ExitCode complain(const Console& c, std::string_view what, ExitCode code) {
  c.err << "slotwardenctl: " << printable(what) << '\n';
  return code;
}

Paint paint_of(Severity s) {
  switch (s) {
    case Severity::danger: return Paint::bad;
    case Severity::warning: return Paint::warning;
    case Severity::advice: return Paint::plain;
  }
  return Paint::plain;
}

// What a daemon that runs here knows besides.
struct OfTheDaemon {
  bool enforces = false;  // the policy: not after `host restore`
  std::vector<Finding> findings;
};

// What no look at the host finds: it comes of what the daemon has lived through.
constexpr std::array<std::string_view, 3> only_the_daemon{"backup", "peer_certificate", "cluster-replica-no-failover"};

Result<Finding> finding_of(const control::Json& j) {
  static std::deque<std::string> sentences;  // a finding only points to its reason
  Finding finding;
  control::Fields f(j, "a finding");
  std::string why;
  f.text("setting", finding.setting);
  f.number("port", finding.port.n);
  f.text("expected", finding.expected);
  f.text("actual", finding.actual);
  f.one_of("severity", finding.severity, std::array{Severity::advice, Severity::warning, Severity::danger});
  f.text("why", why);
  f.text("fix", finding.fix);
  finding.why = sentences.emplace_back(printable(why));
  finding.actual = printable(finding.actual);
  return f.finish(std::move(finding));
}

OfTheDaemon of_the_daemon(const Globals& g) {
  OfTheDaemon known;
  Result<Connection> daemon = Connection::open(g.socket);
  if (!daemon) return known;
  const auto answer = daemon->ask(std::array<std::string, 1>{"DOCTOR"}, patience);
  if (!answer || answer->is_error) return known;
  const auto j = control::read(answer->text);
  if (!j || !j->is_object()) return known;
  known.enforces = j->value("daemon", false);
  const auto all = control::list_from<Finding>(j->value("findings", control::Json::array()), finding_of);
  if (!all) return known;
  for (const auto& f : *all)
    if (std::ranges::find(only_the_daemon, f.setting) != only_the_daemon.end()) known.findings.push_back(f);
  return known;
}

bool names(const std::string& target, const control::LookedAtServer& s) {
  const auto port = control::port_target(target);
  return port ? *port == s.port : target == "all" || target == s.policy;
}

// Of what the order names, that of which no server runs here.
std::vector<std::string> not_running(const HostReport& r, const std::vector<std::string>& targets) {
  std::vector<std::string> none;
  for (const auto& t : targets)
    if (t != "all" && std::ranges::none_of(r.servers, [&](const auto& s) { return names(t, s); })) none.push_back(t);
  return none;
}

// Of the host, and of the servers that the order names; of all where it names none.
void narrow(HostReport& r, const std::vector<std::string>& targets) {
  if (targets.empty()) return;
  const auto named = [&](const control::LookedAtServer& s) {
    return std::ranges::any_of(targets, [&](const std::string& t) { return names(t, s); });
  };
  // What could not be seen of a server begins with its port.
  for (const auto& s : r.servers)
    if (!named(s))
      std::erase_if(r.blind, [&](const auto& b) { return b.starts_with(std::to_string(s.port.n) + ": "); });
  std::erase_if(r.servers, [&](const auto& s) { return !named(s); });
  std::erase_if(r.findings, [&](const Finding& f) {
    return f.port.n != 0 && std::ranges::find(r.servers, f.port, &control::LookedAtServer::port) == r.servers.end();
  });
}

std::string servers_text(const HostReport& r) {
  if (r.servers.empty()) return "Looked at the host, and at no Redis or Valkey server.";
  std::string text = "Looked at the host and at";
  for (const auto& s : r.servers)
    text += (&s == r.servers.data() ? " " : ", ") + std::to_string(s.port.n) + " (" + s.policy +
            (s.managed ? ")" : ", not kept by slotwarden)");
  return text + ".";
}

void print(const Console& c, const HostReport& r) {
  Table table({{"SEVERITY"}, {"PORT"}, {"SETTING"}, {"EXPECTED"}, {"ACTUAL"}, {"KEPT"}});
  for (const auto& f : r.findings) {
    table.row({{std::string(name(f.severity)), paint_of(f.severity)},
               {f.port.n == 0 ? "host" : std::to_string(f.port.n)},
               {f.setting, Paint::bold},
               {f.expected},
               {f.actual},
               {is_kept(r, f) ? "yes" : "no"}});
    table.below({std::string(f.why), Paint::faint});
    table.below({"fix: " + f.fix});
  }
  if (!r.findings.empty()) table.print(c);
  for (const auto& b : r.blind) c.out << painted(c, Paint::warning, "not looked at: ") << printable(b) << '\n';
  c.out << servers_text(r) << '\n';
  if (r.findings.empty()) {
    c.out << painted(c, Paint::good, "Everything that was looked at is as the policy wants it.") << '\n';
    return;
  }
  const bool one = r.findings.size() == 1;
  c.out << r.findings.size()
        << (one ? " setting is not as the policy wants it." : " settings are not as the policy wants them.")
        << " `slotwardenctl doctor --fix` carries out what it can.\n";
}

Result<HostReport> look(const Globals& g, const Order& order) {
  if (!g.local.look) return Error{"this program cannot look at the host"};
  auto report = g.local.look(order.config_file);
  if (!report) return report.error();
  auto known = of_the_daemon(g);
  std::ranges::move(known.findings, std::back_inserter(report->findings));
  for (const auto& target : not_running(*report, order.request.targets))
    report->blind.push_back(target + ": no such server runs here");
  narrow(*report, order.request.targets);
  control::sort_by_severity(report->findings);
  report->kept = known.enforces;
  return report;
}

bool confirmed(const Console& c, const Order& order) {
  if (order.yes) return true;
  if (!c.in_is_terminal) {
    c.err << "slotwardenctl: nothing was changed; say --yes to go ahead without being asked\n";
    return false;
  }
  c.err << "Go ahead? Type yes: " << std::flush;
  std::string typed;
  std::getline(c.in, typed);
  return typed == "yes";
}

// What the policy only audits too: it was shown, and whoever says yes to it orders it.
// In the order in which they were found, which is the one that converges: a descriptor limit before its maxclients.
ExitCode fix(const Console& c, const Globals& g, const Order& order, const HostReport& found) {
  std::ostream& out = c.err;
  std::vector<const Finding*> can;
  for (const auto& f : found.findings)
    if (f.repair) can.push_back(&f);
  if (can.empty()) return complain(c, "there is nothing among it that slotwardenctl can mend", ExitCode::refused);
  out << "\nThese will be carried out:\n";
  for (const auto* f : can)
    out << "  " << printable(f->fix) << (f->mode == Mode::audit ? "  (by your order: the policy only audits it)" : "")
        << '\n';
  if (!confirmed(c, order)) return ExitCode::refused;
  for (const auto* f : can) {
    const auto done = g.local.repair(order.config_file, *f->repair);
    out << (done ? painted(c, Paint::good, "done    ") : painted(c, Paint::bad, "failed  "))
        << printable(done ? *done : f->setting + ": " + done.error().what) << '\n';
  }
  const auto again = look(g, order);
  if (!again) return complain(c, again.error().what, ExitCode::failed);
  out << again->findings.size() << " of " << found.findings.size() << " findings are left.\n";
  return again->findings.empty() ? ExitCode::done : ExitCode::refused;
}

}  // namespace

ExitCode doctor(const Console& c, const Globals& g, const Order& order, bool json) {
  const auto report = look(g, order);
  if (!report) return complain(c, report.error().what, ExitCode::failed);
  if (json)
    print_json(c, to_json(*report));
  else
    print(c, *report);
  c.out << std::flush;
  const bool all_seen = not_running(*report, order.request.targets).empty();
  if (report->findings.empty()) return all_seen ? ExitCode::done : ExitCode::not_running;
  return order.fix ? fix(c, g, order, *report) : ExitCode::refused;
}

ExitCode print_host_file(const Console& c, const Globals& g, const Order& order, bool json) {
  const auto topic = order.request.topic.substr(std::string_view("print ").size());
  if (!g.local.print_file) return complain(c, "this program cannot print it", ExitCode::failed);
  const auto text = g.local.print_file(order.config_file, topic);
  if (!text) return complain(c, text.error().what, ExitCode::failed);
  if (json)
    print_json(c, control::Json{{"topic", topic}, {"text", *text}});
  else
    c.out << *text << std::flush;
  return ExitCode::done;
}

ExitCode restore_host(const Console& c, const Globals& g, const Order& order, bool json) {
  if (!g.local.restore) return complain(c, "this program cannot restore it", ExitCode::failed);
  const auto all = g.local.restore(order.config_file, order.request.topic == "restore");
  if (!all) return complain(c, all.error().what, ExitCode::failed);
  if (json)
    print_json(c, control::to_json(std::span<const control::Outcome>(*all)));
  else
    print(c, std::span<const control::Outcome>(*all));
  return control::exit_code(*all);
}

}  // namespace slotwarden::cli
