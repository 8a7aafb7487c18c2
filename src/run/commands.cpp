#include "run/commands.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "control/codec.h"
#include "control/commands.h"
#include "control/event_json.h"
#include "run/adoption.h"
#include "run/backups.h"
#include "run/explain.h"
#include "run/keeper.h"
#include "run/mend.h"
#include "run/planned.h"
#include "run/push.h"
#include "run/rehearsal.h"
#include "run/restore.h"
#include "run/workers.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

using control::Done;
using control::Outcome;

constexpr auto start_patience = 15s;

Outcome outcome(const Instance& i, Done d, std::string text, std::string_view rule = {}) {
  return Outcome{i.port(), d, std::string(rule), std::move(text)};
}

// Whether every member of its shard is among those that go down together.
bool shard_goes_together(const Instance& i, const std::vector<Instance*>& which, const Services& s) {
  for (const auto& n : i.record.nodes) {
    if (n.master != i.record.node_id) continue;
    const auto* local = s.local(n.id);
    if (!local || std::ranges::find(which, local) == which.end()) return false;
  }
  return true;
}

// Waits until a start has led somewhere: it serves or loads, or a rule keeps it down.
asio::awaitable<Outcome> started(Instance& i, Services& s) {
  Watching watching(i, s.loop);
  const auto from = now();
  while (since(from) < start_patience) {
    switch (i.state) {
      case ProcessState::running: co_return outcome(i, Done::done, "running");
      case ProcessState::loading: co_return outcome(i, Done::done, "loading its dataset");
      case ProcessState::fatal:
      case ProcessState::held:
        if (i.gate.verdict.ruling == Ruling::refuse || since(from) > 3s)
          co_return outcome(i, Done::refused, told(i.gate.verdict, i.port()), i.gate.verdict.rule);
        break;
      default: break;
    }
    co_await watching.wait(200ms);
  }
  co_return outcome(i, Done::failed,
                    fmt::format("it is {} after {} s; see: slotwardenctl explain {}", name(i.state),
                                since(from).count() / 1000, i.port().n));
}

std::vector<Outcome> nothing_left() {
  return {{Port{}, Done::already, "", "nothing is left of a rolling restart"}};
}

std::vector<Outcome> ends_now() {
  return {{Port{}, Done::done, "", "the daemon ends; every server runs on"}};
}

std::string bulk_outcomes(const std::vector<Outcome>& all) {
  return control::document(control::to_json(std::span(all)));
}

}  // namespace

Result<std::vector<Instance*>> Commands::targets(const control::Request& r) const {
  std::vector<Instance*> found;
  const auto add = [&](Instance& i) {
    if (!i.removed && std::ranges::find(found, &i) == found.end()) found.push_back(&i);
  };
  if (r.targets.empty())
    for (const auto& i : services_.instances) add(*i);
  for (const auto& t : r.targets) {
    const auto before = found.size();
    const auto port = control::port_target(t);
    for (const auto& i : services_.instances)
      if (t == "all" || (port ? i->port() == *port : i->conf.policy == t)) add(*i);
    if (found.size() == before && t != "all") {
      std::string known;
      for (const auto& i : services_.instances)
        if (!i->removed) known += " " + std::to_string(i->port().n);
      const bool again = port && std::ranges::any_of(found, [&](const Instance* i) { return i->port() == *port; });
      if (!again) return Error{fmt::format("ERR no instance or policy is called {}; configured ports:{}", t, known)};
    }
  }
  return found;
}

asio::awaitable<std::vector<Outcome>> Commands::start_all(const control::Request& r, std::vector<Instance*> which,
                                                          std::string who) {
  std::vector<Outcome> all;
  for (auto* i : which) {
    if (i->watch) {
      i->intent.up = true;
      (void)co_await services_.memory.write(i->port(), i->intent);
      continue;
    }
    i->intent.up = true;
    i->intent.who = who;
    i->intent.reason = r.reason;
    i->intent.at_unix_ms = unix_ms();
    if (r.options.force) {
      i->intent.held = false;
      i->forced = true;
      i->forced_by = who + ": " + r.reason;
    }
    i->unasked_ends.clear();
    i->backoff = {};
    i->cannot_execute.clear();
    (void)co_await services_.memory.write(i->port(), i->intent);
    services_.journal.note(
        i->port(), "intent", "",
        fmt::format("up{}, by {}{}", r.options.force ? ", forced" : "", who, r.reason.empty() ? "" : ": " + r.reason));
    i->gate = {};
    move(*i, decide::LifeEvent::gate_wait);
    i->changed();
  }
  for (auto* i : which) {
    if (i->state == ProcessState::running)
      all.push_back(outcome(*i, Done::already, "it runs already"));
    else {
      auto one = co_await started(*i, services_);
      all.push_back(std::move(one));
    }
  }
  co_return all;
}

asio::awaitable<std::vector<Outcome>> Commands::stop_all(const control::Request& r, std::vector<Instance*> which,
                                                         std::string who) {
  // Replicas first: while a master waits for its turn there is then nobody left who could start an election.
  std::ranges::stable_sort(which, {}, [](const Instance* i) { return i->record.role == Role::replica ? 0 : 1; });
  std::map<Port, bool> together;
  for (const auto* i : which) together[i->port()] = shard_goes_together(*i, which, services_);
  std::vector<Outcome> all;
  for (auto* i : which) {
    PlannedOptions o{.in_place = r.options.in_place,
                     .together = which.size() > 1 && together[i->port()],
                     .who = who,
                     .reason = r.reason};
    auto one = co_await planned_stop(*i, services_, std::move(o));
    all.push_back(std::move(one));
  }
  co_return all;
}

asio::awaitable<std::vector<Outcome>> Commands::restart_all(const control::Request& r, std::vector<Instance*> which,
                                                            std::string who) {
  std::vector<Outcome> all;
  for (auto* i : which) {
    PlannedOptions o{.in_place = r.options.in_place, .take_back = r.options.take_back, .who = who, .reason = r.reason};
    auto one = co_await planned_restart(*i, services_, std::move(o));
    all.push_back(std::move(one));
  }
  co_return all;
}

asio::awaitable<std::vector<Outcome>> Commands::roll(const control::Request& r, std::vector<Instance*> which,
                                                     std::string who) {
  if (r.options.resume) {
    const auto left = co_await services_.memory.get("rolling");
    std::istringstream ports(left ? *left : "");
    std::set<int> wanted{std::istream_iterator<int>(ports), {}};
    std::erase_if(which, [&](const Instance* i) { return !wanted.contains(i->port().n); });
    if (which.empty()) co_return nothing_left();
  }
  PlannedOptions o{.take_back = r.options.take_back, .who = who, .reason = r.reason};
  auto all = co_await rolling_restart(which, services_, std::move(o));
  co_return all;
}

asio::awaitable<std::vector<Outcome>> Commands::hold_all(const control::Request& r, std::vector<Instance*> which,
                                                         std::string who, bool held) {
  std::vector<Outcome> all;
  for (auto* i : which) {
    const bool same = i->intent.held == held;
    i->intent.held = held;
    i->intent.who = who;
    i->intent.reason = r.reason;
    i->intent.at_unix_ms = unix_ms();
    auto kept = co_await services_.memory.write(i->port(), i->intent);
    if (!kept) {  // what would be forgotten is not done either
      i->intent.held = same ? held : !held;
      all.push_back(outcome(*i, Done::failed, kept.error().what + "; nothing was changed"));
      continue;
    }
    if (!same)
      services_.journal.note(i->port(), held ? "intent" : "released", "",
                             (held ? "held, by " : "by ") + who + (r.reason.empty() ? "" : ": " + r.reason));
    i->changed();
    all.push_back(outcome(
        *i, same ? Done::already : Done::done,
        held ? "it will not be started until: slotwardenctl release " + std::to_string(i->port().n) : "released"));
  }
  co_return all;
}

std::vector<Outcome> Commands::signal_all(const control::Request& r, const std::vector<Instance*>& which,
                                          const std::string& who) {
  std::vector<Outcome> all;
  for (auto* i : which) {
    if (!i->watch) {
      all.push_back(outcome(*i, Done::not_running, "no process"));
      continue;
    }
    auto sent = i->watch->signal(control::signal_number(r.signal).value_or(0));
    if (sent) services_.journal.note(i->port(), "signal", "", "SIG" + r.signal + ", by " + who);
    all.push_back(sent ? outcome(*i, Done::done, fmt::format("SIG{} sent to pid {}", r.signal, i->process->pid.n))
                       : outcome(*i, Done::failed, sent.error().what));
  }
  return all;
}

asio::awaitable<std::string> Commands::events(const control::Request& r, const std::vector<Instance*>& which) {
  std::optional<Port> port;
  if (!r.targets.empty() && which.size() == 1) port = which.front()->port();
  // Of several instances, but not of all, the history is read further back, for each to have its share of it.
  const bool some = which.size() > 1 && which.size() < services_.instances.size() && !r.targets.empty();
  auto found = co_await services_.memory.events(port, some ? r.limit * 10 : r.limit);
  if (!found) co_return control::error("ERR " + found.error().what);
  if (some) {
    std::erase_if(*found, [&](const Event& e) {
      return std::ranges::none_of(which, [&](const Instance* i) { return i->port() == e.port; });
    });
    const auto surplus = static_cast<std::ptrdiff_t>(found->size()) - r.limit;
    if (surplus > 0) found->erase(found->begin(), found->begin() + surplus);
  }
  co_return control::document(control::to_json(std::span<const Event>(*found)));
}

asio::awaitable<std::string> Commands::backups(std::vector<Instance*> which) {
  auto all = co_await hooks_.backups.list(std::move(which));
  hooks_.rehearsals.add_to(all);
  co_return control::document(control::to_json(all));
}

std::string Commands::reading(const control::Request& r, const std::vector<Instance*>& which) {
  if (r.command == "STATUS") {
    std::vector<control::InstanceStatus> all;
    for (const auto* i : which) all.push_back(status_of(*i));
    return control::document(control::to_json(std::span<const control::InstanceStatus>(all)));
  }
  if (r.command == "EXPLAIN") {
    std::vector<control::Explanation> all;
    for (const auto* i : which) {
      auto& x = all.emplace_back(explanation_of(*i, services_));
      std::ranges::move(hooks_.save_facts(*i), std::back_inserter(x.facts));
      std::ranges::move(hooks_.rehearsals.facts_of(*i), std::back_inserter(x.facts));
      std::ranges::move(hooks_.elections.facts_of(*i), std::back_inserter(x.facts));
      if (hooks_.pusher) std::ranges::move(hooks_.pusher->facts_of(*i), std::back_inserter(x.facts));
    }
    return control::document(control::to_json(std::span<const control::Explanation>(all)));
  }
  if (r.command == "PID") {
    std::vector<control::PidReply> all;
    if (r.targets.empty())
      all.push_back({Port{}, Pid{::getpid()}});
    else
      for (const auto* i : which) all.push_back({i->port(), i->watch ? i->process->pid : Pid{}});
    return control::document(control::to_json(all));
  }
  if (r.command == "AVAIL") {
    std::vector<control::AvailableInstance> all;
    for (const auto* i : which) all.push_back({i->port(), i->conf.policy, i->conf.config, i->conf.server, i->state});
    return control::document(control::to_json(all));
  }
  if (r.command == "DOCTOR") {
    auto report = hooks_.host_report();
    std::ranges::move(hooks_.backups.findings(), std::back_inserter(report.findings));
    std::ranges::move(hooks_.rehearsals.findings(), std::back_inserter(report.findings));
    std::ranges::move(hooks_.elections.findings(), std::back_inserter(report.findings));
    std::erase_if(report.findings, [&](const Finding& f) {
      return f.port.n != 0 &&
             std::ranges::find(which, f.port, [](const Instance* i) { return i->port(); }) == which.end();
    });
    control::sort_by_severity(report.findings);
    return control::document(control::to_json(report));
  }
  if (r.command == "CERT")
    return control::error("ERR slotwardenctl makes certificates by itself: the daemon hands no key out");
  if (r.command == "BACKUPS")
    return control::error(
        "ERR slotwardenctl verifies and exports by itself: the daemon writes nowhere at a client's word");
  if (r.command == "INSPECT")
    return control::error("ERR slotwardenctl inspects by itself: the daemon reads no file at a client's word");
  if (r.command == "SAVES") return control::document(control::to_json(hooks_.saves(which)));
  if (r.command == "REREAD") {
    auto compared = hooks_.compare();
    return compared ? control::document(control::to_json(*compared)) : control::error("ERR " + compared.error().what);
  }
  return control::document(control::to_json(control::VersionReply{hooks_.version, Pid{::getpid()}}));
}

asio::awaitable<std::string> Commands::changing(const control::Request& r, const std::vector<Instance*>& which,
                                                Caller caller) {
  const auto who = describe(caller);
  std::vector<Outcome> all;
  if (r.command == "START") all = co_await start_all(r, which, who);
  if (r.command == "STOP") all = co_await stop_all(r, which, who);
  if (r.command == "RESTART") all = co_await restart_all(r, which, who);
  if (r.command == "ROLLING-RESTART") all = co_await roll(r, which, who);
  if (r.command == "HOLD") all = co_await hold_all(r, which, who, true);
  if (r.command == "RELEASE" && r.options.saves)
    all = co_await hooks_.release_saves(which, who);
  else if (r.command == "RELEASE")
    all = co_await hold_all(r, which, who, false);
  if (r.command == "ACCEPT-DATA") {
    auto one = co_await accepted_data(*which.front(), services_, r.file, who + ": " + r.reason);
    all.push_back(std::move(one));
  }
  if (r.command == "REHEARSE") all = co_await hooks_.rehearsals.rehearse(which, who);
  if (r.command == "SAVE") all = co_await hooks_.save(which, r.options.at_once, who);
  if (r.command == "RESTORE") {
    RestoreOptions o{.generation = r.file, .plan = r.options.plan, .who = who, .reason = r.reason};
    o.progress = hooks_.backups.show_reading(which.front()->port());
    auto one = co_await restore(*which.front(), services_, hooks_.elections, std::move(o));
    all.push_back(std::move(one));
  }
  if (r.command == "HOST") {
    if (r.topic.starts_with("print ")) co_return control::error("ERR slotwardenctl prints it, without the daemon");
    all = co_await hooks_.host_restore(r.topic == "restore", who);
  }
  if (!all.empty()) co_return bulk_outcomes(all);
  if (r.command == "SIGNAL") co_return bulk_outcomes(signal_all(r, which, who));
  if (r.command == "UPDATE") {
    services_.journal.note(Port{}, "update", "", "by " + who);
    co_return bulk_outcomes(hooks_.take_up());
  }
  services_.journal.note(Port{}, "shutdown", "", "by " + who + "; the servers run on");
  hooks_.shut_down();
  co_return bulk_outcomes(ends_now());
}

asio::awaitable<std::string> Commands::handle(control::Request r, Caller caller) {
  if (r.command == "ADOPT" || r.command == "GIVE-BACK")
    co_return co_await adoption(std::move(r), describe(caller), services_, hooks_);
  auto which = targets(r);
  if (!which) co_return control::error(which.error().what);
  if (r.command == "EVENTS") co_return co_await events(r, *which);
  if (r.command == "TAIL") co_return co_await tail(r, *which->front());
  if (r.command == "BACKUPS" && r.topic.empty()) co_return co_await backups(*which);
  co_await until_looked_for(*which, services_);
  const auto* known = control::find_command(r.command);
  if (known && known->changes) co_return co_await changing(r, *which, std::move(caller));
  co_return reading(r, *which);
}

}  // namespace slotwarden::run
