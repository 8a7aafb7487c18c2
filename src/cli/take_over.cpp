#include "cli/take_over.h"

#include <algorithm>
#include <array>
#include <iostream>

#include "cli/connection.h"
#include "cli/print.h"
#include "cli/table.h"

namespace slotwarden::cli {
namespace {

using control::Done;
using control::ExitCode;
using control::Json;
using control::Outcome;

constexpr std::chrono::milliseconds patience{10'000};
constexpr std::chrono::milliseconds long_patience{120'000};

ExitCode complain(const Console& c, std::string_view what, ExitCode code) {
  c.err << "slotwardenctl: " << printable(what) << '\n';
  return code;
}

Json or_null(const std::string& s) {
  return s.empty() ? Json(nullptr) : Json(s);
}

void add_verdict(Json& j, const Verdict& v, const std::string& detail, const std::vector<std::string>& steps) {
  j["ruling"] = name(v.ruling);
  j["rule"] = v.rule;
  j["because"] = v.because;
  j["release"] = or_null(std::string(v.release));
  j["detail"] = or_null(detail);
  j["steps"] = steps;
}

Json to_json(const TakeOver& t) {
  Json j{{"port", t.port.n},
         {"pid", t.pid.n},
         {"user", or_null(t.user)},
         {"server", or_null(t.program)},
         {"config", or_null(t.config_file)},
         {"directory", or_null(t.directory)},
         {"role", name(t.role)},
         {"master", t.master ? Json(t.master->host + ":" + std::to_string(t.master->port.n)) : Json(nullptr)},
         {"clients", t.clients},
         {"keeper", name(t.keeper)},
         {"keeper_name", or_null(t.keeper_name)}};
  add_verdict(j, t.verdict, t.detail, t.steps);
  return j;
}

Json to_json(const GiveBack& b) {
  Json j{{"port", b.port.n}, {"pid", b.pid.n}, {"unit", or_null(b.unit)}, {"configuration", b.configuration}};
  add_verdict(j, b.verdict, b.detail, b.steps);
  return j;
}

Paint paint_of(Ruling r) {
  return r == Ruling::go ? Paint::good : r == Ruling::wait ? Paint::warning : Paint::bad;
}

// The sentences below a row: why, what it is about, what would change it, what would be done.
void explain(Table& t, const Verdict& v, const std::string& detail, const std::vector<std::string>& steps) {
  t.below({std::string(v.rule) + ": " + std::string(v.because), Paint::faint});
  if (!detail.empty() && v.ruling != Ruling::go) t.below({printable(detail)});
  if (!v.release.empty()) t.below({"What changes it: " + std::string(v.release)});
  for (const auto& s : steps) t.below({"- " + printable(s)});
}

std::string keeper_text(const TakeOver& t) {
  if (!t.keeper_name.empty()) return printable(t.keeper_name);
  return t.keeper == Keeper::nobody ? "nobody" : "unknown";
}

std::ostream& show(const Console& c, const std::vector<TakeOver>& all) {
  if (all.empty()) return c.out << "No server runs here that slotwarden does not keep.\n";
  Table t({{"PORT"}, {"PID"}, {"ROLE"}, {"CLIENTS", Table::Align::right}, {"KEPT BY"}, {"CONFIG"}, {"ADOPT"}});
  for (const auto& o : all) {
    t.row({{std::to_string(o.port.n), Paint::bold},
           {std::to_string(o.pid.n)},
           {std::string(name(o.role))},
           {std::to_string(o.clients)},
           {keeper_text(o)},
           {o.config_file.empty() ? "unknown" : printable(o.config_file)},
           {o.verdict.ruling == Ruling::go ? "yes" : "no", paint_of(o.verdict.ruling)}});
    explain(t, o.verdict, o.detail, o.steps);
  }
  t.print(c);
  return c.out << std::flush;
}

// The plan goes to stderr where stdout is for the outcome.
Console aside(const Console& c) {
  return Console{.out = c.err, .err = c.err, .in = c.in, .in_is_terminal = c.in_is_terminal};
}

bool confirmed(const Console& c, const Order& order, std::string_view question) {
  if (order.yes) return true;
  if (!c.in_is_terminal) {
    c.err << "slotwardenctl: nothing was done: it needs --yes\n";
    return false;
  }
  c.err << question << " Type yes: " << std::flush;
  std::string typed;
  std::getline(c.in, typed);
  return typed == "yes";
}

ExitCode tell(const Console& c, const std::vector<Outcome>& all, bool json) {
  if (json)
    print_json(c, control::to_json(std::span<const Outcome>(all)));
  else
    print(c, std::span<const Outcome>(all));
  c.out << std::flush;
  return control::exit_code(all);
}

Outcome of_verdict(Port port, const Verdict& v, const std::string& detail) {
  auto text = std::string(v.because) + (detail.empty() ? "" : " (" + detail + ")") +
              (v.release.empty() ? "" : " What changes it: " + std::string(v.release));
  return {port, v.ruling == Ruling::go ? Done::done : Done::refused, std::string(v.rule), std::move(text)};
}

Outcome failed(Port port, std::string what) {
  return {port, Done::failed, "", std::move(what)};
}

// What the daemon says to a command about one port.
Outcome ask_daemon(const Globals& g, const std::string& command, Port port) {
  auto daemon = Connection::open(g.socket);
  if (!daemon) return failed(port, daemon.error().what);
  const auto answer = daemon->ask(std::array<std::string, 2>{command, std::to_string(port.n)}, long_patience);
  if (!answer) return failed(port, answer.error().what);
  if (answer->is_error) return failed(port, answer->text);
  const auto j = control::read(answer->text);
  const auto all = j ? control::outcomes_from_json(*j) : Result<std::vector<Outcome>>(j.error());
  if (!all || all->size() != 1) return failed(port, "the daemon's answer is not understood");
  return all->front();
}

bool daemon_answers(const Globals& g) {
  auto daemon = Connection::open(g.socket);
  if (!daemon) return false;
  const auto pong = daemon->ask(std::array<std::string, 1>{"PING"}, patience);
  return pong && !pong->is_error;
}

Outcome take_over(const Globals& g, const TakeOver& t) {
  if (auto way = g.local.make_way(t); !way) return failed(t.port, way.error().what);
  auto done = ask_daemon(g, "ADOPT", t.port);
  if (done.outcome == Done::done || done.outcome == Done::already) return done;
  const auto undone = g.local.undo_way(t);
  done.text += undone ? "; everything is as it was before" : "; and not undone: " + undone.error().what;
  return done;
}

// The processes of an instance, or of `all`, by the daemon; empty where it does not know of it.
std::vector<control::PidReply> kept_processes(const Globals& g, const std::string& target) {
  auto daemon = Connection::open(g.socket);
  if (!daemon) return {};
  const auto answer = daemon->ask(std::array<std::string, 2>{"PID", target}, patience);
  if (!answer || answer->is_error) return {};
  const auto j = control::read(answer->text);
  auto all = j ? control::pids_from_json(*j) : Result<std::vector<control::PidReply>>(j.error());
  return all ? std::move(*all) : std::vector<control::PidReply>{};
}

// 0 where it is down; unset where the daemon does not know of it.
std::optional<Pid> process_of(const Globals& g, Port port) {
  const auto all = kept_processes(g, std::to_string(port.n));
  if (all.size() != 1) return std::nullopt;
  return all.front().pid;
}

// Where there is no server to take over. Only the daemon can tell one that it keeps from one that does not run.
Outcome nothing_there(const Globals& g, Port port) {
  const auto kept = process_of(g, port);
  if (kept && kept->n != 0) return {port, Done::already, "", "slotwarden keeps it"};
  if (daemon_answers(g)) return {port, Done::not_running, "", "no server that could be taken over runs on that port"};
  return {port, Done::already, "", "no server runs there that slotwarden does not keep already"};
}

// Those that the order names; an outcome for each port at which there is nothing to take over.
std::vector<TakeOver> named(const Globals& g, const Order& order, std::vector<TakeOver> all,
                            std::vector<Outcome>& outcomes) {
  const auto& targets = order.request.targets;
  if (std::ranges::find(targets, "all") != targets.end()) return all;
  std::vector<TakeOver> chosen;
  for (const auto& target : targets) {
    const auto port = control::port_target(target).value_or(Port{});
    const auto at = std::ranges::find(all, port, &TakeOver::port);
    if (at != all.end())
      chosen.push_back(*at);
    else
      outcomes.push_back(nothing_there(g, port));
  }
  return chosen;
}

// A daemon that sees another boot id than we do, as in some containers, keeps more than its files show us.
void leave_out_kept(const Globals& g, std::vector<TakeOver>& all) {
  const auto kept = kept_processes(g, "all");
  std::erase_if(all, [&](const TakeOver& t) {
    return std::ranges::any_of(kept, [&](const auto& k) { return k.port == t.port && k.pid == t.pid; });
  });
}

Outcome let_go(const Globals& g, const GiveBack& b) {
  if (b.verdict.rule == "never-taken") {  // the daemon has never had it
    const auto done = g.local.hand_back(b);
    return done ? Outcome{b.port, Done::done, "", *done} : failed(b.port, done.error().what);
  }
  const auto moved = g.local.put_configuration_aside(b);
  if (!moved) return failed(b.port, moved.error().what);
  auto told = ask_daemon(g, "GIVE-BACK", b.port);
  if (told.outcome != Done::done) {
    const auto back = g.local.put_configuration_back(b, *moved);
    told.text += back ? "; the configuration is where it was" : "; " + back.error().what;
    return told;
  }
  const auto done = g.local.hand_back(b);
  if (!done) return failed(b.port, done.error().what);
  return {b.port, Done::done, "", *done + "; its configuration is kept as " + *moved};
}

}  // namespace

ExitCode adopt(const Console& c, const Globals& g, const Order& order, bool json) {
  if (!g.local.servers_to_take_over) return complain(c, "this program cannot look at the host", ExitCode::failed);
  auto all = g.local.servers_to_take_over(order.config_file, order.policy);
  if (!all) return complain(c, all.error().what, ExitCode::failed);
  leave_out_kept(g, *all);
  std::vector<Outcome> outcomes;
  const bool shows = order.plan || order.request.targets.empty();
  if (!order.request.targets.empty()) *all = named(g, order, std::move(*all), outcomes);
  if (shows && json) {
    Json j = Json::array();
    for (const auto& t : *all) j.push_back(to_json(t));
    print_json(c, j);
  }
  if (shows && !json) show(c, *all);
  const auto refused = [](const TakeOver& t) { return t.verdict.ruling != Ruling::go; };
  if (shows) return std::ranges::any_of(*all, refused) ? ExitCode::refused : ExitCode::done;
  for (const auto& t : *all)
    if (refused(t)) outcomes.push_back(of_verdict(t.port, t.verdict, t.detail));
  std::erase_if(*all, refused);
  if (all->empty()) return tell(c, outcomes, json);
  if (!daemon_answers(g))
    return complain(c, "the daemon does not answer, so nothing was done; start it: systemctl start slotwarden",
                    ExitCode::no_answer);
  if (!json || !order.yes) show(aside(c), *all);
  if (!confirmed(c, order, "Take them over?")) return ExitCode::refused;
  for (const auto& t : *all) outcomes.push_back(take_over(g, t));
  return tell(c, outcomes, json);
}

ExitCode give_back(const Console& c, const Globals& g, const Order& order, bool json) {
  if (!g.local.to_give_back) return complain(c, "this program cannot look at the host", ExitCode::failed);
  const auto port = control::port_target(order.request.targets.front()).value_or(Port{});
  const auto b = g.local.to_give_back(order.config_file, port, process_of(g, port), order.unsupervised);
  if (!b) return complain(c, b.error().what, ExitCode::failed);
  const bool refused = b->verdict.ruling != Ruling::go;
  if (order.plan && json) print_json(c, to_json(*b));
  if (!json && !refused) {
    Table t({{"PORT"}, {"PID"}, {"UNIT"}});
    t.row({{std::to_string(b->port.n), Paint::bold},
           {b->pid.n == 0 ? "none" : std::to_string(b->pid.n)},
           {b->unit.empty() ? "none" : printable(b->unit)}});
    explain(t, b->verdict, b->detail, b->steps);
    t.print(order.plan ? c : aside(c));
  }
  if (order.plan && (json || !refused)) return refused ? ExitCode::refused : ExitCode::done;
  if (refused) return tell(c, {of_verdict(port, b->verdict, b->detail)}, json);
  if (!confirmed(c, order, "Give it back?")) return ExitCode::refused;
  return tell(c, {let_go(g, *b)}, json);
}

}  // namespace slotwarden::cli
